"""An order as people see it, in the shape of CONTRACT §5 `order`."""

from typing import Any

import pytest

from slamon.orders.event import EventType, Instant, OrderEvent
from slamon.sla.standing import order_json, order_report, original_due, revisions
from tests.builders import BOOK, HOUR, ORDER, T0, day, entries, order_event, promised, told

SUBMITTED = order_event()
SHIPPED = order_event("SHIPPED", day(20), system="mes")


def _shown(*events: OrderEvent, at: Instant) -> dict[str, Any]:
    return order_json(order_report(ORDER, entries(*events), at, BOOK))


def test_every_field_of_an_order() -> None:
    """§5 `order`: unknown is null, durations are seconds, times are UTC with `Z`."""
    shown = _shown(
        order_event("INITIATED", day(-1), client_name="ACME", manager_id="m-1"),
        order_event(channel="b2b", client_id="c-1"),
        told(EventType.HOLD, T0 + HOUR, reason="file"),
        told(EventType.RELEASE, T0 + 2 * HOUR),
        order_event("PRICE_CALCULATED", T0 + 3 * HOUR, system="mes"),
        at=day(1),
    )
    assert shown == {
        "order_id": ORDER,
        "status": "PRICE_CALCULATED",
        "next_step": {"status": "MANUFACTURING_APPROVED", "system": "crm", "role": "seller"},
        "systems": {"crm": None, "mes": "PRICE_CALCULATED", "shop": "SUBMITTED"},
        "heard": {"crm": "2026-03-02T11:00:00Z", "mes": "2026-03-02T12:00:00Z", "shop": "2026-03-02T09:00:00Z"},
        "channel": "b2b",
        "client_id": "c-1",
        "client_name": "ACME",
        "manager_id": "m-1",
        "verdict": "on_track",
        "kept_original": None,
        "promise": {
            "started_at": "2026-03-02T09:00:00Z",
            "original_due_at": "2026-03-23T09:00:00Z",
            "due_at": "2026-03-23T09:00:00Z",
            "revisions": 0,
        },
        "finished_at": None,
        "lead_time_seconds": None,
        "overdue_seconds": 0,
        "stages": [
            {
                "from": "SUBMITTED",
                "to": "PRICE_CALCULATED",
                "system": "mes",
                "role": None,
                "entered_at": "2026-03-02T09:00:00Z",
                "left_at": "2026-03-02T12:00:00Z",
                "due_at": "2026-03-02T09:30:00Z",
                "seconds": 10_800,
                "budget_seconds": 1_800,
                "overdue": True,
            },
            {
                "from": "PRICE_CALCULATED",
                "to": "MANUFACTURING_APPROVED",
                "system": "crm",
                "role": "seller",
                "entered_at": "2026-03-02T12:00:00Z",
                "left_at": None,
                "due_at": "2026-03-04T12:00:00Z",
                "seconds": 75_600,
                "budget_seconds": 172_800,
                "overdue": False,
            },
        ],
        "divergences": [],
        "forecast": None,
        "holds": [{"from": "2026-03-02T10:00:00Z", "to": "2026-03-02T11:00:00Z", "reason": "file"}],
        "oddities": [
            {
                "at": "2026-03-02T09:00:00Z",
                "kind": "skipped",
                "text": "shop says SUBMITTED; nobody had said FILE_UPLOADED",
            }
        ],
        "policy": {"name": None, "revision": BOOK.eras[-1].revision},
        "truncated": False,
    }


def test_an_order_that_has_ended_has_no_next_step() -> None:
    """SHIPPED is not the last step of the lifecycle, but nobody has to move any more."""
    assert _shown(order_event(), order_event("SHIPPED", day(1), system="mes"), at=day(2))["next_step"] is None


def test_an_order_of_which_nothing_is_known() -> None:
    """Unknown is null, never 0."""
    shown = _shown(order_event("ON_FIRE", system=None), at=T0)
    assert {name: value for name, value in shown.items() if value not in (None, [], {}, False)} == {
        "order_id": ORDER,
        "verdict": "not_started",
        "promise": {"started_at": None, "original_due_at": None, "due_at": None, "revisions": 0},
        "oddities": [
            {"at": "2026-03-02T09:00:00Z", "kind": "unknown_status", "text": "somebody says ON_FIRE, which is no step"}
        ],
        "policy": {"name": None, "revision": BOOK.eras[-1].revision},
    }


FINISHED: dict[str, tuple[list[OrderEvent], Instant, dict[str, Any]]] = {
    "kept": (
        [SUBMITTED, SHIPPED],
        day(99),
        {"verdict": "kept", "kept_original": True, "lead_time_seconds": 1_728_000, "overdue_seconds": 0},
    ),
    "broken": (
        [SUBMITTED, order_event("SHIPPED", day(22), system="mes")],
        day(99),
        {"verdict": "broken", "kept_original": False, "overdue_seconds": 86_400},
    ),
    "kept by a revised date": (
        [SUBMITTED, promised(day(30), day(10)), promised(day(40), day(11)), order_event("CLOSED", day(35))],
        day(99),
        {"verdict": "kept", "kept_original": False},
    ),
    "breached": (
        [SUBMITTED],
        day(22),
        {"verdict": "breached", "kept_original": None, "lead_time_seconds": None, "overdue_seconds": 86_400},
    ),
    "cancelled": (
        [SUBMITTED, told(EventType.CANCEL, day(30))],
        day(99),
        {"verdict": "cancelled", "finished_at": None, "kept_original": None, "overdue_seconds": None},
    ),
    "finished without a start": (
        [told(EventType.NOTE, promised_at=day(1))],
        day(2),
        {"verdict": "breached", "lead_time_seconds": None, "overdue_seconds": 86_400},
    ),
    "not yet heard of": ([SUBMITTED, SHIPPED], day(5), {"verdict": "on_track", "finished_at": None}),
}


@pytest.mark.parametrize(("events", "now", "expected"), FINISHED.values(), ids=FINISHED)
def test_how_an_order_stands(events: list[OrderEvent], now: Instant, expected: dict[str, Any]) -> None:
    """`kept_original` is null while open or cancelled; what happens after `now` has not happened."""
    shown = _shown(*events, at=now)
    assert {name: shown[name] for name in expected} == expected


REVISIONS: dict[str, tuple[list[OrderEvent], Instant | None, int]] = {
    "the default": ([SUBMITTED], day(21), 0),
    "the first statement": ([SUBMITTED, promised(day(9), day(1))], day(9), 0),
    "a second": ([SUBMITTED, promised(day(9), day(1)), promised(day(8), day(2))], day(9), 1),
    "there and back": (
        [SUBMITTED, promised(day(9), day(1)), promised(day(8), day(2)), promised(day(9), day(3))],
        day(9),
        2,
    ),
    "another system says the same": (
        [SUBMITTED, promised(day(9), day(1)), promised(day(9), day(2), system="mes")],
        day(9),
        0,
    ),
    "after the default had passed": ([SUBMITTED, promised(day(60), day(21, us=1))], day(21), 1),
    "the default itself, after it had passed": ([SUBMITTED, promised(day(21), day(22))], day(21), 0),
    "at the instant of the default": ([SUBMITTED, promised(day(60), day(21))], day(60), 0),
    "without a start": ([promised(day(9)), promised(day(8), day(2))], day(9), 1),
    "no date": ([order_event("INITIATED")], None, 0),
}


@pytest.mark.parametrize(("events", "original", "count"), REVISIONS.values(), ids=REVISIONS)
def test_the_original_date_and_its_revisions(events: list[OrderEvent], original: Instant | None, count: int) -> None:
    """The first date that counts, unless the default had passed; revisions count changes of the date in force."""
    report = order_report(ORDER, entries(*events), day(99), BOOK)
    assert (original_due(report), revisions(report)) == (original, count)


def test_a_truncated_order_says_so() -> None:
    """Where more events were seen than count, the order says `truncated: true`."""
    assert order_json(order_report(ORDER, entries(SUBMITTED), T0, BOOK, truncated=True))["truncated"] is True
