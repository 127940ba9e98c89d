"""What Slack answers to each Web API method: token, script and pace first, then the workspace."""

from collections.abc import Callable
from dataclasses import dataclass

from slamon.demo.standins.script import Act, Reply
from slamon.demo.standins.server import Clock
from slamon.demo.standins.slack.channels import BOT_ID, BOT_USER, Workspace
from slamon.demo.standins.slack.pace import SECOND, Pace
from slamon.demo.standins.slack.reading import channel_list, history, replies
from slamon.demo.standins.slack.refused import Json, Refused
from slamon.demo.standins.slack.views import TEAM_ID, Views

WRITING = frozenset({"chat.postMessage", "chat.update"})
"""The methods that the queue of the script is for."""

CONNECT = "apps.connections.open"


@dataclass(frozen=True, slots=True)
class Answer:
    """The JSON of an answer; `retry_after` comes with a 429."""

    content: Json
    retry_after: str | None = None

    @property
    def is_limited(self) -> bool:
        """Whether it is sent as 429."""
        return self.content.get("error") == "ratelimited"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Who is let in; None lets in any token of the right kind."""

    bot: str | None = None
    app: str | None = None


class SlackApi:
    """The methods of the Web API that slamon calls."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        clock: Clock,
        tokens: Tokens = Tokens(),
        pace: Pace | None = None,
        connect: Callable[[], str] | None = None,
    ) -> None:
        """`connect` gives a new URL for Socket Mode; None: the app has it switched off."""
        self.workspace = workspace
        self.views = Views()
        self._clock = clock
        self._tokens = tokens
        self._pace = pace or Pace()
        self._connect = connect
        self._methods: dict[str, Callable[[Json], Json]] = {
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": lambda a: history(workspace.by_id(a.get("channel")), a),
            "conversations.replies": lambda a: replies(workspace.by_id(a.get("channel")), a),
            "conversations.list": lambda a: channel_list(workspace.channels, a),
            "auth.test": self._auth_test,
            "views.open": self._open_view,
            CONNECT: self._open_connection,
        }

    def answer(self, method: str, arguments: Json, token: str | None, reply: Reply) -> Answer:
        """Answer one call as the script (`reply`) wants it; only a reply that accepts changes anything."""
        try:
            self._let_in(method, token)
            if reply.act is Act.RATE_LIMITED:
                return Answer({"ok": False, "error": "ratelimited"}, reply.retry_after)
            if not reply.accepts:
                return Answer({"ok": False, "error": reply.error if reply.act is Act.REFUSE else str(reply.act)})
            return self._served(method, arguments)
        except Refused as refused:
            return Answer(refused.content)

    def _let_in(self, method: str, token: str | None) -> None:
        if not token:
            raise Refused("not_authed")
        is_app = token.startswith("xapp-")
        wanted = self._tokens.app if method == CONNECT else self._tokens.bot
        if is_app is not (method == CONNECT):
            raise Refused("not_allowed_token_type" if is_app or token.startswith("xox") else "invalid_auth")
        if wanted is not None and token != wanted:
            raise Refused("invalid_auth")

    def _served(self, method: str, arguments: Json) -> Answer:
        if method not in self._methods:
            raise Refused("unknown_method")
        place = min(self.workspace.names_of(arguments.get("channel")))
        if wait := self._pace.wait(method, place, self._clock()):
            return Answer({"ok": False, "error": "ratelimited"}, str(-(-wait // SECOND)))
        return Answer({"ok": True, **self._methods[method](arguments)})

    def _post(self, arguments: Json) -> Json:
        channel, message = self.workspace.post(arguments, self._clock())
        return {"channel": channel.channel_id, "ts": message["ts"], "message": message}

    def _update(self, arguments: Json) -> Json:
        channel, message = self.workspace.update(arguments, self._clock())
        text = message.get("text", "")
        return {"channel": channel.channel_id, "ts": message["ts"], "text": text, "message": message}

    def _open_view(self, arguments: Json) -> Json:
        return {"view": self.views.open(arguments.get("trigger_id"), arguments.get("view"), self._clock())}

    def _open_connection(self, _arguments: Json) -> Json:
        if self._connect is None:
            raise Refused("no_permission")
        return {"url": self._connect()}

    @staticmethod
    def _auth_test(_arguments: Json) -> Json:
        user = {"user": "slamon", "user_id": BOT_USER, "bot_id": BOT_ID}
        return {"url": "https://slack.test/", "team": "slamon demo", "team_id": TEAM_ID, **user}
