"""Receivers that refuse everything for good: they are asked no more, and others are told of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import structlog

from slamon.errors import SinkError
from slamon.notices.notice import DeliveryState
from slamon.orders.event import Instant
from slamon.services.channel import Waiting
from slamon.services.offers import OutboxRecord, Refusal, encode
from slamon.services.reports import Reports
from slamon.services.system_rows import SHARED
from slamon.services.way import Way
from slamon.sinks.failure import FailureReason
from slamon.stream import Outgoing

_log = structlog.get_logger("slamon.outbox")
_OF_ALL = frozenset({FailureReason.AUTH, FailureReason.NOT_FOUND})
"""Reasons that would be the same for every notice; any other refusal is of this very one."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """Closes a way that refuses everything, and opens it again when something is accepted after a restart."""

    reports: Reports
    outbox_topic: str
    clock: Callable[[], Instant]
    _well: set[str] = field(default_factory=set)

    async def begin(self, way: Way, fault: SinkError) -> bool:
        """A call was refused for good: close the way if all others would be too; returns whether it is closed."""
        if fault.reason not in _OF_ALL:
            return False
        if way.channel.refused is not None:
            return True
        way.channel.refused = str(fault.reason)
        self._well.discard(way.lane)
        _log.error("receiver.refuses", receiver=way.channel.receiver, lane=way.lane, reason=fault.reason)
        await self._report(way, str(fault.reason))
        return True

    async def passed_on(self, way: Way, started: Waiting, fault: SinkError) -> bool:
        """A channel that is not there: its notices go to the receiver's own; returns whether that is so."""
        if way.fallback is None or fault.reason != FailureReason.NOT_FOUND:
            return False
        await self.begin(way, fault)
        way.channel.in_flight.pop(started.offer.notice_id, None)
        await self._pass_on(way, [started])
        return True

    async def pass_on_waiting(self, way: Way) -> None:
        """What waits for a closed channel goes to the receiver's own."""
        if way.fallback is not None and way.channel.refused == FailureReason.NOT_FOUND and way.channel.waiting:
            waiting = list(way.channel.waiting.values())
            await self._pass_on(way, waiting)
            for passed in waiting:
                way.channel.waiting.pop(passed.offer.notice_id, None)

    async def over(self, way: Way) -> None:
        """Something was accepted: once for every way, whatever was told of it before a restart is over."""
        if way.lane not in self._well:
            self._well.add(way.lane)
            await self._report(way, None)

    async def _pass_on(self, way: Way, notices: list[Waiting]) -> None:
        address = way.fallback
        if address is None:
            return
        records = []
        for offer, attempts, _ in notices:
            # one that was under way before a restart may be in the receiver's own channel already: looked for there
            state = offer.state if offer.state == DeliveryState.SENDING else DeliveryState.PENDING
            again = msgspec.structs.replace(offer, route=None, thread=None, attempts=attempts, state=str(state))
            record = encode(OutboxRecord(offer=again))
            records.append(Outgoing(self.outbox_topic, address.key, record, address.partition))
        await self.reports.producer.send(records)

    async def _report(self, way: Way, reason: str | None) -> None:
        refusal = Refusal(receiver=way.channel.receiver, lane=way.lane, reason=reason, at=self.clock())
        await self.reports.refusal(refusal, SHARED)
