"""What Slack answers to each Web API method: token, pace and limits first, then the workspace."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from slamon.demo.standins.channels import Json, Refused, Workspace
from slamon.demo.standins.script import Act, Reply
from slamon.orders.event import SECOND
from slamon.sinks.pacing import TokenBucket

Clock: TypeAlias = Callable[[], int]

WRITING = frozenset({"chat.postMessage", "chat.update"})
"""The methods that the script and the pace are for."""

_HISTORY_LIMIT = 999
_PAGE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """The JSON of an answer; `retry_after` comes with a 429."""

    content: Json
    retry_after: str | None = None

    @property
    def is_limited(self) -> bool:
        """Whether it is sent as 429."""
        return self.content.get("error") == "ratelimited"


class SlackApi:
    """The methods of the Web API that slamon calls."""

    def __init__(self, workspace: Workspace, *, clock: Clock, token: str | None, per_second: float | None) -> None:
        """`token` None takes any; `per_second` is the pace per channel, None for any pace."""
        self.workspace = workspace
        self._clock = clock
        self._token = token
        self._per_second = per_second
        self._buckets: dict[str, TokenBucket] = {}
        self._methods: dict[str, Callable[[Json], Json]] = {
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._history,
            "auth.test": self._auth_test,
        }

    def answer(self, method: str, arguments: Json, token: str | None, reply: Reply) -> Answer:
        """Answer one call as the script (`reply`) wants it; only a reply that accepts changes anything."""
        if not token:
            return _refused("not_authed")
        if self._token is not None and token != self._token:
            return _refused("invalid_auth")
        if reply.act is Act.RATE_LIMITED:
            return Answer({"ok": False, "error": "ratelimited"}, reply.retry_after)
        if not reply.accepts:
            return _refused(reply.error if reply.act is Act.REFUSE else str(reply.act))
        return self._served(method, arguments)

    def _served(self, method: str, arguments: Json) -> Answer:
        if method not in self._methods:
            return _refused("unknown_method")
        wait = self._wait(arguments) if method in WRITING else 0
        if wait:
            return Answer({"ok": False, "error": "ratelimited"}, str(-(-wait // SECOND)))
        try:
            return Answer({"ok": True, **self._methods[method](arguments)})
        except Refused as refused:
            return _refused(refused.error)

    def _wait(self, arguments: Json) -> int:
        if self._per_second is None:
            return 0
        channel = str(arguments.get("channel"))
        bucket = self._buckets.setdefault(channel, TokenBucket(self._per_second))
        return bucket.take(self._clock())

    def _post(self, arguments: Json) -> Json:
        channel, message = self.workspace.post(arguments, self._clock())
        return {"channel": channel.channel_id, "ts": message["ts"], "message": message}

    def _update(self, arguments: Json) -> Json:
        channel, message = self.workspace.update(arguments, self._clock())
        text = message.get("text", "")
        return {"channel": channel.channel_id, "ts": message["ts"], "text": text, "message": message}

    def _history(self, arguments: Json) -> Json:
        channel = self.workspace.by_id(arguments.get("channel"))
        try:
            oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
            start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or _PAGE_LENGTH)
        except ValueError:
            raise Refused("invalid_arguments") from None
        newest_first = [
            message
            for message in reversed(channel.messages)
            if oldest < float(message["ts"]) < latest and "thread_ts" not in message
        ]
        end = start + min(limit, _HISTORY_LIMIT)
        with_metadata = str(arguments.get("include_all_metadata")).lower() in {"1", "true"}
        hidden = frozenset() if with_metadata else frozenset({"metadata"})
        shown = [{k: v for k, v in message.items() if k not in hidden} for message in newest_first[start:end]]
        more = end < len(newest_first)
        pages = {"response_metadata": {"next_cursor": str(end)}} if more else {}
        return {"messages": shown, "has_more": more, **pages}

    def _auth_test(self, _arguments: Json) -> Json:
        user = {"user": "slamon", "user_id": "U0SLAMON", "bot_id": "B0SLAMON"}
        return {"url": "https://slack.test/", "team": "slamon demo", "team_id": "T0SLAMON", **user}


def _refused(error: str) -> Answer:
    return Answer({"ok": False, "error": error})
