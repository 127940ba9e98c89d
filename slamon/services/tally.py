"""What the loops tell the metrics, in the words of orders and notices."""

from collections.abc import Sequence
from typing import Protocol

import structlog

from slamon.metrics.catalog import EventOutcome, NoticeOutcome
from slamon.metrics.registry import Metrics
from slamon.notices.notice import DeliveryState, NoticeKind
from slamon.notices.record import KIND_OF, NoticeRecord
from slamon.notices.row import Row
from slamon.orders.event import SECOND, Span
from slamon.sla.clock import Due, Trace, lead_time
from slamon.sla.forecast.scoring import Calibration
from slamon.sla.rules import ClockRules
from slamon.stream import Record

_log = structlog.get_logger("slamon.ingest")


class Tally(Protocol):
    """What is counted on the way of an event and of a notice."""

    def ingested(self, source: str, outcomes: dict[str, int], delay: Span | None, records: Sequence[Record]) -> None:
        """Records of a source out of a micro-batch are applied; `delay` of the latest event."""

    def rerouted(self, source: str) -> None:
        """A record was found on another partition than its order's."""

    def dead_letter(self, reason: str, record: Record, fault: Exception) -> None:
        """A record can't be used."""

    def moved(self, row: Row, trace: Trace, rules: ClockRules, *, ended: bool) -> None:
        """An order left stages; `ended`: its lead time was not known before the event."""

    def decided(self, row: Row, new: Sequence[NoticeRecord]) -> None:
        """Notices of an order were decided for the first time."""

    def superseded(self, receiver: str, kind: NoticeKind) -> None:
        """A notice that waited is not sent after all."""

    def learnt(self, spells: int, scored: Calibration) -> None:
        """An order that ended taught so many spells; its forecasts were scored."""

    def sent(self, receiver: str, kind: NoticeKind, delay: Span) -> None:
        """A receiver accepted a notice so long after it was decided."""

    def digested(self, receiver: str, kind: NoticeKind, delay: Span) -> None:
        """A receiver accepted a digest that a notice is part of, so long after it was decided."""

    def failed(self, receiver: str, kind: NoticeKind) -> None:
        """A receiver refused a notice for good."""

    def attempt_failed(self, receiver: str, reason: str) -> None:
        """One call failed."""


class MetricsTally:
    """Counts into the metrics of this worker."""

    def __init__(self, metrics: Metrics) -> None:
        """`metrics`: where to count."""
        self._metrics = metrics

    def ingested(self, source: str, outcomes: dict[str, int], delay: Span | None, records: Sequence[Record]) -> None:
        """Count what became of a micro-batch and log it in one canonical line."""
        _log.info(
            "batch.applied",
            source=source,
            topic=records[0].topic,
            partition=records[0].partition,
            first_offset=records[0].offset,
            last_offset=records[-1].offset,
            delay_seconds=None if delay is None else delay / SECOND,
            **outcomes,
        )
        for outcome, count in outcomes.items():
            self._metrics.events.counted(source, EventOutcome(outcome), count)
        if delay is not None:
            self._metrics.events.set_delay(source, delay / SECOND)

    def rerouted(self, source: str) -> None:
        """Count a record that was sent on."""
        self._metrics.events.rerouted(source)

    def dead_letter(self, reason: str, record: Record, fault: Exception) -> None:
        """Count and log where it came from; never what it says."""
        self._metrics.events.dead_letters(reason)
        _log.warning(
            "record.dead_lettered",
            reason=reason,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            fault=type(fault).__name__,
        )

    def moved(self, row: Row, trace: Trace, rules: ClockRules, *, ended: bool) -> None:
        """Observe stages left and the lead time that became known."""
        for stage, entered_at, left_at in trace.visits:
            self._metrics.orders.stage_left(rules.stages[stage].start, (left_at - entered_at) / SECOND)
        lead = lead_time(row.clock)
        if ended and lead is not None:
            self._metrics.orders.finished(row.clock.channel, lead / SECOND)

    def decided(self, row: Row, new: Sequence[NoticeRecord]) -> None:
        """Count new breaches, and what will not be sent."""
        for record in new:
            if record.kind == Due.BREACHED:
                self._metrics.orders.promise_breached(row.clock.channel)
            for receiver, delivery in record.deliveries.items():
                if delivery.state == DeliveryState.SUPERSEDED:
                    kind = str(KIND_OF[record.kind])
                    self._metrics.notices.counted(receiver, kind, NoticeOutcome.SUPERSEDED)

    def superseded(self, receiver: str, kind: NoticeKind) -> None:
        """Count what is not sent after all."""
        self._metrics.notices.counted(receiver, str(kind), NoticeOutcome.SUPERSEDED)

    def learnt(self, spells: int, scored: Calibration) -> None:
        """Count spells and scored forecasts."""
        self._metrics.forecasts.learnt(spells)
        self._metrics.forecasts.scored(scored)

    def sent(self, receiver: str, kind: NoticeKind, delay: Span) -> None:
        """Count an accepted notice and its delay."""
        self._metrics.notices.counted(receiver, str(kind), NoticeOutcome.SENT)
        self._metrics.notices.delivered_after(receiver, max(0, delay) / SECOND)

    def digested(self, receiver: str, kind: NoticeKind, delay: Span) -> None:
        """Count a notice of a digest and its delay."""
        self._metrics.notices.counted(receiver, str(kind), NoticeOutcome.DIGESTED)
        self._metrics.notices.delivered_after(receiver, max(0, delay) / SECOND)

    def failed(self, receiver: str, kind: NoticeKind) -> None:
        """Count a refusal."""
        self._metrics.notices.counted(receiver, str(kind), NoticeOutcome.FAILED)

    def attempt_failed(self, receiver: str, reason: str) -> None:
        """Count a failed call."""
        self._metrics.notices.attempt_failed(receiver, reason)
