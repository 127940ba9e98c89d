"""One attempt to bring one notice to one receiver: reported before it, made, and reported after it.

The report `sending` is durable before the call, the outcome after it: a crash leaves exactly those deliveries
unknown that say `sending`, and they are repeated under the same id.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from slamon.errors import SinkError
from slamon.notices.holding import with_silences
from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState, NoticeKind
from slamon.notices.text import notice_text
from slamon.orders.event import Instant
from slamon.services.channel import Channel, Waiting
from slamon.services.offers import Offer
from slamon.services.reports import Reports
from slamon.services.tally import Tally
from slamon.sinks.message import OutgoingNotice, Receipt, Sink
from slamon.sinks.retry import RetryPolicy

_log = structlog.get_logger("slamon.outbox")


@dataclass(frozen=True, slots=True)
class Attempts:
    """Makes attempts and keeps the books of the receiver's channel about them."""

    reports: Reports
    tally: Tally
    clock: Callable[[], Instant]
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    async def make(self, sink: Sink, channel: Channel, started: Waiting) -> None:
        """Make the attempt `started`; whatever goes wrong, it ends as sent, failed or waiting again."""
        try:
            await self.reports.mark(started.offer, self._mark(channel, started, DeliveryState.SENDING))
            notice = notice_of(started.offer, started.attempts, self.clock())
            receipt = await sink.send(notice, now=self.clock())
        except SinkError as fault:
            await self._failed(channel, started, fault)
        except Exception as fault:  # noqa: BLE001  # what broke here must neither lose nor block a notice
            _log.exception("notice.attempt_broke", notice_id=started.offer.notice_id)
            unforeseen = SinkError("internal_error", type(fault).__name__, permanent=False)
            await self._failed(channel, started, unforeseen)
        else:
            await self._sent(channel, started, receipt)

    async def _sent(self, channel: Channel, started: Waiting, receipt: Receipt) -> None:
        remote = "|".join(part for part in (receipt.channel_id, receipt.remote_id) if part) or None
        mark = self._mark(channel, started, DeliveryState.SENT, remote=remote)
        await self._finish(channel, started.offer, mark)
        self.tally.sent(channel.receiver, kind_of(started.offer), mark.at - started.offer.decided_at)

    async def _failed(self, channel: Channel, started: Waiting, fault: SinkError) -> None:
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
        if not fault.permanent:
            jitter = random.random()  # noqa: S311  # spreads load, guards nothing
            rest = self.retry.delay(channel.failures + 1, fault.retry_after, jitter)
            channel.again(started, self.clock() + rest)
            return
        mark = self._mark(channel, started, DeliveryState.FAILED, error=fault.reason)
        await self._finish(channel, started.offer, mark)
        self.tally.failed(channel.receiver, kind_of(started.offer))

    async def _finish(self, channel: Channel, offer: Offer, mark: Mark) -> None:
        channel.finish(mark)
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

    def _mark(
        self,
        channel: Channel,
        started: Waiting,
        state: DeliveryState,
        *,
        error: str | None = None,
        remote: str | None = None,
    ) -> Mark:
        return Mark(
            notice_id=started.offer.notice_id,
            receiver=channel.receiver,
            state=state,
            attempts=started.attempts,
            at=self.clock(),
            error=error,
            remote=remote,
        )


def kind_of(offer: Offer) -> NoticeKind:
    """What the notice of an offer is: of the order's own kind, or the retraction of one."""
    return NoticeKind.RETRACTED if offer.retracts else NoticeKind(offer.kind)


def notice_of(offer: Offer, attempt: int, now: Instant) -> OutgoingNotice:
    """The notice that an offer asks for, with its text as of `now`."""
    return OutgoingNotice(
        notice_id=offer.notice_id,
        kind=kind_of(offer),
        subject=offer.order_id or offer.subject or "",
        order=offer.order,
        text=_text(offer, offer.order, now),
        at=offer.at,
        created_at=offer.decided_at,
        stage=offer.stage,
        due_at=offer.due_at,
        retracts=offer.retracts,
        reinstated=offer.reinstated,
        attempt=attempt,
        as_of=offer.as_of,
        silence=offer.silence,
    )


def _text(offer: Offer, order: Mapping[str, object] | None, now: Instant) -> str:
    if order is None:
        return offer.text or ""
    text = notice_text(
        kind_of(offer),
        order,
        stage=offer.stage,
        due_at=offer.due_at,
        at=offer.at,
        now=now,
        retracts_kind=NoticeKind(offer.kind) if offer.retracts else None,
        apart=offer.apart,
        foretold=offer.foretold,
    )
    return with_silences(text, offer.unheard)
