"""The running clocks: start, promise, end and stages, in the words of CONTRACT §3."""

import pytest

from slamon.orders.event import EventType, Instant, OrderEvent
from slamon.sla.calendar import Length
from slamon.sla.clock import CANCELLED_STEP, NO_STEP, Clock, Trace
from slamon.sla.fold import fold
from slamon.sla.policy import StageBudget, StopFrom
from tests.builders import BOOK, T0, book, day, entries, order_event, policy, promised, told

SUBMITTED = order_event()
CANCEL = EventType.CANCEL


def _clock(*events: OrderEvent) -> Clock:
    return fold(entries(*events), BOOK)


def _shipped(at: Instant, **changes: object) -> OrderEvent:
    return order_event("SHIPPED", at, **({"system": "mes"} | changes))


STARTS: dict[str, tuple[list[OrderEvent], Instant | None]] = {
    "the first SUBMITTED": ([SUBMITTED, order_event(at=day(2))], T0),
    "a B2B order at its first later step": (
        [order_event("PRICE_CALCULATED", day(1)), order_event("PACKAGING", day(2))],
        day(1),
    ),
    "SUBMITTED after a later step": ([order_event("PRICE_CALCULATED"), order_event(at=day(2))], day(2)),
    "a cart": ([order_event("INITIATED"), order_event("FILE_UPLOADED", day(1))], None),
    "an unknown status": ([order_event("ON_FIRE")], None),
    "a cart with a date": ([order_event("INITIATED"), promised(day(9))], None),
}


@pytest.mark.parametrize(("events", "started_at"), STARTS.values(), ids=STARTS)
def test_when_the_clock_starts(events: list[OrderEvent], started_at: Instant | None) -> None:
    """At the first SUBMITTED; without one, at the first status past it; a cart has not started."""
    assert _clock(*events).started_at == started_at


DUES: dict[str, tuple[list[OrderEvent], Instant | None]] = {
    "the default": ([SUBMITTED], day(21)),
    "a cart": ([order_event("INITIATED")], None),
    "a cart with a date": ([order_event("INITIATED"), promised(day(9))], day(9)),
    "a stated date": ([SUBMITTED, promised(day(9), day(1))], day(9)),
    "stated before the start": ([promised(day(9), day(-1)), SUBMITTED], day(9)),
    "the last that counts": ([SUBMITTED, promised(day(9), day(1)), promised(day(5), day(2))], day(5)),
    "on any event": ([SUBMITTED, order_event("PACKAGING", day(1), promised_at=day(7))], day(7)),
    "a repeat of an old date": (
        [SUBMITTED, promised(day(9), day(1)), promised(day(5), day(2), system="mes"), promised(day(9), day(3))],
        day(5),
    ),
    "the old date after another": (
        [SUBMITTED, promised(day(9), day(1)), promised(day(5), day(2)), promised(day(9), day(3))],
        day(9),
    ),
    "nobody is a system too": (
        [
            SUBMITTED,
            promised(day(9), day(1), system=None),
            promised(day(5), day(2), system="\x00"),
            promised(day(9), day(3), system=None),
        ],
        day(5),
    ),
    "after the finish": ([SUBMITTED, _shipped(day(5)), promised(day(4), day(6))], day(21)),
    "at the instant of the finish": ([SUBMITTED, _shipped(day(5)), promised(day(4), day(5))], day(4)),
    "after a cancel": ([SUBMITTED, told(CANCEL, day(5)), promised(day(4), day(6))], day(4)),
    "the start set anew": ([order_event("PACKAGING"), order_event(at=day(2))], day(23)),
}


@pytest.mark.parametrize(("events", "due_at"), DUES.values(), ids=DUES)
def test_which_date_is_in_force(events: list[OrderEvent], due_at: Instant | None) -> None:
    """The last stated date that counts, else the default: start and three weeks."""
    assert _clock(*events).due_at == due_at


ENDS: dict[str, tuple[list[OrderEvent], tuple[Instant | None, bool]]] = {
    "open": ([SUBMITTED], (None, False)),
    "the first stop": ([SUBMITTED, _shipped(day(5)), order_event("CLOSED", day(6))], (day(5), False)),
    "from any system": ([SUBMITTED, order_event("CLOSED", day(5), system=None)], (day(5), False)),
    "cancelled": ([SUBMITTED, told(CANCEL, day(4)), _shipped(day(5))], (day(4), True)),
    "cancelled by status": ([SUBMITTED, order_event("CANCELLED", day(4)), _shipped(day(5))], (day(4), True)),
    "finished first": ([SUBMITTED, _shipped(day(4)), told(CANCEL, day(5))], (day(4), False)),
    "both at once": ([SUBMITTED, told(CANCEL, day(4)), _shipped(day(4))], (day(4), False)),
}


@pytest.mark.parametrize(("events", "end"), ENDS.values(), ids=ENDS)
def test_how_an_order_ends(events: list[OrderEvent], end: tuple[Instant | None, bool]) -> None:
    """The first SHIPPED or CLOSED; finished and cancelled: the earlier decides (tie: finished)."""
    clock = _clock(*events)
    assert (clock.ended_at, clock.cancelled) == end


@pytest.mark.parametrize(
    ("events", "ended_at"),
    [
        ([SUBMITTED, _shipped(day(5), system="crm")], None),
        ([SUBMITTED, _shipped(day(5), system=None)], None),
        ([SUBMITTED, _shipped(day(5), system="crm"), _shipped(day(6))], day(6)),
        ([SUBMITTED, _shipped(day(5), system="crm"), order_event("CLOSED", day(7), system="crm")], day(7)),
    ],
)
def test_only_the_owner_may_end_an_order(events: list[OrderEvent], ended_at: Instant | None) -> None:
    """`stop_from: owner`: only the system that owns the step ends the order."""
    assert fold(entries(*events), book(policy(stop_from=StopFrom.OWNER))).ended_at == ended_at


@pytest.mark.parametrize(
    ("events", "step", "since"),
    [
        ([], NO_STEP, 0),
        ([order_event("ON_FIRE")], NO_STEP, 0),
        ([SUBMITTED, order_event("ON_FIRE", day(1))], 2, T0),
        ([SUBMITTED, order_event(at=day(1))], 2, T0),
        ([SUBMITTED, order_event("PACKAGING", day(1)), order_event(at=day(2))], 2, day(2)),
        ([SUBMITTED, told(CANCEL, day(1)), order_event("PACKAGING", day(2))], CANCELLED_STEP, day(1)),
        ([SUBMITTED, _shipped(day(1)), order_event("CANCELLED", day(2))], CANCELLED_STEP, day(2)),
        ([told(CANCEL, day(1)), order_event("CANCELLED", day(2))], CANCELLED_STEP, day(1)),
    ],
)
def test_the_step_an_order_is_at(events: list[OrderEvent], step: int, since: Instant) -> None:
    """That of the latest status event, since when; cancelled once cancelled."""
    clock = _clock(*events)
    assert (clock.step, clock.step_at) == (step, since)


S, P, A, M = "SUBMITTED", "PRICE_CALCULATED", "MANUFACTURING_APPROVED", "MANUFACTURING_STARTED"
VISITS: dict[str, tuple[list[tuple[str, float]], list[tuple[int, float, float | None]]]] = {
    "one after another": ([(S, 0), (P, 1), (A, 2)], [(0, 0, 1), (1, 1, 2), (2, 2, None)]),
    "beyond `to`": ([(S, 0), (A, 1)], [(0, 0, 1), (2, 1, None)]),
    "a skipped `from` is never entered": ([(S, 0), (M, 1)], [(0, 0, 1), (3, 1, None)]),
    "not entered while in it": ([(S, 0), (S, 1), (P, 2)], [(0, 0, 2), (1, 2, None)]),
    "entered again": ([(S, 0), (P, 1), (S, 2), (P, 3)], [(0, 0, 1), (1, 1, None), (0, 2, 3)]),
    "before `from`": ([(P, 0), ("INITIATED", 1)], [(1, 0, None)]),
    "unknown": ([(S, 0), ("ON_FIRE", 1)], [(0, 0, None)]),
    "the end": ([(S, 0), (P, 1), ("CLOSED", 2)], [(0, 0, 1), (1, 1, 2)]),
    "after the end": ([("CLOSED", 0), (S, 1)], []),
    "cancelled": ([(S, 0), ("CANCELLED", 1)], [(0, 0, 1)]),
}


@pytest.mark.parametrize(("way", "visits"), VISITS.values(), ids=VISITS)
def test_stages(way: list[tuple[str, float]], visits: list[tuple[int, float, float | None]]) -> None:
    """Entered at `from` while not in it; left at the next status at `to` or beyond it, or at the end."""
    trace = Trace()
    clock = fold(entries(*(order_event(status, day(days)) for status, days in way)), BOOK, trace)
    still = [(visit.stage, visit.entered_at, None) for visit in clock.visits or ()]
    found = sorted([*trace.visits, *still], key=lambda visit: visit[1])
    expected = [(n, day(entered), None if left is None else day(left)) for n, entered, left in visits]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_a_status_may_open_several_stages() -> None:
    """Stages of the configuration may overlap."""
    rules = book(policy(StageBudget(S, P, Length(1)), StageBudget(S, A, Length(2)), StageBudget(P, A, Length(1))))
    clock = fold(entries(SUBMITTED, order_event(P, day(1))), rules)
    assert [(visit.stage, visit.entered_at) for visit in clock.visits or ()] == [(1, T0), (2, day(1))]


def test_the_default_holds_until_a_date_is_stated() -> None:
    """A default that passed before the first date was stated has been broken."""
    clock = _clock(SUBMITTED, promised(day(60), day(22)))
    assert [(passed.kind, passed.due_at) for passed in clock.passed or () if passed.kind == 1] == [(1, day(21))]
