"""One attempt to bring one notice to one receiver: reported before it, made, and reported after it.

The report `sending` is durable before the call, the outcome after it: a crash leaves exactly those deliveries
unknown that say `sending`. Where the receiver can be asked whether it has the message, it is; else, and when it has
not, the notice is sent again under the same id.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from slamon.errors import SinkError
from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState
from slamon.orders.event import Instant
from slamon.services.channel import Channel, Waiting, orders_in_doubt
from slamon.services.lookups import find_sent, mark_of, thread_of
from slamon.services.offers import Offer
from slamon.services.outgoing import kind_of, notice_of
from slamon.services.refusals import Refusals
from slamon.services.reports import Reports
from slamon.services.tally import Tally
from slamon.services.way import NotNow, Way
from slamon.sinks.failure import outcome_unknown

_log = structlog.get_logger("slamon.outbox")


@dataclass(frozen=True, slots=True)
class Attempts:
    """Makes attempts and keeps the books of the receiver's channel about them."""

    reports: Reports
    tally: Tally
    clock: Callable[[], Instant]
    refusals: Refusals

    async def make(self, way: Way, started: Waiting) -> None:
        """Make the attempt `started`; whatever goes wrong, it ends as sent, failed or waiting again."""
        try:
            if started.unknown and way.living is not None:
                await self._look_up(way, started)
            else:
                await self._send(way, started)
        except NotNow:
            way.channel.back(started)
        except SinkError as fault:
            await self._failed(way, started, fault)
        except Exception as fault:  # noqa: BLE001  # what broke here must neither lose nor block a notice
            _log.exception("notice.attempt_broke", notice_id=started.offer.notice_id)
            await self._failed(way, started, SinkError("internal_error", type(fault).__name__, permanent=False))

    async def _look_up(self, way: Way, started: Waiting) -> None:
        offer = started.offer
        thread = thread_of(way.channel, offer)
        try:
            found = await find_sent(way, offer, thread, self.clock())
        except SinkError as fault:
            self._note_failure(way.channel, started, fault)
            way.channel.rest(way.rest_after(fault))
            way.channel.back(started)  # not counted: nothing was sent
            await self.refusals.begin(way, fault)
            return
        _log.info("notice.looked_up", notice_id=offer.notice_id, receiver=way.channel.receiver, found=found is not None)
        if found is None:
            way.channel.back(started, unknown=False)
        elif offer.digest_id is not None:
            more = {"remote": found.remote, "digest_id": offer.digest_id, "planned": offer.planned}
            earlier = started._replace(attempts=started.attempts - 1)
            mark = self._mark(way.channel, earlier, DeliveryState.DIGESTED, **more)
            await self._finish(way.channel, offer, mark)
            self.tally.digested(way.channel.receiver, kind_of(offer), mark.at - offer.decided_at)
        else:
            await self._sent(way, started._replace(attempts=started.attempts - 1), found.remote, thread)

    async def _send(self, way: Way, started: Waiting) -> None:
        await way.pace()
        if started.offer.order_id in orders_in_doubt(way.channel):  # that came in while this one waited for its turn
            raise NotNow
        thread = thread_of(way.channel, started.offer)
        await self.reports.mark(started.offer, self._mark(way.channel, started, DeliveryState.SENDING))
        notice = notice_of(started.offer, started.attempts, self.clock(), thread, way.links)
        receipt = await way.sink.send(notice, now=self.clock())
        await self._sent(way, started, receipt.remote, thread)

    async def _sent(self, way: Way, started: Waiting, remote: str | None, thread: str | None) -> None:
        offer, channel = started.offer, way.channel
        is_root = way.living is not None and remote is not None and thread is None and offer.order_id is not None
        face = offer.face if is_root else None
        mark = self._mark(channel, started, DeliveryState.SENT, remote=remote, face=face, route=offer.route)
        begun = (offer.order_id, remote) if is_root and offer.order_id is not None and remote is not None else None
        await self._finish(channel, offer, mark, begun)
        self.tally.sent(channel.receiver, kind_of(offer), mark.at - offer.decided_at)
        await self.refusals.over(way)

    async def _failed(self, way: Way, started: Waiting, fault: SinkError) -> None:
        channel = way.channel
        self._note_failure(channel, started, fault)
        if fault.permanent and await self.refusals.passed_on(way, started, fault):
            return
        if not fault.permanent:
            channel.again(started, way.rest_after(fault), unknown=outcome_unknown(fault))
            await self._report_failure(channel, started, fault)
            return
        await self.refusals.begin(way, fault)
        # Where everything is refused its row offers it again to whoever starts anew (`was_refused`)
        failed = self._mark(channel, started, DeliveryState.FAILED, error=fault.reason)
        await self._finish(channel, started.offer, failed)
        self.tally.failed(channel.receiver, kind_of(started.offer))

    def _note_failure(self, channel: Channel, started: Waiting, fault: SinkError) -> None:
        self.tally.attempt_failed(channel.receiver, fault.reason)
        _log.warning(
            "notice.attempt_failed",
            notice_id=started.offer.notice_id,
            order_id=started.offer.order_id,
            receiver=channel.receiver,
            attempt=started.attempts,
            reason=fault.reason,
            permanent=fault.permanent,
        )

    async def _report_failure(self, channel: Channel, started: Waiting, fault: SinkError) -> None:
        """Let people see why a notice is late; it is tried again whether this is written or not."""
        mark = self._mark(channel, started, DeliveryState.SENDING, error=fault.reason)
        try:
            await self.reports.mark(started.offer, mark)
        except Exception as error:  # noqa: BLE001
            _log.warning("notice.report_failed", notice_id=started.offer.notice_id, error=type(error).__name__)

    async def _finish(self, channel: Channel, offer: Offer, mark: Mark, begun: tuple[str, str] | None = None) -> None:
        channel.finish(mark, begun)
        await self.reports.mark(offer, mark)
        _log.info(
            "notice.delivered" if mark.state == DeliveryState.SENT else "notice.refused",
            notice_id=offer.notice_id,
            kind=str(kind_of(offer)),
            order_id=offer.order_id,
            receiver=channel.receiver,
            attempts=mark.attempts,
            state=str(mark.state),
            error=mark.error,
        )

    def _mark(self, channel: Channel, started: Waiting, state: DeliveryState, **more: object) -> Mark:
        return mark_of(channel, started, state, self.clock(), **more)
