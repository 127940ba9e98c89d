"""Metrics about this worker's own work: records read, notices sent, batches, partitions, HTTP requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slamon.metrics import catalog
from slamon.metrics.catalog import EventOutcome, NoticeOutcome
from slamon.metrics.instruments import OptionalGauge, counter, gauge, histogram, observe
from slamon.metrics.labels import LabelBound, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import CollectorRegistry


class EventMetrics:
    """What ingest reports, once per batch; `source` is a name from the configuration."""

    def __init__(self, registry: CollectorRegistry, sources: Iterable[str]) -> None:
        self._events = counter(catalog.EVENTS, registry)
        self._delay = gauge(catalog.EVENT_DELAY, registry)
        self._dead = counter(catalog.DEAD_LETTERS, registry)
        self._rerouted = counter(catalog.REROUTED, registry)
        self._left_out = counter(catalog.ATTRIBUTES_LEFT_OUT, registry)
        for source in sources:
            for outcome in EventOutcome:
                self._events.labels(printable(source), outcome)

    def counted(self, source: str, outcome: EventOutcome, count: int = 1) -> None:
        """`count` records of a source came to this outcome."""
        self._events.labels(printable(source), outcome).inc(count)

    def set_delay(self, source: str, seconds: float) -> None:
        """The greatest delay of a batch that held events; an event ahead of the clock has none."""
        if -float("inf") < seconds < float("inf"):
            self._delay.labels(printable(source)).set(max(seconds, 0.0))

    def dead_letters(self, reason: str, count: int = 1) -> None:
        """`count` records went to the dead-letter topic; `reason` is a `DecodeError.reason`."""
        self._dead.labels(printable(reason)).inc(count)

    def rerouted(self, source: str, count: int = 1) -> None:
        """`count` records were sent on to their order's partition."""
        self._rerouted.labels(printable(source)).inc(count)

    def attributes_left_out(self, source: str, count: int = 1) -> None:
        """`count` events were accepted without their attributes."""
        self._left_out.labels(printable(source)).inc(count)


class NoticeMetrics:
    """What the dispatcher reports; `receiver` is a name from the configuration."""

    def __init__(self, registry: CollectorRegistry, receivers: Iterable[str], kinds: Iterable[str]) -> None:
        self._kind = LabelBound(kinds)
        self._notices = counter(catalog.NOTICES, registry)
        self._failed = counter(catalog.NOTICE_ATTEMPTS_FAILED, registry)
        self._queue = gauge(catalog.NOTICE_QUEUE, registry)
        self._refused = gauge(catalog.NOTICE_QUEUES_REFUSED, registry)
        self._delay = histogram(catalog.NOTICE_DELAY, registry)
        for receiver in receivers:
            self._queue.labels(printable(receiver))
            self._refused.labels(printable(receiver))
            self._delay.labels(printable(receiver))

    def counted(self, receiver: str, kind: str, outcome: NoticeOutcome, count: int = 1) -> None:
        """The delivery of `count` notices to a receiver ended so."""
        self._notices.labels(printable(receiver), self._kind(kind), outcome).inc(count)

    def attempt_failed(self, receiver: str, reason: str) -> None:
        """One call failed; `reason` is a `SinkError.reason`."""
        self._failed.labels(printable(receiver), printable(reason)).inc()

    def set_queue_length(self, receiver: str, notices: int) -> None:
        """How many notices wait for a receiver."""
        self._queue.labels(printable(receiver)).set(notices)

    def set_queues_refused(self, receiver: str, queues: int) -> None:
        """How many queues of a receiver refuse everything."""
        self._refused.labels(printable(receiver)).set(queues)

    def delivered_after(self, receiver: str, seconds: float) -> None:
        """A receiver accepted a notice so long after it was decided."""
        observe(self._delay.labels(printable(receiver)), seconds)


class WorkerMetrics:
    """What the engine's shell reports about batches, partitions and the lag gate."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._batches = counter(catalog.BATCHES, registry)
        self._partitions = gauge(catalog.PARTITIONS, registry)
        self._rebalances = counter(catalog.REBALANCES, registry)
        self._recovery = OptionalGauge(catalog.RECOVERY, registry)
        self._safe_time_age = OptionalGauge(catalog.SAFE_TIME_AGE, registry)
        self._time_unknown = gauge(catalog.TIME_UNKNOWN, registry)

    def batches_done(self, count: int) -> None:
        """So many more micro-batches are done, their changelog records acknowledged."""
        self._batches.inc(count)

    def set_partitions(self, owned: int) -> None:
        """How many partitions are owned and recovered."""
        self._partitions.set(owned)

    def rebalanced(self) -> None:
        """An assignment came."""
        self._rebalances.inc()

    def recovered(self, seconds: float) -> None:
        """A recovery ended after so long."""
        self._recovery.set(seconds)

    def set_safe_time_age(self, seconds: float | None) -> None:
        """How far the instant up to which deadlines may fire is behind the clock; None: unknown."""
        self._safe_time_age.set(seconds)
        self._time_unknown.set(1 if seconds is None else 0)


class HttpMetrics:
    """What the web application reports; `route` is a pattern, never a path."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = counter(catalog.REQUESTS, registry)
        self._time = histogram(catalog.REQUEST_TIME, registry)
        self._peer_failures = counter(catalog.PEER_FAILURES, registry)

    def answered(self, route: str, code: int, seconds: float) -> None:
        """One request was answered."""
        self._requests.labels(route, str(code)).inc()
        observe(self._time.labels(route), seconds)

    def peer_failed(self) -> None:
        """Another worker gave no usable answer."""
        self._peer_failures.inc()
