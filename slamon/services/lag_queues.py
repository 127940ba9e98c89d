"""The queues as every worker knows them, for what it tells of its own orders; found by the one that watches lag."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from slamon.lag.held_up import Queues, Stay, Stays, decode_stays, encode_stays, follow, own_delay, waits_by_order
from slamon.lag.rows import Snapshot
from slamon.lag.troubles import TroubleKind
from slamon.notices.standstill import standstill
from slamon.orders.event import SECOND, Instant, Span
from slamon.services.lag_keeping import Rows
from slamon.services.lag_ports import LagView, Orders
from slamon.sla.causes import Cause, Interval, Window

_log = structlog.get_logger("slamon.lag")
_KEPT = "lag/held-up"
_EVERY: Span = 60 * SECOND
"""So long a change may be lost with a worker."""
_ASK_EVERY = 5.0
OLD: Span = 120 * SECOND
"""What is older says nothing about now."""


@dataclass(slots=True)
class KnownQueues:
    """What is known now; `own` is slamon's own group."""

    own: str = ""
    queues: Queues = field(default_factory=Queues)
    _stays: dict[str, list[Stay]] = field(default_factory=dict)

    def swap(self, queues: Queues) -> None:
        """Something newer is known."""
        if queues.stays is not self.queues.stays:
            self._stays = {}
            for stay in queues.stays:
                self._stays.setdefault(stay.order_id, []).append(stay)
        self.queues = queues

    def windows(self, order_id: str) -> Mapping[Cause, Sequence[Window]]:
        """When an order waited behind a late queue."""
        stays = self._stays.get(order_id)
        if not stays:
            return {}
        return {Cause.QUEUE: [Window(s.since, s.until, s.group) for s in stays if s.group != self.own]}

    def is_behind(self, order_id: str) -> bool:
        """Whether a late queue holds an order now."""
        stays = self._stays.get(order_id, ())
        return any(stay.until is None and stay.group != self.own for stay in stays)

    def blocked(self, order_id: str, intervals: Sequence[Interval], now: Instant) -> dict[str, Any] | None:
        """What an order waits for; None where lag is not watched, or nobody could be asked for a while."""
        queues = self.queues
        if queues.as_of is None or now - queues.as_of > OLD:
            return None
        return standstill(intervals, order_id, queues, self.own, now)


@dataclass(slots=True)
class QueueKeeping:
    """Finds the queues after every cycle of the watch, and keeps which orders waited behind late ones."""

    orders: Orders
    rows: Rows
    known: KnownQueues
    clock: Callable[[], Instant]
    _stays: tuple[Stay, ...] | None = None
    _kept: tuple[Stay, ...] = ()
    _kept_at: Instant = 0

    async def __call__(self, view: LagView) -> None:
        """Go on by a cycle."""
        snapshot = view.snapshots.get(self.orders.cluster)
        if snapshot is None:
            return
        now, index = self.clock(), self.orders.index
        if self._stays is None:
            kept = self.rows.get(_KEPT)
            self._stays = self._kept = () if kept is None else decode_stays(kept)
        waits, is_all = waits_by_order(snapshot.groups, index)
        late = frozenset(
            incident.subject
            for incident in view.incidents
            if incident.cluster == snapshot.cluster and incident.kind is TroubleKind.LAG and incident.well_since is None
        )
        complete = is_all and _is_complete(snapshot, view)
        stays = follow(self._stays, waits, late, now, known=is_all and snapshot.is_complete)
        self._stays = self._stays if stays == self._stays else stays
        behind = own_delay(snapshot.groups, self.known.own)
        self.known.swap(Queues(snapshot.as_of, complete, waits, self._stays, behind))
        await self._keep(now)

    def laid_down(self) -> None:
        """Another worker watches."""
        self._stays, self._kept, self._kept_at = None, (), 0

    async def _keep(self, now: Instant) -> None:
        stays = self._stays or ()
        if stays is self._kept or (now - self._kept_at < _EVERY and len(stays) == len(self._kept)):
            return
        if await self.rows.put({_KEPT: encode_stays(Stays(stays))}):
            self._kept, self._kept_at = stays, now


async def follow_elsewhere(
    known: KnownQueues, is_ours: Callable[[], bool], ask: Callable[[], Awaitable[Queues | None]]
) -> None:
    """While another worker watches lag: ask it for ever; what can't be had grows old."""
    while True:
        if not is_ours():
            try:
                found = await ask()
                if found is not None:
                    known.swap(found)
            except Exception:  # noqa: BLE001  # orders are shown without their queues
                _log.exception("lag.queues_not_asked")
        await asyncio.sleep(_ASK_EVERY)


def _is_complete(snapshot: Snapshot, view: LagView) -> bool:
    """Whether every record of an order topic that any group has not read is known."""
    if not snapshot.is_complete or any(group.unknown is not None for group in snapshot.groups):
        return False
    behind = (view.waiting.get((snapshot.cluster, group.group)) for group in snapshot.groups)
    return not any(waiting is not None and waiting.at_least for waiting in behind)
