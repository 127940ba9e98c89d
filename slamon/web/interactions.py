"""Presses of Slack's buttons, however they come: answers given, dialogues opened, all else ignored (CONTRACT §4)."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import web

from slamon.errors import SinkError
from slamon.notices.answers import Answer
from slamon.sinks.slack_dialogue import complaint, dialogue, stays_open
from slamon.sinks.slack_press import Press, read_form, read_press
from slamon.sinks.slack_signature import is_signed
from slamon.web.answering import Answering, Given
from slamon.web.boundary import json_answer
from slamon.web.refusal import Refusal, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slamon.orders.event import Instant

logger = logging.getLogger(__name__)

MOST_BYTES = 100_000
_PATIENCE = 2.5
"""Slack waits 3 s."""


class Dialogues(Protocol):
    """Shows dialogues in Slack."""

    async def open(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Show one to whoever pressed. Raises SinkError."""


class NoDialogues:
    """There is no bot token to open dialogues with."""

    async def open(self, trigger_id: str, view: dict[str, Any]) -> None:  # noqa: ARG002  the protocol's
        """Refuse."""
        raise SinkError("auth", "notify.slack.token is not set", permanent=True)


@dataclass(frozen=True, slots=True)
class Interactions:
    """Takes the payloads of Slack's interactions."""

    answering: Answering
    dialogues: Dialogues
    clock: Callable[[], Instant]
    patience: float = _PATIENCE
    """Seconds for one of them."""

    async def handle(self, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        """Do what was pressed; what Slack is to be answered, None for nothing but "done".

        Raises:
            Refusal: the answer was not taken, and no dialogue could say so.
        """
        now = self.clock()
        press = read_press(payload, now)
        if press is None:
            logger.info("slack.interaction_ignored", extra={"type": quoted(str(payload.get("type")))})
            return None
        if press.in_dialogue:
            return await self._submit(press, now)
        if press.lacks is not None:
            await self._ask(press, now)
            return None
        await self._give(press, now)
        return None

    async def _submit(self, press: Press, now: Instant) -> dict[str, Any] | None:
        wrong = complaint(press, now)
        if wrong is None:
            try:
                await self._give(press, now)
            except Refusal as refusal:
                wrong = f"Not saved: {refusal}."
        return None if wrong is None else stays_open(wrong)

    async def _ask(self, press: Press, now: Instant) -> None:
        try:
            await self.dialogues.open(press.trigger_id or "", dialogue(press, now))
        except SinkError as fault:
            logger.warning("slack.dialogue_not_opened", extra={"reason": str(fault), "notice_id": press.notice_id})
            reason = f"the dialogue can't be opened: {fault}; press again"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, reason) from None

    async def _give(self, press: Press, now: Instant) -> None:
        until, promised_at = (press.when if press.action == name else None for name in ("snooze", "promise"))
        answer = Answer(
            press.notice_id, str(press.action), press.by, now, until, promised_at, press.reason, "slack", press.nonce
        )
        try:
            async with asyncio.timeout(self.patience):
                await self.answering.give(Given(answer, press.order_id))
        except TimeoutError:
            reason = "it can't be written in time; press again"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, reason) from None


@dataclass(frozen=True, slots=True)
class InteractionRoutes:
    """Slack's Request URL; `signing_secret` None: there is none."""

    interactions: Interactions
    signing_secret: str | None
    clock: Callable[[], Instant]

    def routes(self) -> Sequence[web.RouteDef]:
        """For `Application.add_routes`."""
        return (web.post("/slack/interactions", self.interaction),)

    async def interaction(self, request: web.Request) -> web.Response:
        """Take one interaction, if it is Slack's."""
        if not self.signing_secret:
            raise Refusal(HTTPStatus.NOT_FOUND, "notify.slack.signing_secret is not set")
        body = await request.clone(client_max_size=MOST_BYTES).read()
        if not is_signed(self.signing_secret, request.headers, body, self.clock()):
            raise Refusal(HTTPStatus.UNAUTHORIZED, "the signature is missing, malformed, wrong or too old")
        payload = read_form(body)
        if payload is None:
            logger.info("slack.interaction_ignored", extra={"type": "no payload"})
            return web.Response()
        said = await self.interactions.handle(payload)
        return web.Response() if said is None else json_answer(said)
