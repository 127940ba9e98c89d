"""Tells what comes in a storm, or overnight, as one digest that is edited as it grows (CONTRACT §4)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import structlog

from slamon.errors import SinkError
from slamon.notices.digest import Digest, digest_id
from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState
from slamon.orders.event import SECOND, Instant, Span
from slamon.services.channel import Waiting
from slamon.services.lookups import SKEW, mark_of
from slamon.services.offers import Offer
from slamon.services.outgoing import item_for, kind_of
from slamon.services.refusals import Refusals
from slamon.services.reports import Reports
from slamon.services.storm import Storm
from slamon.services.tally import Tally
from slamon.services.way import NotNow, Way
from slamon.sinks.failure import FailureReason, outcome_unknown
from slamon.sinks.message import LivingSink, Receipt, Sought

_log = structlog.get_logger("slamon.outbox")
GATHER: Span = 2 * SECOND
"""A digest begins so long after the storm was noticed, with what has come by then."""
EDIT_EVERY: Span = 5 * SECOND
MOST_AT_ONCE = 2_000
"""Notices that one call adds."""


@dataclass(slots=True)
class Growing:
    """The digest that is being told in a channel, and the addition that is under way or has to be repeated."""

    digest: Digest
    remote: str | None = None
    told_at: Instant | None = None
    next_at: Instant = 0
    planned: Digest | None = None
    members: list[Waiting] = field(default_factory=list)
    unknown: bool = False


@dataclass(slots=True)
class Digests:
    """The digests of one channel: when there is something to tell, and telling it."""

    way: Way
    living: LivingSink
    storm: Storm
    reports: Reports
    tally: Tally
    clock: Callable[[], Instant]
    refusals: Refusals
    growing: Growing | None = None
    busy: bool = False
    _since: Instant | None = None
    """When a storm was noticed that has no digest yet."""

    def clear(self) -> None:
        """The channel is another worker's."""
        self.growing, self._since = None, None

    def holds_back(self, now: Instant) -> bool:
        """Whether notices wait for a digest instead of being sent one by one."""
        return self.busy or self.storm.rages(now) or self._is_unfinished() or len(self._morning(now)) > 1

    def is_due(self, now: Instant) -> bool:
        """Whether the digest is to be told, or told more, now."""
        if self.busy:
            return False
        if self._is_unfinished():
            return True
        if not self.holds_back(now):
            self.growing, self._since = None, None  # the storm is over: the next one has a digest of its own
            return False
        if next(self._candidates(now), None) is None:
            return False
        if self.growing is not None:
            return now >= self.growing.next_at
        if self._since is None or now < self._since:
            self._since = now
        return now >= self._since + GATHER or len(self._morning(now)) > 1

    def wait(self, now: Instant) -> Span | None:
        """How long until the digest may be due; None when nothing is planned."""
        at = self.growing.next_at if self.growing is not None else None if self._since is None else self._since + GATHER
        return None if at is None else max(0, at - now)

    async def tell(self) -> None:
        """Tell the digest once, with what has come since; whatever goes wrong, its notices wait or are told."""
        self.busy = True
        try:
            growing = self._gather(self.clock())
            if growing is not None:
                await self._tell(growing)
        except NotNow:
            return  # what was gathered is told afterwards, or by whoever owns the channel then
        except SinkError as fault:
            await self._failed(fault)
        except Exception as fault:  # noqa: BLE001  # what broke here must neither lose nor block a notice
            _log.exception("digest.broke")
            await self._failed(SinkError("internal_error", type(fault).__name__, permanent=False))
        finally:
            self.busy = False

    def _is_unfinished(self) -> bool:
        return self.growing is not None and bool(self.growing.members)

    def _morning(self, now: Instant) -> list[str]:
        """What was kept for the opening that is now."""
        return [one.offer.notice_id for one in self._candidates(now) if one.offer.not_before is not None]

    def _candidates(self, now: Instant) -> Iterator[Waiting]:
        return (one for one in self.way.channel.ready(now) if not one.unknown)

    def _gather(self, now: Instant) -> Growing | None:
        growing = self.growing
        if growing is not None and growing.members:
            return growing
        found = [one.offer for one in self._candidates(now)][:MOST_AT_ONCE]
        if not found:
            return None
        if growing is None:
            first = found[0].notice_id
            is_morning = not self.storm.rages(now)
            begun = Digest(digest_id(self.way.lane, first), self._since or now, is_morning)
            growing = self.growing = Growing(begun)
        self._since = None
        growing.members = [self.way.channel.take(offer.notice_id) for offer in found if self._is_waiting(offer)]
        growing.planned = growing.digest.with_items(item_for(one.offer, now) for one in growing.members)
        return growing

    def _is_waiting(self, offer: Offer) -> bool:
        return offer.notice_id in self.way.channel.waiting

    async def _tell(self, growing: Growing) -> None:
        planned = growing.planned or growing.digest
        if growing.unknown and growing.remote is None:
            sought = Sought(key="digest_id", value=planned.digest_id, since=planned.since - SKEW)
            found = await self.living.find(sought, now=self.clock())
            growing.unknown = False
            if found is not None and (found.count is None or found.count >= planned.count):
                await self._told(growing, planned, found.remote)
                return
        await self.way.pace()
        await self.reports.marks(
            (one.offer, self._mark(one, DeliveryState.SENDING, planned)) for one in growing.members
        )
        receipt: Receipt = await self.living.digest(planned, growing.remote, now=self.clock())
        await self._told(growing, planned, growing.remote or receipt.remote or "")

    async def _told(self, growing: Growing, planned: Digest, remote: str) -> None:
        now = self.clock()
        growing.digest, growing.remote, growing.told_at = planned, remote, now
        growing.next_at = now + EDIT_EVERY
        members, growing.members, growing.planned = growing.members, [], None
        marks = [(one.offer, self._mark(one, DeliveryState.DIGESTED, planned, remote)) for one in members]
        for _, mark in marks:
            self.way.channel.finish(mark)
        await self.reports.marks(marks)
        for offer, mark in marks:
            self.tally.digested(self.way.channel.receiver, kind_of(offer), mark.at - offer.decided_at)
        _log.info("digest.told", digest_id=planned.digest_id, count=planned.count, added=len(marks), lane=self.way.lane)
        await self.refusals.over(self.way)

    def _mark(self, one: Waiting, state: DeliveryState, digest: Digest, remote: str | None = None) -> Mark:
        more = {"digest_id": digest.digest_id, "planned": digest.count, "remote": remote}
        return mark_of(self.way.channel, one, state, self.clock(), **more)

    async def _failed(self, fault: SinkError) -> None:
        growing, channel = self.growing, self.way.channel
        self.tally.attempt_failed(channel.receiver, fault.reason)
        _log.warning("digest.attempt_failed", lane=self.way.lane, reason=fault.reason, permanent=fault.permanent)
        if growing is None:
            return
        if not fault.permanent:
            growing.unknown = growing.unknown or outcome_unknown(fault)
            channel.rest(self.way.rest_after(fault))
            return
        self._give_back()
        if fault.reason == FailureReason.REJECTED and growing.remote is not None:
            self.growing = None  # this one can't be edited any more: the next one is new
            return
        self.growing = None
        await self.refusals.begin(self.way, fault)

    def _give_back(self) -> None:
        """What was about to be told waits again."""
        growing = self.growing
        if growing is not None:
            for one in reversed(growing.members):
                self.way.channel.back(one, unknown=False)
            growing.members, growing.planned = [], None
            if growing.remote is None:
                self.growing = None
