"""The row of one order: its bounded history, its clocks, its notices; bytes in, bytes out.

This is the hot path of the daemon: an event in time order costs one decode, one `advance` and one encode,
whatever the length of the history. Anything else (out of order, equal instants, long texts, another policy)
folds anew, and both ways give the same row (tests/unit/notices/test_row_laws.py).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

import msgspec

from slamon.notices.answers import Answer
from slamon.notices.foreseen import ForecastRules, Foreseen, foretold
from slamon.notices.ledger import Situation, recompute, settle
from slamon.notices.marks import Mark, mark
from slamon.notices.putting_off import put_off
from slamon.notices.record import NoticeRecord
from slamon.notices.routing import Parties
from slamon.notices.rules import NoticeRules
from slamon.notices.story import Face, Story, face_of, keep_together
from slamon.orders.entry import (
    CLIENT_ID,
    MANAGER_ID,
    STATUS_CODE,
    Entry,
    encode_entry,
    entry_of,
    is_long,
    pack,
    unpack,
)
from slamon.orders.event import DAY, Instant, OrderEvent, Span
from slamon.orders.facts import last_stated
from slamon.orders.history import KEPT_PER_END, insert, order_key
from slamon.orders.lifecycle import CANCELLED
from slamon.sla.advance import advance
from slamon.sla.book import RuleBook
from slamon.sla.clock import Clock, Trace
from slamon.sla.fold import fold
from slamon.sla.silence import Silent

VERSION = 2


class Outcome(StrEnum):
    """What became of an event; the label `outcome` of slamon_events_total."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    UNKNOWN_STATUS = "unknown_status"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class OrderRules:
    """Everything that a row needs to know: policies, notices, how long an order stays after its end, forecasts."""

    book: RuleBook
    notices: NoticeRules = field(default_factory=NoticeRules)
    keep_finished: Span = 30 * DAY
    keep_not_started: Span = 90 * DAY
    forecast: ForecastRules = field(default_factory=ForecastRules)


class Row(msgspec.Struct, array_like=True, gc=False):
    """One order's state under the rules of `book`, by those of revision `rules`.

    `settled_at` is the latest `now` at which its notices were settled; what came true before `silent_before` is not
    told, since only a change of the policies shows it; rows of an earlier version know nothing `foreseen`.
    """

    version: int = VERSION
    book: str = ""
    rules: str = ""
    clock: Clock = msgspec.field(default_factory=Clock)
    count: int = 0
    truncated: bool = False
    log: bytes = b""
    records: list[NoticeRecord] | None = None
    settled_at: Instant | None = None
    silent_before: Instant | None = None
    foreseen: Foreseen | None = None
    story: Story | None = None
    answers: list[Answer] | None = None


class _RowOfVersion1(msgspec.Struct, array_like=True, gc=False):
    """How rows were written before policies had names; the clocks are folded anew."""

    version: int
    policy: str
    clock: object
    count: int
    truncated: bool
    log: bytes
    channel: str | None
    records: list[NoticeRecord] | None
    settled_at: Instant | None


# An array of two is a marker, one of nine a row of version 1, a longer one a row; new fields come last.
MARKER_HEAD, _HEAD_OF_VERSION_1 = 0x92, 0x99
encode_row = msgspec.msgpack.Encoder().encode
_decode_row = msgspec.msgpack.Decoder(Row).decode
_decode_version_1 = msgspec.msgpack.Decoder(_RowOfVersion1).decode


def read_row(stored: bytes, rules: OrderRules) -> Row | None:
    """Read a stored row; None for the marker of an order that has left. Changed policies fold anew, in silence."""
    row = row_as_stored(stored)
    if row is not None and row.book != rules.book.revision:
        _recompute(row, rules)
    return row


def row_as_stored(stored: bytes) -> Row | None:
    """Read a stored row as it was written, whatever its book; None for the marker of an order that has left."""
    if stored[0] == MARKER_HEAD:
        return None
    return _of_version_1(stored) if stored[0] == _HEAD_OF_VERSION_1 else _decode_row(stored)


def _of_version_1(stored: bytes) -> Row:
    old = _decode_version_1(stored)
    for record in old.records or ():
        record.shown_at = record.due_at
    return Row(
        rules=old.policy,
        count=old.count,
        truncated=old.truncated,
        log=old.log,
        records=old.records,
        settled_at=old.settled_at,
    )


def _recompute(row: Row, rules: OrderRules) -> None:
    """Bring a row under another book; an order that comes under other rules so is not told of its past."""
    before, changed_at = row.rules, rules.book.changed_at
    _refold(row, unpack(row.log, row.count), rules, resort=True)
    started_at = row.clock.started_at
    is_older = changed_at is not None and (started_at is None or started_at < changed_at)
    if row.rules != before and is_older:
        row.silent_before = changed_at
        if row.records and row.settled_at is not None:
            recompute(row.records, Situation(row.clock, rules.book.rules_of(row.clock), row.settled_at))


def new_row(rules: OrderRules) -> Row:
    """The row of an order not heard of before."""
    clock = Clock(rules=rules.book.choose(None, None, None))
    return Row(book=rules.book.revision, rules=rules.book.rules_of(clock).revision, clock=clock)


def apply(row: Row, event: OrderEvent, rules: OrderRules, trace: Trace | None = None) -> Outcome:
    """Add an event to an order; the row is changed in place unless the event is a duplicate.

    `trace` notes the stage visits that were not known to be over before.
    """
    entry = entry_of(event)
    clock, book = row.clock, rules.book
    is_next = entry.at > clock.last_at and (book.changed_at is None or entry.at >= book.changed_at)
    if is_next and row.count < KEPT_PER_END and not is_long(entry):
        advance(clock, entry, book.rules[clock.rules], trace)
        row.log += encode_entry(entry)
        row.count += 1
        if book.is_plural and book.choose(clock.match, clock.started_at, clock.ended_at) != clock.rules:
            _refold(row, unpack(row.log, row.count), rules)
    else:
        entries = unpack(row.log, row.count)
        is_new, dropped = insert(entries, entry, book.lifecycle)
        if not is_new:
            return Outcome.DUPLICATE
        row.truncated = row.truncated or dropped
        if trace is None:
            _refold(row, entries, rules)
        else:
            before = Trace()
            fold(unpack(row.log, row.count), book, before)
            _refold(row, entries, rules, trace)
            trace.visits = [visit for visit in trace.visits if visit not in before.visits]
    if entry.type == STATUS_CODE and event.status not in book.lifecycle.index and event.status != CANCELLED:
        return Outcome.UNKNOWN_STATUS
    return Outcome.APPLIED


def _refold(
    row: Row, entries: list[Entry], rules: OrderRules, trace: Trace | None = None, *, resort: bool = False
) -> None:
    book = rules.book
    if resort:
        entries.sort(key=lambda entry: order_key(entry, book.lifecycle))
    row.clock = fold(entries, book, trace)
    row.log = pack(entries)
    row.count = len(entries)
    row.book, row.rules = book.revision, book.rules_of(row.clock).revision


def entries_of(row: Row) -> list[Entry]:
    """The order's events, in their order."""
    return unpack(row.log, row.count)


def parties_of(row: Row) -> Parties:
    """Whom an order concerns, as last stated."""
    entries = entries_of(row)
    return Parties(row.clock.channel, last_stated(entries, CLIENT_ID), last_stated(entries, MANAGER_ID))


def settle_row(row: Row, now: Instant, rules: OrderRules, silences: tuple[Silent, ...] = ()) -> bool:
    """Decide the notices at `now`, never before an earlier decision; returns whether anything changed.

    `silences` are the sources of which nothing is heard at `now`: they hold back what waits for their word.
    """
    if row.settled_at is not None and row.settled_at > now:
        now = row.settled_at
    records = row.records if row.records is not None else []
    by_forecast = foretold(row.foreseen, row.clock, rules.forecast)
    rules_now = rules.book.rules_of(row.clock)
    parties = partial(parties_of, row)
    situation = Situation(row.clock, rules_now, now, row.silent_before, silences, by_forecast, parties)
    told = {record.key for record in records} if row.answers else frozenset()
    if not settle(records, situation, rules.notices):
        return False
    if row.answers:
        put_off([record for record in records if record.key not in told], row.answers, now)
    row.records = records
    row.settled_at = now
    if row.story is not None:
        keep_together(row.story, records)
    return True


def mark_row(row: Row, order_id: str, report: Mark) -> bool:
    """Take a report of the outbox; returns whether anything changed."""
    if row.records is None or not mark(order_id, row.records, report):
        return False
    if report.face is not None and report.remote is not None and row.story is None:
        row.story = Story(report.receiver, report.remote, report.route, report.face)
    return True


def living_face(row: Row) -> Face:
    """What the living message of an order has to say now."""
    receiver = None if row.story is None else row.story.receiver
    return face_of(row.clock, row.records or (), row.answers or (), receiver)
