"""Where the notices of an order go, by the rules at the instant of decision; and what waits for its reader."""

from typing import Any

import pytest

from slamon.notices.notice import DeliveryState, NoticeKind
from slamon.notices.record import Delivery, NoticeRecord
from slamon.notices.report import record_json
from slamon.notices.routing import Hours, Parties, Person, Routing, Rule
from slamon.notices.row import OrderRules, Row, apply, mark_row, new_row, parties_of, settle_row
from slamon.notices.rules import NoticeRules
from slamon.orders.event import EventType, Instant, OrderEvent
from slamon.sla.silence import Silent
from tests.builders import HOUR, ORDER, PROMISE_ONLY, RULES, T0, day, mark_of, order_event, promised, row_of, told
from tests.calendars import workshop
from tests.samples import order_json

SUBMITTED = order_event(manager_id="m-1", client_id="c-1", channel="b2b")
SHIPPED = order_event("SHIPPED", day(17))
RISK, BREACH = day(18), day(21)
"""20 and 23 March 2026, at nine in the morning: the workshop in Los Angeles opens at 16:00 UTC."""
RISK_OPENS = RISK + 7 * HOUR


def rules(routing: Routing) -> OrderRules:
    return OrderRules(PROMISE_ONLY.book, NoticeRules(routing))


ROUTED = rules(
    Routing(
        ("slack", "crm"),
        (
            Rule(("slack",), managers=frozenset({"m-1"})),
            Rule(("slack", "crm"), managers=frozenset({"m-2"})),
            Rule(("crm",), clients=frozenset({"c-9"})),
        ),
        (),
        {"m-1": Person("U1", "#first"), "m-2": Person("U2", "#second")},
    )
)
HOURS = rules(Routing(("slack", "crm"), people={"m-1": Person(hours=Hours(workshop("America/Los_Angeles")))}))
LATE_RISER = rules(
    Routing(("slack",), people={"m-1": Person(hours=Hours(workshop("America/Los_Angeles"), breaches_anytime=False))})
)


def settled(given: OrderRules, now: Instant, *events: OrderEvent) -> Row:
    row = new_row(given)
    for event in events or (SUBMITTED,):
        apply(row, event, given)
    settle_row(row, now, given)
    return row


def record_of(row: Row, place: int = 0) -> NoticeRecord:
    assert row.records is not None
    return row.records[place]


def sent(row: Row, *receivers: str) -> Row:
    for receiver in receivers:
        assert mark_row(row, ORDER, mark_of(record_of(row), DeliveryState.SENT, 1, receiver=receiver))
    return row


def hears(row: Row, given: OrderRules, now: Instant, *events: OrderEvent) -> Row:
    for event in events:
        apply(row, event, given)
    settle_row(row, now, given)
    return row


def routes(record: NoticeRecord) -> dict[str, tuple[str, str | None]]:
    return {name: (str(delivery.state), delivery.route) for name, delivery in record.deliveries.items()}


def note(**changes: Any) -> OrderEvent:
    return told(EventType.NOTE, day(2), **changes)


def test_whom_an_order_concerns_is_as_last_stated() -> None:
    """Not as first stated, and nothing is made up."""
    assert parties_of(row_of(order_event())) == Parties()
    events = (SUBMITTED, note(manager_id="m-2"), note(channel="shop"))
    assert parties_of(row_of(*events)) == Parties("shop", "c-1", "m-2")
    assert parties_of(row_of(*reversed(events))) == Parties("shop", "c-1", "m-2")


def test_a_notice_goes_where_the_rules_send_it_when_it_is_decided() -> None:
    """To the manager of then, with the instant at which it could be sent."""
    assert record_of(settled(ROUTED, RISK)).deliveries == {
        "slack": Delivery("pending", route="#first", queued_at=RISK),
    }
    later = settled(ROUTED, RISK, SUBMITTED, note(manager_id="m-2"))
    assert routes(record_of(later)) == {"slack": ("pending", "#second"), "crm": ("pending", None)}


def test_a_notice_for_nobody_stands_all_the_same() -> None:
    row = settled(ROUTED, RISK, order_event(manager_id="m-9"))
    assert (record_of(row).standing, record_of(row).deliveries) == (True, {})


def test_a_new_manager_is_told_what_is_decided_from_then_on() -> None:
    """What the old one was told stays where it was told."""
    row = sent(settled(ROUTED, RISK), "slack")
    hears(row, ROUTED, BREACH, note(manager_id="m-2"))
    assert routes(record_of(row)) == {"slack": ("sent", "#first")}
    hears(row, ROUTED, BREACH + 1)
    assert routes(record_of(row, 1)) == {"slack": ("pending", "#second"), "crm": ("pending", None)}


def test_a_withdrawal_goes_where_the_notice_went() -> None:
    """Whoever the manager is by now."""
    row = sent(settled(ROUTED, RISK), "slack")
    hears(row, ROUTED, day(19), note(manager_id="m-2"), SHIPPED)
    assert record_of(row).retraction == {"slack": Delivery("pending", route="#first", queued_at=day(19))}


def test_a_withdrawal_of_what_crossed_it_goes_there_too() -> None:
    row = hears(settled(ROUTED, RISK), ROUTED, day(19), SHIPPED)
    assert routes(record_of(row)) == {"slack": ("superseded", "#first")}
    sent(row, "slack")
    assert record_of(row).retraction == {"slack": Delivery("pending", route="#first", queued_at=T0)}


def _stands_again(row: Row, *events: OrderEvent) -> Row:
    """What ended its standing turns out to be about another date: the first one counts again."""
    hears(row, ROUTED, day(19), promised(day(40), day(17)))
    assert not record_of(row).standing
    return hears(row, ROUTED, day(19) + HOUR, *events, promised(day(21), day(17.5)))


def test_what_stands_again_goes_to_those_who_were_told() -> None:
    """And to those whom the rules of now name besides."""
    row = sent(settled(ROUTED, RISK), "slack")
    hears(row, ROUTED, day(19), promised(day(40), day(17)))
    withdrawal = record_of(row).retraction
    assert withdrawal is not None
    withdrawal["slack"].state = DeliveryState.SENT
    hears(row, ROUTED, day(19) + HOUR, note(manager_id="m-2"), promised(day(21), day(17.5)))
    assert record_of(row).standing
    assert routes(record_of(row)) == {"slack": ("pending", "#first"), "crm": ("pending", None)}
    assert {delivery.queued_at for delivery in record_of(row).deliveries.values()} == {day(19) + HOUR}


@pytest.mark.parametrize(
    ("manager", "expected"),
    [
        ("m-1", {"slack": ("pending", "#first")}),
        ("m-2", {"slack": ("pending", "#second"), "crm": ("pending", None)}),
        ("m-9", {"slack": ("superseded", "#first")}),
    ],
)
def test_what_nobody_was_told_goes_by_the_rules_of_now(
    manager: str, expected: dict[str, tuple[str, str | None]]
) -> None:
    row = _stands_again(settled(ROUTED, RISK), note(manager_id=manager))
    assert routes(record_of(row)) == expected


def test_what_waits_for_its_reader_is_shown_as_held() -> None:
    """On Slack until the next opening; whoever has no hours gets it at once."""
    record = record_of(settled(HOURS, RISK))
    assert record.deliveries["slack"] == Delivery("pending", not_before=RISK_OPENS, queued_at=RISK)
    assert record.deliveries["crm"].not_before is None
    shown = [
        [delivery["state"] for delivery in json["deliveries"]]  # type: ignore[attr-defined]
        for now in (RISK, RISK_OPENS - 1, RISK_OPENS)
        for json in record_json(record, order_json(), now)
    ]
    assert shown == [["held", "pending"], ["held", "pending"], ["pending", "pending"]]


def test_a_broken_promise_waits_only_if_wished() -> None:
    for given, not_before in ((HOURS, None), (LATE_RISER, BREACH + 7 * HOUR)):
        row = settled(given, BREACH + 1)
        (found,) = [r for r in row.records or () if r.id_for(ORDER) and r.kind == 1]
        assert found.deliveries["slack"].not_before == not_before


def test_a_breach_overtakes_a_warning_that_waits() -> None:
    """Both wait for the morning: only the breach is sent then."""
    late = BREACH + 1
    row = settled(LATE_RISER, late - 8 * HOUR)  # at one in the morning in UTC the workshop is closed
    hears(row, LATE_RISER, late)
    assert [r.deliveries["slack"].state for r in row.records or ()] == ["superseded", "pending"]


def test_a_warning_that_is_over_before_its_reader_wakes_is_not_sent() -> None:
    """The order went out meanwhile: it stands, as it was true, and is recorded as not sent."""
    row = settled(HOURS, RISK)
    hears(row, HOURS, RISK + 2 * HOUR, order_event("SHIPPED", RISK + HOUR))
    assert record_of(row).standing
    assert routes(record_of(row)) == {"slack": ("superseded", None), "crm": ("pending", None)}


def test_from_the_opening_on_it_is_as_any_other() -> None:
    row = settled(HOURS, RISK)
    hears(row, HOURS, RISK_OPENS, order_event("SHIPPED", RISK + HOUR))
    assert routes(record_of(row))["slack"] == ("pending", None)


def test_what_was_withdrawn_before_its_reader_woke_leaves_nothing_to_say() -> None:
    row = hears(settled(HOURS, RISK), HOURS, RISK + HOUR, SHIPPED)
    assert routes(record_of(row)) == {"slack": ("superseded", None), "crm": ("superseded", None)}
    assert record_of(row).retraction is None


@pytest.mark.parametrize(("now", "not_before"), [(RISK_OPENS + HOUR, None), (day(19), day(21) + 7 * HOUR)])
def test_a_withdrawal_waits_for_its_reader_too(now: Instant, not_before: Instant | None) -> None:
    """On Saturday until Monday."""
    row = sent(settled(HOURS, RISK), "slack", "crm")
    hears(row, HOURS, now, SHIPPED)
    retraction = record_of(row).retraction or {}
    assert {name: delivery.not_before for name, delivery in retraction.items()} == {"slack": not_before, "crm": None}


def test_what_was_held_back_waits_for_the_hours_of_its_release() -> None:
    """Held for a silent source in the open time, let go of after closing."""
    row = new_row(HOURS)
    apply(row, SUBMITTED, HOURS)
    silences = (Silent("shop-events", day(1), day(2), None),)
    settle_row(row, RISK, HOURS, silences)
    assert record_of(row).deliveries["slack"] == Delivery("held")
    settle_row(row, RISK + HOUR, HOURS)
    assert record_of(row).deliveries["slack"] == Delivery("pending", not_before=RISK_OPENS, queued_at=RISK + HOUR)


def test_the_receivers_alone_are_a_routing() -> None:
    """What most tests need, and a configuration without rules."""
    assert NoticeRules(("slack", "crm")) == NoticeRules(Routing(("slack", "crm")))
    assert RULES.notices.routing.receivers == ("slack",)
    assert [r.receiver for r in RULES.notices.routing.routes(NoticeKind.LAG, Parties(), T0)] == ["slack"]
