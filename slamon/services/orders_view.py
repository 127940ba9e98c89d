"""This worker's own orders and notices for the web: lists, single ones, counts; read from the rows when asked."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from slamon.kafka.partitioner import partition_of
from slamon.lag.order_index import Standing
from slamon.notices.notice import NoticeKind, retraction_id
from slamon.notices.record import KIND_OF
from slamon.notices.report import record_json
from slamon.notices.row import OrderRules, Row, entries_of, read_row
from slamon.orders import facts
from slamon.orders.entry import CLIENT_ID, CLIENT_NAME, MANAGER_ID, Entry
from slamon.orders.event import Instant
from slamon.services.foresight import NoOutlooks, Outlooks
from slamon.services.lag_queues import KnownQueues
from slamon.services.showing import Showing
from slamon.services.system_rows import order_rows
from slamon.sla.causes import Cause
from slamon.sla.clock import Clock, due_with_holds
from slamon.sla.explained import explanation_json
from slamon.sla.explaining import explanation
from slamon.sla.present import cause_now
from slamon.sla.rules import ClockRules
from slamon.sla.settling import rows_at
from slamon.sla.standing import OrderReport, clock_status, clock_verdict, order_json, order_report
from slamon.sla.verdict import Verdict
from slamon.stream import Rows

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Head:
    """What lists filter and sort by."""

    order_id: str
    status: str | None
    verdict: Verdict
    channel: str | None
    manager_id: str | None
    client_name: str | None
    started_at: Instant | None
    due_at: Instant | None
    finished_at: Instant | None
    status_at: Instant
    divergences: tuple[tuple[str, str], ...] = ()
    """(system, kind) of every disagreement of an open order."""
    waiting: tuple[tuple[str, Instant], ...] = ()
    """(stage, since) of the hand-offs that nobody has taken up."""
    client_id: str | None = None
    cause: Cause | None = None
    """What an open order waits for, as far as its row tells; none before its clock runs."""


class Table(Protocol):
    """The engine's rows."""

    def rows(self, partition: int) -> Rows | None:
        """The rows of an open partition; None when it is not ours now."""


@dataclass(frozen=True, slots=True)
class OrdersView:
    """Reads the rows of open partitions; `as_of` is the lag gate's word, `clock` judges while there is none.

    `current_rules` are asked for only when there are rows: before, the policies may not be known.
    """

    table: Table
    current_rules: Callable[[], OrderRules]
    partitions: int
    as_of: Callable[[], Instant | None]
    clock: Callable[[], Instant]
    outlooks: Outlooks = field(default_factory=NoOutlooks)
    queues: KnownQueues = field(default_factory=KnownQueues)

    @property
    def rules(self) -> OrderRules:
        """What orders follow."""
        return self.current_rules()

    def now(self) -> Instant:
        """The instant that orders are judged at."""
        found = self.as_of()
        return self.clock() if found is None else found

    async def heads(self, partitions: Collection[int]) -> AsyncIterator[Sequence[Head]]:
        """Every order of these partitions once, in batches."""
        now = self.now()
        async for found in self._rows(partitions):
            yield [_head(order_id, row, now, self._showing, self.queues) for order_id, row in found]

    async def noticed(self, partitions: Collection[int]) -> AsyncIterator[Sequence[tuple[str, Row]]]:
        """The orders of these partitions that have notices, in batches."""
        async for found in self._rows(partitions):
            yield [(order_id, row) for order_id, row in found if row.records]

    async def _rows(self, partitions: Collection[int]) -> AsyncIterator[list[tuple[str, Row]]]:
        for partition in sorted(partitions):
            rows = self.table.rows(partition)
            keys = [] if rows is None else [key for key, _ in order_rows(rows)]
            for first in range(0, len(keys), _BATCH):
                rows = self.table.rows(partition)
                if rows is None:
                    break
                yield list(self._read(rows, keys[first : first + _BATCH]))

    def _read(self, rows: Rows, keys: list[bytes]) -> list[tuple[str, Row]]:
        found = []
        for key in keys:
            stored = rows.get(key)
            row = None if stored is None else read_row(stored, self.rules)
            if row is not None:
                found.append((key.decode(), row))
        return found

    def row(self, order_id: str) -> Row | None:
        """One order's row; None when it is not here."""
        key = order_id.encode()
        rows = self.table.rows(partition_of(key, self.partitions))
        stored = None if rows is None else rows.get(key)
        return None if stored is None else read_row(stored, self.rules)

    def report(self, order_id: str, row: Row) -> OrderReport:
        """One order judged as of now."""
        return self._showing.report(order_id, row, self.now())

    @property
    def _showing(self) -> Showing:
        return Showing(self.rules, self.outlooks)

    async def order(self, order_id: str) -> Mapping[str, object] | None:
        """One order in the shape of CONTRACT §5; None when it is not here."""
        row = self.row(order_id)
        return None if row is None else self._showing.order(self.report(order_id, row))

    async def explanation(self, order_id: str) -> Mapping[str, object] | None:
        """Why an order is where it is, interval by interval; None when it is not here."""
        row = self.row(order_id)
        if row is None:
            return None
        report = self.report(order_id, row)
        running = report.clock.due_at is not None and report.clock.ended_at is None
        forecast = self._showing.forecast(report) if running else None
        told = explanation(report, self.queues.windows(order_id))
        blocked = self.queues.blocked(order_id, told.intervals, report.now) if report.clock.ended_at is None else None
        return explanation_json(told) | {"forecast": forecast, "blocked": blocked}

    def standing(self, order_id: str) -> Standing | None:
        """The stage and the due date of an open order; None when it is over or not here."""
        row = self.row(order_id)
        if row is None or row.clock.ended_at is not None:
            return None
        clock, rules = row.clock, self.rules.book.rules_of(row.clock)
        visits = clock.visits or ()
        stage = rules.stages[visits[-1].stage].start if visits else clock_status(clock, rules)
        return Standing(stage, due_with_holds(clock, rules, self.now()))

    async def notices(self, order_id: str) -> Sequence[Mapping[str, object]]:
        """All notices of one order in the shape of CONTRACT §5, retracted ones too."""
        row = self.row(order_id)
        if row is None or not row.records:
            return []
        report = self.report(order_id, row)
        order = order_json(report)
        return [shown for record in row.records for shown in record_json(record, order, report.now, row.answers)]

    def notice_heads(self, order_id: str, row: Row) -> list[tuple[str, Instant, NoticeKind]]:
        """(notice id, at, kind) of an order's notices and their retractions."""
        found = []
        for record in row.records or ():
            notice_id = record.id_for(order_id)
            found.append((notice_id, record.at, KIND_OF[record.kind]))
            if record.retraction:
                at = record.decided_at if record.withdrawn_at is None else record.withdrawn_at
                found.append((retraction_id(notice_id), at, NoticeKind.RETRACTED))
        return found


def _head(order_id: str, row: Row, now: Instant, showing: Showing, queues: KnownQueues) -> Head:
    entries: Sequence[Entry] = entries_of(row)
    clock = row.clock
    if clock.last_at > now:  # an event a little ahead of the clock takes effect at its time
        report = order_report(order_id, entries, now, showing.rules.book)
        clock, entries = report.clock, report.entries
    rules = showing.rules.book.rules_of(clock)
    apart, handed_over = _disagreements(clock, rules, now)
    return Head(
        order_id,
        clock_status(clock, rules),
        showing.verdict(clock_verdict(clock, now, rules), row.foreseen, clock),
        clock.channel,
        facts.last_stated(entries, MANAGER_ID),
        facts.last_stated(entries, CLIENT_NAME),
        clock.started_at,
        due_with_holds(clock, rules, now),
        None if clock.cancelled else clock.ended_at,
        clock.step_at,
        apart,
        handed_over,
        client_id=facts.last_stated(entries, CLIENT_ID),
        cause=cause_now(clock, rules, entries, apart, is_queued=queues.is_behind(order_id)),
    )


def _disagreements(
    clock: Clock, rules: ClockRules, now: Instant
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, Instant], ...]]:
    """What diverges about an open order, and which of its stages wait for another system."""
    if clock.ended_at is not None:
        return (), ()
    rows = rows_at(clock, rules, now)
    stages, lifecycle = rules.stages, rules.policy.lifecycle
    handed_over = [
        (stages[visit.stage].start, visit.entered_at)
        for visit in clock.visits or ()
        if lifecycle.owner(stages[visit.stage].start) != lifecycle.owner(stages[visit.stage].to)
    ]
    return tuple((row.system, str(row.kind)) for row in rows), tuple(handed_over)
