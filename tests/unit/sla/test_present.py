"""What an order waits for now agrees with the last interval of its explanation."""

import pytest

from slamon.orders.event import EventType, OrderEvent
from slamon.sla.causes import Cause
from slamon.sla.explaining import intervals
from slamon.sla.present import cause_now
from slamon.sla.settling import rows_at
from slamon.sla.standing import order_report
from tests.builders import BOOK, CLOCK, T0, day, entries, order_event, told

NOW = day(3)


def asked(*events: OrderEvent, is_queued: bool = False) -> Cause | None:
    report = order_report("o-1", entries(*events), NOW, BOOK)
    apart = [(row.system, str(row.kind)) for row in rows_at(report.clock, report.rules, NOW)]
    found = cause_now(report.clock, report.rules, report.entries, apart, is_queued=is_queued)
    parts = intervals(report)
    if not is_queued and report.clock.ended_at is None:
        assert (parts[-1].cause if parts else None) == found
    return found


@pytest.mark.parametrize(
    ("events", "cause"),
    [
        ([order_event("INITIATED")], None),
        ([order_event(system="shop"), order_event("SHIPPED", day(1), system="mes")], None),
        ([order_event(system="shop"), told(EventType.HOLD, day(1), system="crm")], Cause.HOLD),
        (
            [order_event(system="shop"), told(EventType.HOLD, day(1), system="crm"),
             told(EventType.RELEASE, day(2), system="crm")],
            Cause.WORK,
        ),
        ([order_event(system="shop")], Cause.WORK),
    ],
    ids=["a cart", "shipped", "held", "released", "work"],
)  # fmt: skip
def test_what_it_waits_for(events: list[OrderEvent], cause: Cause | None) -> None:
    assert asked(*events) is cause


def test_a_queue_outranks_all_but_a_hold() -> None:
    submitted = order_event(system="shop")
    assert asked(submitted, is_queued=True) is Cause.QUEUE
    assert asked(submitted, told(EventType.HOLD, day(1), system="crm"), is_queued=True) is Cause.HOLD


@pytest.mark.parametrize("status", CLOCK.policy.lifecycle.statuses)
def test_it_agrees_with_the_explanation_at_every_step(status: str) -> None:
    found = asked(order_event(at=T0), order_event(status, day(1)))
    assert found in {Cause.WORK, Cause.PERSON, Cause.MESSAGE, None}
