"""What the Slack stand-in writes into its ledger: every call, and all that goes to and comes from the app otherwise."""

from pathlib import Path

from slamon.demo.standins.ledger import Ledger
from slamon.demo.standins.script import Act
from slamon.demo.standins.server import Clock
from slamon.demo.standins.slack.channels import Channel
from slamon.demo.standins.slack.delivery import Heard
from slamon.demo.standins.slack.memory import SAY
from slamon.demo.standins.slack.refused import Json
from slamon.orders.event import rfc3339


class Journal:
    """Rows `{seq, at, method, id, act, accepted, error, channel, ts, request}`.

    `id` is the notice's of the metadata.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        """Go on with the ledger at `path`."""
        self._ledger = Ledger(path)
        self._clock = clock

    async def called(self, method: str, arguments: Json, content: Json, act: Act = Act.SERVE) -> None:
        """A call of the Web API, and the JSON that it is answered with."""
        await self._ledger.append(
            {
                "at": rfc3339(self._clock()),
                "method": method,
                "id": _notice_id(arguments),
                "act": str(act),
                "accepted": bool(content["ok"]),
                "error": content.get("error"),
                "channel": content.get("channel"),
                "ts": content.get("ts"),
                "request": {key: value for key, value in arguments.items() if key != "token"},
            }
        )

    async def wrote(self, channel: Channel, message: Json) -> None:
        """A message of a person's."""
        content = {"ok": True, "channel": channel.channel_id, "ts": message["ts"]}
        said = {"channel": f"#{channel.name}", "text": message["text"], "user": message["user"]}
        await self.called(SAY, said, content)

    async def said(self, said: object) -> None:
        """What the app sends through Socket Mode."""
        await self.called("socket_mode", {"said": said}, {"ok": True})

    async def responded(self, channel_id: str, ts: str, said: str) -> None:
        """What the app sends to the `response_url` of an interaction."""
        await self.called("response_url", {"said": said}, {"ok": True, "channel": channel_id, "ts": ts})

    async def delivered(self, payload: Json, heard: Heard) -> None:
        """An interaction that went to the app, and what the app answered."""
        content = {"ok": heard.accepted, "error": heard.error}
        await self.called(f"interaction.{payload['type']}", {"payload": payload, "answer": heard.content}, content)

    async def close(self) -> None:
        """Write what waits and close the file."""
        await self._ledger.close()


def _notice_id(arguments: Json) -> str | None:
    metadata = arguments.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return payload.get("notice_id") if isinstance(payload, dict) else None
