"""What somebody answers to a notice: read from a request, given to the worker that has it (CONTRACT §4 "Answers")."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import msgspec

from slamon.errors import DecodeError
from slamon.notices.answers import NEEDS, Action, Answer
from slamon.sources.native import read_instant
from slamon.web.parts import AnswerAsk
from slamon.web.refusal import Refusal, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from slamon.orders.event import Instant
    from slamon.web.gather import Gatherer
    from slamon.web.ports import Cluster

_RETRY_SECONDS: Final = 5
_LONGEST: Final[Mapping[str, int]] = {"by": 128, "reason": 1000, "order_id": 128, "via": 32}
_VIAS: Final = ("api", "cli")


class Given(msgspec.Struct, frozen=True):
    """An answer, and the order that its notice is said to be about."""

    answer: Answer
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """Gives answers to whichever worker has their notice."""

    gatherer: Gatherer
    cluster: Cluster

    async def give(self, given: Given) -> dict[str, str | None]:
        """The record of the answer, which is durable.

        Raises:
            Refusal: 404 for an unknown notice, 422 where it can't be answered so, 503 when a worker that may have it
                can't be asked.
        """
        if given.order_id is not None:
            record, _ = await self._ask(given, [self.cluster.partition(given.order_id)])
            if record is not None:
                return record
        record, complete = await self._ask(Given(given.answer), None)
        if record is not None:
            return record
        if not complete:
            reason = "a worker that may have this notice can't be asked now; nothing was written there, try again"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, reason, retry_after=_RETRY_SECONDS)
        raise Refusal(HTTPStatus.NOT_FOUND, "no such notice")

    async def _ask(self, given: Given, wanted: Collection[int] | None) -> tuple[dict[str, str | None] | None, bool]:
        gathered = await self.gatherer.answered(
            lambda partitions: AnswerAsk(partitions, given.answer, given.order_id), wanted
        )
        for part in gathered.parts:
            if part.refused is not None:
                raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, part.refused)
        return next((part.record for part in gathered.parts if part.record is not None), None), gathered.complete


def read_answer(action: str, notice_id: str, body: bytes, now: Instant) -> Given:
    """The answer in the body of an API request; unknown fields are ignored, null is the same as no field.

    Raises:
        Refusal: 422, naming the field and the remedy.
    """
    stated = _object(body)
    texts = {name: _text(stated, name) for name in ("by", "until", "promised_at", "reason", "order_id", "via")}
    by, need = texts["by"], NEEDS.get(action)
    if by is None:
        raise _wrong("by: missing; give the name or id of the person who answers")
    if need is not None and texts[need] is None:
        raise _wrong(f"{need}: missing; {action} needs an RFC 3339 time, e.g. 2027-01-31T09:00:00Z")
    until = _instant(texts["until"], "until")
    if until is not None and until <= now:
        raise _wrong("until: is over already; give a time in the future")
    promised_at = _instant(texts["promised_at"], "promised_at")
    if texts["via"] not in (None, *_VIAS):
        raise _wrong(f"via: {quoted(str(texts['via']))} is not one of {', '.join(_VIAS)}; or leave it out")
    via = texts["via"] or _VIAS[0]
    return Given(
        Answer(notice_id, str(Action(action)), by, now, until, promised_at, texts["reason"], via), texts["order_id"]
    )


def _object(body: bytes) -> Mapping[str, object]:
    try:
        stated = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise _wrong('body: not JSON; send an object such as {"by": "ann"}') from None
    if not isinstance(stated, dict):
        raise _wrong('body: not an object; send one such as {"by": "ann"}')
    return stated


def _text(stated: Mapping[str, object], name: str) -> str | None:
    value = stated.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise _wrong(f"{name}: must be a text that is not empty; or leave it out")
    most = _LONGEST.get(name, 64)
    if len(value) > most:
        raise _wrong(f"{name}: longer than {most} characters; shorten it")
    return value


def _instant(text: str | None, field: str) -> Instant | None:
    try:
        return None if text is None else read_instant(text, field)
    except DecodeError as fault:
        raise _wrong(f"{fault}; e.g. 2027-01-31T09:00:00Z") from None


def _wrong(message: str) -> Refusal:
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, message)
