"""The way of an interaction to the app: signed to its request URL, or through Socket Mode, and what it answered."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import aiohttp

from slamon.demo.standins.server import Clock
from slamon.demo.standins.slack.channels import Workspace
from slamon.demo.standins.slack.interactions import ANN, Person, Place, block_actions, signed, view_submission
from slamon.demo.standins.slack.refused import Json
from slamon.demo.standins.slack.socket_mode import PATIENCE, SocketMode
from slamon.demo.standins.slack.views import Views

_OK = 200


@dataclass(frozen=True, slots=True)
class RequestUrl:
    """Where the app takes interactions, and the secret that signs them."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What the app answered: whether Slack would be content with it, and its JSON where it gave some."""

    accepted: bool
    error: str | None
    content: Json | None = None


class Delivery:
    """Delivers what people do. With a request URL there, else over a connection of Socket Mode."""

    def __init__(
        self,
        workspace: Workspace,
        views: Views,
        *,
        clock: Clock,
        socket: SocketMode,
        note: Callable[[Json, Heard], Awaitable[None]],
    ) -> None:
        """`note` writes down what was delivered, and what came of it."""
        self.target: RequestUrl | None = None
        self.response_url = Place("", "").url
        self._workspace, self._views = workspace, views
        self._clock, self._socket, self._note = clock, socket, note

    @property
    def is_possible(self) -> bool:
        """Whether there is a way."""
        return self.target is not None or self._socket.connections > 0

    async def press(self, channel: str, ts: str, action_id: str, person: Person = ANN) -> Heard:
        """Press a button of a message. Raises KeyError where channel, message or button are not there."""
        found = self._workspace.channel(channel)
        message = found.find(ts)
        if message is None:
            raise KeyError(ts)
        place = Place(found.channel_id, found.name, self.response_url)
        return await self.deliver(block_actions(message, action_id, place, now=self._clock(), person=person))

    async def submit(self, view_id: str, values: Mapping[str, object], person: Person = ANN) -> Heard:
        """Submit a modal that was opened. Raises KeyError where it was not."""
        view = self._views.opened[view_id]
        return await self.deliver(view_submission(view, values, now=self._clock(), person=person))

    async def deliver(self, payload: Json) -> Heard:
        """Send any payload."""
        if self.target is not None:
            heard = await self._post(payload, self.target)
        elif self._socket.connections:
            envelope_id, acknowledged = await self._socket.send(payload)
            answer = self._socket.acknowledged.get(envelope_id)
            heard = Heard(acknowledged, None if acknowledged else "not_acknowledged", answer)
        else:
            heard = Heard(accepted=False, error="no_way_to_the_app")
        await self._note(payload, heard)
        return heard

    async def _post(self, payload: Json, target: RequestUrl) -> Heard:
        headers, body = signed(target.secret, payload, now=self._clock())
        timeout = aiohttp.ClientTimeout(PATIENCE)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(target.url, data=body, headers=headers) as answer,
            ):
                text, status = await answer.text(), answer.status
        except TimeoutError:
            return Heard(accepted=False, error="timeout")
        except aiohttp.ClientError as error:
            return Heard(accepted=False, error=type(error).__name__)
        return Heard(status == _OK, None if status == _OK else f"http_{status}", _json(text))


def _json(text: str) -> Json | None:
    try:
        content = json.loads(text)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
