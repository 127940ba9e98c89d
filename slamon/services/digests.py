"""Tells what comes in a storm, or overnight, as one digest that is edited as it grows (CONTRACT §4)."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from slamon.errors import SinkError
from slamon.notices.digest import Digest
from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState
from slamon.orders.event import Instant
from slamon.services.channel import Waiting
from slamon.services.gathering import Gathering, Growing
from slamon.services.lookups import SKEW, mark_of
from slamon.services.outgoing import kind_of
from slamon.services.refusals import Refusals
from slamon.services.reports import Reports
from slamon.services.tally import Tally
from slamon.services.way import NotNow, Way
from slamon.sinks.failure import outcome_unknown
from slamon.sinks.message import LivingSink, Sought

_log = structlog.get_logger("slamon.outbox")


@dataclass(slots=True)
class Digests:
    """Tells the digests of one channel: its notices are reported before and after, as those sent by themselves."""

    way: Way
    living: LivingSink
    gathering: Gathering
    reports: Reports
    tally: Tally
    clock: Callable[[], Instant]
    refusals: Refusals

    async def tell(self) -> None:
        """Tell the digest once, with what has come since; whatever goes wrong, its notices wait or are told."""
        self.gathering.busy = True
        try:
            growing = self.gathering.gather(self.clock())
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
            self.gathering.busy = False

    async def _tell(self, growing: Growing) -> None:
        planned = growing.planned or growing.digest
        if growing.unknown:
            sought = Sought(key="digest_id", value=planned.digest_id, since=planned.since - SKEW)
            found = await self.living.find(sought, now=self.clock())
            growing.unknown = False
            if found is not None and (found.count is None or found.count >= planned.count):
                await self._told(growing, planned, found.remote)
                return
        await self.way.pace()
        sending = DeliveryState.SENDING
        await self.reports.marks((one.offer, self._mark(one, sending, planned)) for one in growing.members)
        receipt = await self.living.digest(planned, growing.remote, now=self.clock())
        await self._told(growing, planned, growing.remote or receipt.remote or "")

    async def _told(self, growing: Growing, planned: Digest, remote: str) -> None:
        members = self.gathering.told(growing, remote, self.clock())
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
        growing, channel = self.gathering.growing, self.way.channel
        self.tally.attempt_failed(channel.receiver, fault.reason)
        _log.warning("digest.attempt_failed", lane=self.way.lane, reason=fault.reason, permanent=fault.permanent)
        if growing is None:
            return
        if not fault.permanent:
            growing.unknown = growing.unknown or outcome_unknown(fault)
            channel.rest(self.way.rest_after(fault))
            return
        was_there = growing.remote is not None
        self.gathering.give_back()
        if not await self.refusals.begin(self.way, fault) and not was_there:
            _log.error("digest.refused", lane=self.way.lane, error=str(fault))
            channel.rest(self.way.rest_after(fault))  # it is tried again, but not at once
