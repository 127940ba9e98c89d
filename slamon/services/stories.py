"""Keeps an order's living message up to date: edits it, and tells its thread what happened."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog

from slamon.errors import SinkError
from slamon.notices.story import Told
from slamon.orders.event import Instant
from slamon.services.lookups import SKEW
from slamon.services.offers import Update
from slamon.services.outgoing import notice_of
from slamon.services.refusals import Refusals
from slamon.services.reports import Reports
from slamon.services.tally import Tally
from slamon.services.way import NotNow, Way
from slamon.sinks.failure import FailureReason, outcome_unknown
from slamon.sinks.message import LivingSink, OutgoingLine, Sought

_log = structlog.get_logger("slamon.outbox")
_GIVEN_UP = frozenset({FailureReason.REJECTED})
"""The message can't be edited (any more): its thread goes on all the same."""


@dataclass(frozen=True, slots=True)
class Stories:
    """Tells what living messages have to say; a turn may be told again after a crash, under the same line id."""

    reports: Reports
    tally: Tally
    clock: Callable[[], Instant]
    refusals: Refusals

    async def tell(self, way: Way, living: LivingSink, update: Update) -> None:
        """Let one message and its thread say what they have to; what can't be said now waits again."""
        try:
            await self._tell(way, living, update)
        except NotNow:
            way.channel.updates.back(update)
        except SinkError as fault:
            await self._failed(way, update, fault)
        except Exception as fault:  # noqa: BLE001  # what broke here must not stop the channel
            _log.exception("story.broke", order_id=update.order_id)
            await self._failed(way, update, SinkError("internal_error", type(fault).__name__, permanent=False))
        finally:
            way.channel.updates.release(update)

    async def _tell(self, way: Way, living: LivingSink, update: Update) -> None:
        remote = update.lead.thread
        if remote is not None:
            await self._edit(way, living, update, remote)
            lines = way.channel.updates.new_lines(update)
            if lines:
                await self._reply(way, living, msgspec.structs.replace(update, lines=lines), remote)
        way.channel.updates.finish(update)
        way.channel.failures = 0
        await self.reports.told(update.lead, Told(receiver=way.channel.receiver, turn=update.turn))
        _log.info("story.told", order_id=update.order_id, receiver=way.channel.receiver, turn=update.turn)

    async def _edit(self, way: Way, living: LivingSink, update: Update, remote: str) -> None:
        await way.pace()
        try:
            await living.edit(notice_of(update.lead, 1, self.clock(), links=way.links), remote, now=self.clock())
        except SinkError as fault:
            if not fault.permanent or fault.reason not in _GIVEN_UP:
                raise
            _log.warning("story.not_edited", order_id=update.order_id, error=str(fault))

    async def _reply(self, way: Way, living: LivingSink, update: Update, remote: str) -> None:
        line_id = f"{update.order_id}:{update.turn}"
        if self._may_be_there(way, update, line_id):
            since = update.lead.at - SKEW
            if await living.find(Sought(key="line_id", value=line_id, since=since, thread=remote), now=self.clock()):
                way.unknown_lines.discard(line_id)
                return
        await way.pace()
        line = OutgoingLine(
            line_id=line_id,
            order_id=update.lead.order_id or "",
            thread=remote,
            text="\n".join(one.text for one in update.lines),
            mention=update.lead.mention if any(one.calls for one in update.lines) else (),
        )
        try:
            await living.reply(line, now=self.clock())
        except SinkError as fault:
            if outcome_unknown(fault):
                way.unknown_lines.add(line_id)
            raise
        way.unknown_lines.discard(line_id)

    @staticmethod
    def _may_be_there(way: Way, update: Update, line_id: str) -> bool:
        """Whether an earlier call may have posted a line: one of ours, or one of whoever owned the channel before."""
        channel, order_id = way.channel, update.order_id
        is_ours = order_id in channel.threads or order_id in channel.updates.told
        return line_id in way.unknown_lines or not is_ours

    async def _failed(self, way: Way, update: Update, fault: SinkError) -> None:
        self.tally.attempt_failed(way.channel.receiver, fault.reason)
        _log.warning("story.attempt_failed", order_id=update.order_id, reason=fault.reason, permanent=fault.permanent)
        if fault.permanent:  # the message is gone, or nothing is taken at all
            if fault.reason == FailureReason.AUTH:
                await self.refusals.begin(way, fault)
            return
        way.channel.rest(way.rest_after(fault))
        way.channel.updates.back(update)
