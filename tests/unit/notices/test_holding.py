"""Silent sources hold notices back: which, how long, and what becomes of them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.notices.holding import hold_of, with_silences
from slamon.notices.leaving import is_held, wake_at
from slamon.notices.notice import DeliveryState
from slamon.notices.record import KIND_OF, Hold, NoticeRecord, intents
from slamon.notices.row import OrderRules, Row, apply, encode_row, new_row, read_row, settle_row
from slamon.notices.rules import NoticeRules
from slamon.orders.event import DAY, EventType, Instant, OrderEvent, Span
from slamon.sla.calendar import Length
from slamon.sla.clock import Due
from slamon.sla.divergence import DivergenceKind as Kind
from slamon.sla.policy import StageBudget
from slamon.sla.silence import Silent
from tests.builders import BOOK, HOUR, MINUTE, ORDER, PROMISE_ONLY, book, day, order_event, order_rules, policy, row_of
from tests.builders import told as told_event
from tests.strategies import arrivals, order_events
from tests.ticking import standing

HELD, PENDING, SUPERSEDED = DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.SUPERSEDED
MES_SILENT = Silent("mes-events", day(15), day(16), "mes")
LATE = day(21)
"""When the order's promise is broken."""


def states(row: Row) -> dict[str, str]:
    """State of the delivery to Slack, by kind."""
    return {str(KIND_OF[r.kind]): str(r.deliveries["slack"].state) for r in row.records or ()}


def again(row: Row, rules: OrderRules = PROMISE_ONLY) -> Row:
    """The row as a restart or another worker finds it."""
    found = read_row(encode_row(row), rules)
    assert found is not None
    return found


def breached(silences: tuple[Silent, ...] = (MES_SILENT,), now: Instant = LATE + 1) -> Row:
    row = row_of(order_event(), rules=PROMISE_ONLY)
    settle_row(row, now, PROMISE_ONLY, silences)
    return row


def test_what_comes_true_in_a_silence_waits_for_its_end() -> None:
    """It stands all the while, is offered to nobody, and is sent when the source has spoken of something else."""
    row = breached()
    assert states(row) == {"at_risk": SUPERSEDED, "breached": HELD}
    assert [record.standing for record in row.records or ()] == [True, True]
    assert list(intents(ORDER, row.records or [])) == []
    row = again(row)
    assert not settle_row(row, LATE + MINUTE, PROMISE_ONLY, (MES_SILENT,))
    assert settle_row(row, LATE + 2 * MINUTE, PROMISE_ONLY, ())
    assert states(row)["breached"] == PENDING
    assert (row.records or [])[-1].hold is None


def test_what_the_source_disproves_is_never_sent() -> None:
    """The record that was missing says that the order had shipped in time."""
    row = breached()
    apply(row, order_event("SHIPPED", day(20), system="mes"), PROMISE_ONLY)
    settle_row(row, LATE + MINUTE, PROMISE_ONLY, (MES_SILENT,))
    assert states(row)["breached"] == SUPERSEDED
    assert [(record.standing, record.retraction) for record in row.records or ()][-1] == (False, None)


def test_it_waits_no_longer_than_it_may() -> None:
    """At the end of the time it goes out and says since when nothing was heard; until then its row wants no look."""
    row = breached()
    until = LATE + PROMISE_ONLY.notices.hold_at_most
    assert (is_held(row), wake_at(row, PROMISE_ONLY)) == (True, until)
    row = again(row)
    assert not settle_row(row, until - 1, PROMISE_ONLY, (MES_SILENT,))
    assert settle_row(row, until, PROMISE_ONLY, (MES_SILENT,))
    assert states(row)["breached"] == PENDING
    assert (row.records or [])[-1].hold == Hold(until, (("mes-events", day(15)),))
    assert (is_held(row), wake_at(row, PROMISE_ONLY)) == (False, None)
    assert not settle_row(row, until + DAY, PROMISE_ONLY, (MES_SILENT,))


def test_what_is_decided_after_its_time_goes_out_at_once() -> None:
    """Deadlines fired late: the time counts from the instant at which the notice was due."""
    row = breached(now=LATE + HOUR)
    assert states(row)["breached"] == PENDING
    assert (row.records or [])[-1].hold is not None


def test_a_time_of_nothing_holds_nothing() -> None:
    rules = replace(PROMISE_ONLY, notices=NoticeRules(("slack",), hold_at_most=0))
    row = row_of(order_event(), rules=rules)
    settle_row(row, LATE + 1, rules, (MES_SILENT,))
    assert states(row)["breached"] == PENDING


def test_what_was_on_its_way_when_the_silence_was_found_stays_so() -> None:
    """Nothing that was decided is held back afterwards."""
    row = breached(())
    assert not settle_row(row, LATE + 2, PROMISE_ONLY, (MES_SILENT,))
    assert states(row)["breached"] == PENDING


def test_a_warning_that_is_over_meanwhile_is_not_sent() -> None:
    """The stage was left in the silence, late: that stands, and is old news."""
    rules = order_rules(book=book(policy(StageBudget("SUBMITTED", "PACKAGING", Length(1))), divergence=BOOK_APART))
    row = row_of(order_event(), rules=rules)
    silence = (Silent("mes-events", day(0), day(1), "mes"),)
    settle_row(row, day(1, us=1), rules, silence)
    assert states(row) == {"stage_overdue": HELD}
    apply(row, order_event("PACKAGING", day(1, us=2), system="mes"), rules)
    settle_row(row, day(1, us=3), rules, silence)
    assert states(row) == {"stage_overdue": SUPERSEDED}
    assert [record.standing for record in row.records or ()] == [True]


BOOK_APART = PROMISE_ONLY.book.eras[0].terms.divergence


@pytest.mark.parametrize(
    ("why", "silence", "is_held"),
    [
        ("its next steps are the MES'", Silent("s", day(15), day(16), "mes"), True),
        ("a source without a system may speak for any", Silent("s", day(15), day(16), None), True),
        ("heard up to the very instant", Silent("s", LATE, LATE, "mes"), True),
        ("heard after it came true", Silent("s", LATE + 1, LATE + 2, "mes"), False),
        ("the shop has nothing more to say", Silent("s", day(15), day(16), "shop"), False),
        ("whoever that is", Silent("s", day(15), day(16), "erp"), False),
    ],
)
def test_only_silences_that_matter_hold(why: str, silence: Silent, is_held: bool) -> None:
    row = breached((silence,))
    assert states(row)["breached"] == (HELD if is_held else PENDING), why


def test_nothing_is_awaited_of_an_order_that_has_ended() -> None:
    row = row_of(order_event(), order_event("SHIPPED", day(22), system="mes"), rules=PROMISE_ONLY)
    settle_row(row, day(22, us=1), PROMISE_ONLY, (Silent("s", day(15), day(16)),))
    assert states(row) == {"at_risk": SUPERSEDED, "breached": PENDING, "finished_late": PENDING}


@pytest.mark.parametrize(
    ("kind", "held_by"),
    [
        (Kind.BEHIND, "crm"),
        (Kind.LOST, "crm"),
        (Kind.REGRESSED, "crm"),
        (Kind.CONTRADICTING, "crm"),
        (Kind.AHEAD, "mes"),
    ],
)
def test_a_disagreement_waits_for_who_could_end_it(kind: Kind, held_by: str) -> None:
    """The system that has not said what it has to; where another was ahead, the owner of the step."""
    row = row_of(order_event(), rules=PROMISE_ONLY)
    record = NoticeRecord(Due.DIVERGENCE, None, None, day(2), day(2), apart=("crm", str(kind), "PACKAGING"))
    rules = PROMISE_ONLY.book.rules_of(row.clock)
    for system in ("shop", "crm", "mes"):
        found = hold_of(record, row.clock, rules, [Silent(system, day(1), day(2), system)], HOUR)
        assert (found is not None) is (system == held_by)


def test_it_waits_for_the_last_of_several() -> None:
    """Each of them may know; who has spoken is named no more."""
    unnamed = Silent("all-events", day(17), day(18), None)
    row = breached((MES_SILENT, unnamed))
    assert (row.records or [])[-1].hold == Hold(LATE + HOUR, (("all-events", day(17)), ("mes-events", day(15))))
    assert settle_row(row, LATE + 2, PROMISE_ONLY, (unnamed,))
    assert (row.records or [])[-1].hold == Hold(LATE + HOUR, (("all-events", day(17)),))
    assert states(row)["breached"] == HELD
    settle_row(row, LATE + 3, PROMISE_ONLY, ())
    assert states(row)["breached"] == PENDING


def test_it_waits_in_no_second_silence() -> None:
    """The source spoke and fell silent again: what had come true before is told."""
    row = breached()
    settle_row(row, LATE + MINUTE, PROMISE_ONLY, (replace(MES_SILENT, since=LATE + 30),))
    assert states(row)["breached"] == PENDING


def test_the_words_say_since_when_nothing_was_heard() -> None:
    silences = (("crm-events", day(0)), ("mes\nevents", day(1)))
    assert with_silences("Order A is late.", ()) == "Order A is late."
    assert with_silences("Order A is late.", silences) == (
        "Order A is late. Sent although nothing was heard from crm-events since 2 Mar 2026, 09:00 UTC, "
        "from mes events since 3 Mar 2026, 09:00 UTC."
    )
    assert with_silences("Order A is late.", silences[:1], day(2)) == (
        "Order A is late. Held back until 4 Mar 2026, 09:00 UTC at the latest: "
        "nothing was heard from crm-events since 2 Mar 2026, 09:00 UTC."
    )


SILENCES = st.lists(
    st.builds(
        Silent,
        st.sampled_from(("a", "b")),
        st.integers(-5, 40).map(day),
        st.just(0),
        st.sampled_from((None, "shop", "crm", "mes")),
    ),
    max_size=2,
).map(tuple)


@settings(max_examples=150)
@given(st.data(), order_events(), st.sampled_from((0, 1, HOUR, 3 * DAY)))
def test_silences_change_nothing_that_stands_and_hold_no_longer_than_they_may(
    data: st.DataObject, events: list[OrderEvent], at_most: Span
) -> None:
    """Whatever is silent whenever, with restarts in between: standing is what it is without, and held is bounded."""
    rules = OrderRules(BOOK, NoticeRules(("slack",), hold_at_most=at_most))
    end = max(event.occurred_at for event in events) + data.draw(st.sampled_from((0, DAY, 60 * DAY)))
    row, seen = new_row(rules), dict[str, str]()
    instants = sorted({event.occurred_at for event in events} | {end})
    for event in [*data.draw(arrivals(events)), None]:
        if event is not None:
            apply(row, event, rules)
        now = end if event is None else data.draw(st.sampled_from(instants))
        settle_row(row, now, rules, data.draw(SILENCES))
        row = again(row, rules)
        seen = _stepped(row, seen)
    plain = row_of(*events, rules=rules)
    settle_row(plain, end, rules)
    assert standing(row) == standing(plain)
    settle_row(row, end, rules, ())
    assert not is_held(row)


def _stepped(row: Row, before: dict[str, str]) -> dict[str, str]:
    """The state by notice; fails where one is held too long, or is held back after it was let go."""
    now, seen = row.settled_at, dict[str, str]()
    for record in row.records or ():
        name, state = record.id_for(ORDER), record.deliveries["slack"].state
        seen[name] = state
        if state == HELD:
            assert now is not None
            assert record.standing
            assert record.hold is not None
            assert before.get(name) != PENDING
    return seen


@given(order_events(), SILENCES, st.integers(0, 30))
def test_the_next_look_lets_go(events: list[OrderEvent], silences: tuple[Silent, ...], days: int) -> None:
    """A row that holds something wants to be looked at when the time is over, and is then held no more."""
    rules = OrderRules(BOOK, NoticeRules(("slack",), hold_at_most=HOUR))
    row, now = row_of(*events, rules=rules), max(event.occurred_at for event in events) + days * DAY
    settle_row(row, now, rules, silences)
    held = {record.at for record in row.records or () if record.held_until is not None}
    assert all(at + HOUR > now for at in held)
    for _ in range(50):
        due = wake_at(row, rules)
        if not is_held(row):
            break
        assert due is not None
        assert now < due <= min(held) + HOUR
        settle_row(row, due, rules, silences)
        held = {record.at for record in row.records or () if record.held_until is not None}
        now = due
    assert not is_held(row)


def test_a_cancelled_order_is_told_nothing() -> None:
    row = breached()
    apply(row, told_event(EventType.CANCEL, day(20)), PROMISE_ONLY)
    settle_row(row, LATE + MINUTE, PROMISE_ONLY, (MES_SILENT,))
    assert states(row)["breached"] == SUPERSEDED
