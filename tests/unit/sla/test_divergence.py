"""Which systems disagree about an order (CONTRACT §3.2): each kind, when it shows, what ends it, what it takes over."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import EventType, Instant, OrderEvent, rfc3339
from slamon.sla.book import RuleBook
from slamon.sla.clock import Due, Told
from slamon.sla.conditions import conditions
from slamon.sla.divergence import DivergenceKind, contradictions, hear, rows_after, thresholds
from slamon.sla.fold import fold
from slamon.sla.policy import DivergenceTerms, OnRegress, SlaPolicy
from slamon.sla.rules import ReportRules
from slamon.sla.standing import order_json, order_report
from tests.builders import BOOK, MINUTE, ORDER, T0, book, day, entries, order_event, told
from tests.strategies import arrivals, order_events

SKEW = 15 * MINUTE
BEHIND, AHEAD, LOST = DivergenceKind.BEHIND, DivergenceKind.AHEAD, DivergenceKind.LOST
CONTRADICTING, REGRESSED = DivergenceKind.CONTRADICTING, DivergenceKind.REGRESSED
MIRROR = book(divergence=DivergenceTerms(mirrors=frozenset({"crm"})))


class Shown(NamedTuple):
    """What a table expects of one row; `since` in minutes."""

    system: str
    kind: DivergenceKind
    expected: str
    since: float
    hop: str
    status: str | None


def says(system: str | None, status: str, minutes: float, **changes: Any) -> OrderEvent:
    """A system reports a status so many minutes after `T0`."""
    return order_event(status, T0 + round(minutes * MINUTE), system=system, **changes)


def knows(system: str, minutes: float = 0) -> OrderEvent:
    """A system mentions the order and says no status."""
    return told(EventType.NOTE, T0 + round(minutes * MINUTE), system=system)


def shown_at(events: Sequence[OrderEvent], at: Instant, rules: RuleBook = BOOK) -> list[dict[str, Any]]:
    """`divergences` of §5."""
    rows = order_json(order_report(ORDER, entries(*events), at, rules))["divergences"]
    assert isinstance(rows, list)
    return rows


def as_json(row: Shown) -> dict[str, Any]:
    return {
        "system": row.system,
        "kind": str(row.kind),
        "status": row.status,
        "expected": row.expected,
        "since": rfc3339(T0 + round(row.since * MINUTE)),
        "hop": row.hop,
    }


AGREED = [says("shop", "SUBMITTED", 0), knows("crm"), says("mes", "PRICE_CALCULATED", 1)]
"""Nobody owes anything: CRM has the next step and knows the order."""

GOES_ON = says("mes", "MANUFACTURING_STARTED", 10)

# What was said, what it makes, the report that ends it.
KINDS: dict[str, tuple[list[OrderEvent], Shown, OrderEvent]] = {
    "behind": (
        [*AGREED, GOES_ON],
        Shown("crm", BEHIND, "MANUFACTURING_APPROVED", 10, "mes->crm", None),
        says("crm", "MANUFACTURING_APPROVED", 200),
    ),
    "behind, caught up by a later step": (
        [*AGREED, GOES_ON],
        Shown("crm", BEHIND, "MANUFACTURING_APPROVED", 10, "mes->crm", None),
        says("crm", "MANUFACTURING_STARTED", 200),
    ),
    "behind with a step of its own before": (
        [says("shop", "SUBMITTED", 0), says("crm", "SUBMITTED", 1), says("mes", "PRICE_CALCULATED", 2), GOES_ON],
        Shown("crm", BEHIND, "MANUFACTURING_APPROVED", 10, "mes->crm", "SUBMITTED"),
        says("crm", "MANUFACTURING_APPROVED", 200),
    ),
    "lost": (
        [says("shop", "SUBMITTED", 0), says("mes", "PRICE_CALCULATED", 1), GOES_ON],
        Shown("crm", LOST, "MANUFACTURING_APPROVED", 10, "mes->crm", None),
        says("crm", "MANUFACTURING_APPROVED", 200),
    ),
    "ahead": (
        [*AGREED, says("mes", "MANUFACTURING_APPROVED", 10)],
        Shown("mes", AHEAD, "MANUFACTURING_APPROVED", 10, "crm->mes", "MANUFACTURING_APPROVED"),
        says("crm", "MANUFACTURING_APPROVED", 200),
    ),
    "ahead, its owner went past": (
        [*AGREED, says("mes", "MANUFACTURING_APPROVED", 10)],
        Shown("mes", AHEAD, "MANUFACTURING_APPROVED", 10, "crm->mes", "MANUFACTURING_APPROVED"),
        says("crm", "MANUFACTURING_STARTED", 200),
    ),
    "regressed": (
        [*AGREED, says("crm", "MANUFACTURING_APPROVED", 2), says("crm", "SUBMITTED", 10)],
        Shown("crm", REGRESSED, "MANUFACTURING_APPROVED", 10, "shop->crm", "SUBMITTED"),
        says("crm", "MANUFACTURING_APPROVED", 200),
    ),
    "regressed, back beyond the step": (
        [
            *AGREED,
            says("crm", "MANUFACTURING_APPROVED", 2),
            says("mes", "MANUFACTURING_STARTED", 3),
            says("mes", "PRICE_CALCULATED", 10),
        ],
        Shown("mes", REGRESSED, "MANUFACTURING_STARTED", 10, "mes->mes", "PRICE_CALCULATED"),
        says("mes", "MANUFACTURING_COMPLETED", 200),
    ),
}


@pytest.mark.parametrize(("events", "row", "ending"), KINDS.values(), ids=KINDS)
def test_a_divergence_shows_when_its_skew_is_over_and_until_it_is_made_good(
    events: list[OrderEvent], row: Shown, ending: OrderEvent
) -> None:
    """At `since` + `allowed_skew` all is in time still; the next microsecond shows it; the report ends it at once."""
    shows_at = T0 + round(row.since * MINUTE) + SKEW
    assert shown_at(events, shows_at - 1) == []
    assert shown_at(events, shows_at) == []
    assert shown_at(events, shows_at + 1) == [as_json(row)]
    assert shown_at([*events, ending], ending.occurred_at - 1) == [as_json(row)]
    assert shown_at([*events, ending], ending.occurred_at) == []
    assert as_json(row) not in shown_at([*events, ending], day(5))


@pytest.mark.parametrize(("events", "row", "ending"), KINDS.values(), ids=KINDS)
def test_one_notice_for_each_divergence_at_the_end_of_its_skew(
    events: list[OrderEvent], row: Shown, ending: OrderEvent
) -> None:
    """At `since` + `allowed_skew`, whether or not it was made good later; none when the report came by then."""
    shows_at = T0 + round(row.since * MINUTE) + SKEW
    expected = [((row.system, str(row.kind), row.expected), shows_at, shows_at + 1)]
    assert _notices(events, day(5)) == expected
    assert _notices(events, shows_at) == []
    assert _notices([*events, ending], ending.occurred_at) == expected
    in_time = msgspec.structs.replace(ending, occurred_at=shows_at)
    assert _notices([*events, in_time], shows_at + 1) == []
    too_late = msgspec.structs.replace(ending, occurred_at=shows_at + 1)
    assert _notices([*events, too_late], shows_at + 1) == expected


def _notices(events: Sequence[OrderEvent], now: Instant) -> list[tuple[Any, Instant, Instant]]:
    """(name, at, from when it stands) of the divergences that are notices by `now`, of what has happened by then."""
    happened = [event for event in events if event.occurred_at <= now]
    found = conditions(fold(entries(*happened), BOOK), BOOK.rules[0])
    return [(c.apart, c.at, c.from_at) for c in found if c.kind is Due.DIVERGENCE and c.from_at <= now]


def test_what_shows_again_is_the_same_notice() -> None:
    """One per (order, system, kind, expected): a second regress to the same step is the first notice still."""
    back_and_forth = [
        *AGREED,
        says("crm", "MANUFACTURING_APPROVED", 2),
        says("crm", "SUBMITTED", 10),
        says("crm", "MANUFACTURING_APPROVED", 60),
        says("crm", "SUBMITTED", 100),
    ]
    assert [since for _, since, _ in _notices(back_and_forth, day(1))] == [T0 + 10 * MINUTE + SKEW]
    assert [row["since"] for row in shown_at(back_and_forth, day(1))] == [rfc3339(T0 + 100 * MINUTE)]


# What was said, and what shows an hour after the last of it.
ROWS: dict[str, tuple[list[OrderEvent], list[Shown]]] = {
    "nobody else has said so": (AGREED, []),
    "a step that follows from nothing is missed by nobody": (
        [says("shop", "SUBMITTED", 0), knows("crm"), knows("mes")],
        [],
    ),
    "of several missing steps the earliest": (
        [
            says("shop", "SUBMITTED", 0),
            knows("mes"),
            says("crm", "MANUFACTURING_APPROVED", 5),
            says("crm", "CLOSED", 9),
        ],
        [Shown("mes", BEHIND, "PRICE_CALCULATED", 5, "crm->mes", None)],
    ),
    "then the next": (
        [
            says("shop", "SUBMITTED", 0),
            knows("mes"),
            says("crm", "MANUFACTURING_APPROVED", 5),
            says("mes", "PRICE_CALCULATED", 6),
            says("crm", "CLOSED", 9),
        ],
        [Shown("mes", BEHIND, "MANUFACTURING_STARTED", 9, "crm->mes", "PRICE_CALCULATED")],
    ),
    "of several steps ahead the earliest": (
        [*AGREED, says("mes", "CLOSED", 5), says("mes", "MANUFACTURING_APPROVED", 6), says("mes", "CLOSED", 7)],
        [Shown("mes", AHEAD, "MANUFACTURING_APPROVED", 6, "crm->mes", "CLOSED")],
    ),
    "ahead still with the next": (
        [
            *AGREED,
            says("mes", "MANUFACTURING_APPROVED", 5),
            says("mes", "CLOSED", 6),
            says("crm", "MANUFACTURING_APPROVED", 7),
        ],
        [Shown("mes", AHEAD, "CLOSED", 6, "crm->mes", "CLOSED")],
    ),
    "a system that is lost stays so beside one that is ahead": (
        [says("shop", "SUBMITTED", 0), says("shop", "PRICE_CALCULATED", 5), knows("crm")],
        [
            Shown("mes", LOST, "PRICE_CALCULATED", 5, "mes->mes", None),
            Shown("shop", AHEAD, "PRICE_CALCULATED", 5, "mes->shop", "PRICE_CALCULATED"),
        ],
    ),
    "`ahead` takes the place of its step alone": (
        [*AGREED, GOES_ON, says("mes", "CLOSED", 20)],
        [
            Shown("crm", BEHIND, "MANUFACTURING_APPROVED", 10, "mes->crm", None),
            Shown("mes", AHEAD, "CLOSED", 20, "crm->mes", "CLOSED"),
        ],
    ),
    "nobody's report counts for nobody": (
        [says("shop", "SUBMITTED", 0), knows("crm"), says(None, "MANUFACTURING_STARTED", 5)],
        [],
    ),
    "an unknown status is no report": (
        [says("shop", "SUBMITTED", 0), knows("crm"), says("shop", "ON_FIRE", 5)],
        [],
    ),
    "steps before the start are expected of nobody": (
        [says("crm", "INITIATED", 0), says("mes", "FILE_UPLOADED", 1), knows("shop")],
        [],
    ),
    "the start itself is expected": (
        [says("crm", "SUBMITTED", 0), knows("shop"), says("mes", "PRICE_CALCULATED", 1)],
        [Shown("crm", AHEAD, "SUBMITTED", 0, "shop->crm", "SUBMITTED")],
    ),
    "of a B2B order nothing before MES": (
        [says("mes", "PRICE_CALCULATED", 0, channel="b2b"), knows("crm")],
        [],
    ),
    "a B2B order that CRM lost": (
        [says("mes", "PRICE_CALCULATED", 0, channel="b2b"), GOES_ON],
        [Shown("crm", LOST, "MANUFACTURING_APPROVED", 10, "mes->crm", None)],
    ),
    "an order of another channel that enters at MES": (
        [says("mes", "PRICE_CALCULATED", 0, channel="shop"), knows("crm")],
        [Shown("shop", LOST, "SUBMITTED", 0, "mes->shop", None)],
    ),
    "who cancelled owes nothing": (
        [*AGREED, says("crm", "CANCELLED", 2), GOES_ON],
        [Shown("mes", CONTRADICTING, "CANCELLED", 10, "mes->mes", "MANUFACTURING_STARTED")],
    ),
    "a step back that did not last": (
        [
            *AGREED,
            says("crm", "MANUFACTURING_APPROVED", 2),
            says("crm", "SUBMITTED", 10),
            says("crm", "MANUFACTURING_APPROVED", 25),
        ],
        [],
    ),
    "a step back counts from the first": (
        [*AGREED, says("crm", "MANUFACTURING_APPROVED", 2), says("crm", "SUBMITTED", 10), says("crm", "INITIATED", 40)],
        [Shown("crm", REGRESSED, "MANUFACTURING_APPROVED", 10, "shop->crm", "INITIATED")],
    ),
    "after the end": (
        [*AGREED, says("mes", "SHIPPED", 20)],
        [Shown("crm", BEHIND, "MANUFACTURING_APPROVED", 20, "mes->crm", None)],
    ),
}


@pytest.mark.parametrize(("events", "rows"), ROWS.values(), ids=ROWS)
def test_what_shows_when_every_skew_is_over(events: list[OrderEvent], rows: list[Shown]) -> None:
    """What is expected of whom, and which of several divergences is shown."""
    assert shown_at(events, day(1)) == [as_json(row) for row in rows]


@pytest.mark.parametrize("minutes", [0, 14, 15])
def test_systems_that_follow_each_other_within_the_skew_agree(minutes: int) -> None:
    """A whole life of an order told by all three, each up to a skew later than the others."""
    steps = BOOK.lifecycle.statuses
    events = [
        says(system, status, 20 * number + (0 if system == BOOK.lifecycle.owner(status) else minutes))
        for number, status in enumerate(steps)
        for system in ("shop", "crm", "mes")
    ]
    at = sorted({event.occurred_at for event in events})
    for instant in [*at, *(x + 1 for x in at), day(1)]:
        assert shown_at(events, instant, MIRROR) == []


CONTRADICTIONS: dict[str, tuple[list[OrderEvent], list[tuple[str, float]]]] = {
    "another goes on": ([says("crm", "CANCELLED", 5), says("mes", "MANUFACTURING_STARTED", 9)], [("mes", 9)]),
    "since its first later report": (
        [says("crm", "CANCELLED", 5), says("mes", "MANUFACTURING_STARTED", 9), says("mes", "PACKAGING", 12)],
        [("mes", 9)],
    ),
    "to no later step": ([says("crm", "CANCELLED", 5), says("mes", "PRICE_CALCULATED", 9)], []),
    "before the cancel": ([says("mes", "MANUFACTURING_STARTED", 4), says("crm", "CANCELLED", 5)], []),
    "at its instant": ([says("mes", "MANUFACTURING_STARTED", 5), says("crm", "CANCELLED", 5)], []),
    "itself": ([says("crm", "CANCELLED", 5), says("crm", "MANUFACTURING_APPROVED", 9)], []),
    "by an event of the type": (
        [told(EventType.CANCEL, T0 + 5 * MINUTE), says("mes", "MANUFACTURING_STARTED", 9)],
        [("mes", 9)],
    ),
    "nobody's cancel": ([says(None, "CANCELLED", 5), says("mes", "MANUFACTURING_STARTED", 9)], []),
    "two that go on": (
        [says("crm", "CANCELLED", 5), says("mes", "PACKAGING", 9), says("shop", "PACKAGING", 8)],
        [("mes", 9), ("shop", 8)],
    ),
    "both cancelled, one goes on": (
        [says("crm", "CANCELLED", 5), says("mes", "CANCELLED", 6), says("mes", "PACKAGING", 9)],
        [("mes", 9)],
    ),
}


@pytest.mark.parametrize(("events", "rows"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_one_says_cancelled_and_another_goes_on(events: list[OrderEvent], rows: list[tuple[str, float]]) -> None:
    """`expected` is CANCELLED; it shows at once, no skew is spoken of."""
    found = contradictions(entries(*AGREED, *events), BOOK.lifecycle, ["crm", "mes", "shop"])
    assert [(row.system, row.since) for row in found] == [(name, T0 + round(since * MINUTE)) for name, since in rows]
    assert {(row.kind, row.expected) for row in found} <= {(CONTRADICTING, "CANCELLED")}
    for row in found:
        assert (row.system, CONTRADICTING) in _shown_kinds([*AGREED, *events], row.since)
        assert (row.system, CONTRADICTING) not in _shown_kinds([*AGREED, *events], row.since - 1)


def _shown_kinds(events: Sequence[OrderEvent], at: Instant) -> list[tuple[str, str]]:
    return [(row["system"], row["kind"]) for row in shown_at(events, at)]


def test_after_the_end_divergences_are_listed_and_give_no_notice() -> None:
    """What was told before the end stays; what shows after it is not told."""
    events = [*AGREED, GOES_ON, says("mes", "SHIPPED", 40), says("mes", "PACKAGING", 50)]
    assert [row["kind"] for row in shown_at(events, day(1))] == [BEHIND, REGRESSED]
    assert [name for name, _, _ in _notices(events, day(1))] == [("crm", "behind", "MANUFACTURING_APPROVED")]
    ended_in_time = [*AGREED, GOES_ON, says("mes", "SHIPPED", 25)]
    assert [row["kind"] for row in shown_at(ended_in_time, day(1))] == [BEHIND]
    assert _notices(ended_in_time, day(1)) == []


def test_a_mirror_owes_every_step_from_the_entry_on() -> None:
    """`mirrors: all`: also the steps of others, each `allowed_skew` after it was said."""
    events = [says("shop", "INITIATED", -9), says("shop", "SUBMITTED", 0), says("mes", "PRICE_CALCULATED", 60)]
    mirrored = [*events, says("crm", "SUBMITTED", 10)]
    lost = Shown("crm", LOST, "SUBMITTED", 0, "shop->crm", None)
    behind = Shown("crm", BEHIND, "PRICE_CALCULATED", 60, "mes->crm", "SUBMITTED")
    assert shown_at(events, T0 + SKEW, MIRROR) == []
    assert shown_at(events, T0 + SKEW + 1, MIRROR) == [as_json(lost)]
    assert shown_at(mirrored, T0 + 75 * MINUTE, MIRROR) == []
    assert shown_at(mirrored, T0 + 75 * MINUTE + 1, MIRROR) == [as_json(behind)]
    assert shown_at(mirrored, day(1)) == []


def test_the_entry_of_a_channel_is_as_configured() -> None:
    """Steps before it are expected of nobody; without it those before the start step are not."""
    rules = book(divergence=DivergenceTerms(entry=(("kiosk", "MANUFACTURING_STARTED"), ("odd", "ON_FIRE"))))

    def missing(channel: str | None) -> list[tuple[str, str]]:
        events = [says("mes", "PACKAGING", 0, channel=channel)]
        return [(row["system"], row["expected"]) for row in shown_at(events, day(1), rules)]

    assert missing("kiosk") == []
    start = [("crm", "MANUFACTURING_APPROVED"), ("shop", "SUBMITTED")]
    assert missing("b2b") == missing("odd") == missing(None) == start


def test_a_channel_told_later_changes_what_is_expected() -> None:
    """The channel as last stated; a message that brings only it counts."""
    events = [says("mes", "PRICE_CALCULATED", 0), knows("crm")]
    later = told(EventType.NOTE, T0 + 5 * MINUTE, system=None, channel="b2b")
    assert [row["kind"] for row in shown_at(events, day(1))] == [LOST]
    assert [name for name, _, _ in _notices(events, day(1))] == [("shop", "lost", "SUBMITTED")]
    assert shown_at([*events, later], day(1)) == []
    assert _notices([*events, later], day(1)) == []


@pytest.mark.parametrize(
    ("on_regress", "kinds"), [("continue", [REGRESSED]), ("ignore", []), ("new_cycle", [REGRESSED])]
)
def test_where_a_step_back_does_not_count_no_system_goes_back(on_regress: str, kinds: list[DivergenceKind]) -> None:
    """`on_regress: ignore`: a step back does not change the status."""
    rules = book(SlaPolicy(on_regress=OnRegress(on_regress)))
    events = [*AGREED, says("crm", "MANUFACTURING_APPROVED", 2), says("crm", "PRICE_CALCULATED", 10)]
    assert [row["kind"] for row in shown_at(events, day(1), rules)] == kinds
    found = conditions(fold(entries(*events), rules), rules.rules[0])
    assert [c.apart and c.apart[1] for c in found if c.kind is Due.DIVERGENCE] == kinds


def test_the_skew_may_be_none_at_all() -> None:
    """With a skew of nothing a divergence shows the microsecond after."""
    rules = book(divergence=DivergenceTerms(allowed_skew=0))
    assert shown_at([*AGREED, GOES_ON], T0 + 10 * MINUTE, rules) == []
    assert [row["kind"] for row in shown_at([*AGREED, GOES_ON], T0 + 10 * MINUTE + 1, rules)] == [BEHIND]


@given(st.data(), order_events())
def test_divergences_do_not_depend_on_the_order_of_arrival(data: st.DataObject, events: list[OrderEvent]) -> None:
    """Permutation and repeats change nothing, at whatever instant."""
    now = data.draw(st.sampled_from([event.occurred_at for event in events])) + data.draw(
        st.sampled_from((0, 1, SKEW, SKEW + 1))
    )
    assert shown_at(data.draw(arrivals(events)), now) == shown_at(events, now)


REPORTS = ReportRules.of(DivergenceTerms(allowed_skew=5, mirrors=frozenset({"crm"})), BOOK.lifecycle)
HEARD = st.lists(
    st.tuples(
        st.sampled_from(("shop", "crm", "mes", "other")), st.one_of(st.none(), st.integers(0, 9)), st.integers(0, 3)
    ),
    max_size=12,
)


@given(HEARD, st.integers(0, 9))
def test_between_two_thresholds_nothing_changes(heard: list[tuple[str, int | None, int]], floor: int) -> None:
    """Whoever looks only after each threshold has seen all that ever shows."""
    known: dict[str, Told] = {}
    at = 0
    for system, number, passed in heard:
        at += passed
        hear(known, system, number, at, REPORTS)
    found = set(thresholds(known, floor, REPORTS))
    before = rows_after(known, floor, REPORTS, -1)
    assert before == []
    for x in range(at + 10):
        rows = rows_after(known, floor, REPORTS, x)
        assert rows == before or x in found
        before = rows
