"""A hand-off that was lost is told of by the first tick after its budget; a system that follows is left alone.

The deadline's own instant is still in time (CONTRACT §3), so a notice stands from a microsecond after it.
"""

from collections.abc import Sequence
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.notices.notice import NoticeKind
from slamon.notices.record import KIND_OF
from slamon.notices.row import OrderRules, read_row
from slamon.orders.event import DAY, SECOND, Instant, OrderEvent, Span
from slamon.services.offers import Address
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.sla.calendar import Length
from slamon.sla.policy import DivergenceTerms, SlaPolicy, StageBudget
from slamon.stream import Effects
from tests.builders import HOUR, MINUTE, ORDER, T0, book, order_event, order_rules
from tests.fakes.stream import FakeRows, FakeTally

Told: TypeAlias = tuple[str, str | None, tuple[str, str, str] | None, Instant]
"""(kind, stage, divergence, `at`) of a notice that stands."""

APPROVED_AT = T0 + 3 * HOUR
BUDGETS = st.integers(1 * SECOND, 3 * DAY)
SKEWS = st.integers(0, 2 * HOUR)
TICKS = st.integers(SECOND // 100, 90 * SECOND)


class Watched:
    """An order in its partition, looked at by a ticker."""

    def __init__(self, budget: Span, skew: Span, *mirrors: str) -> None:
        stage = StageBudget("MANUFACTURING_APPROVED", "MANUFACTURING_STARTED", Length(0, budget))
        terms = DivergenceTerms(allowed_skew=skew, mirrors=frozenset(mirrors))
        self.rules: OrderRules = order_rules(book=book(SlaPolicy(stages=(stage,)), divergence=terms))
        self.rows, self.effects = FakeRows(), Effects()
        address = {"slack": Address("slack", b"slack", 0)}
        self.partition = OrderPartition(0, PartitionRules(self.rules, address, "outbox"), FakeTally())
        self.partition.open(self.rows)

    def hears(self, events: Sequence[OrderEvent]) -> None:
        for event in events:
            self.partition.apply(ORDER.encode(), event, self.rows, self.effects, event.occurred_at)

    def ticks(self, now: Instant) -> set[Told]:
        """One tick of the ticker; what stands after it."""
        keys = self.partition.due.pop(now, self.partition.due_of(self.rows), 100)
        self.partition.tick(keys, self.rows, self.effects, now)
        row = read_row(self.rows.rows[ORDER.encode()], self.rules)
        assert row is not None
        return {(KIND_OF[r.kind], r.stage, r.apart, r.at) for r in row.records or () if r.standing}

    def around(self, deadline: Instant, tick: Span, phase: Span) -> tuple[set[Told], set[Told]]:
        """What stands after the last tick that is not past a deadline, and after the next one."""
        last = deadline - phase % tick
        return self.ticks(last), self.ticks(last + tick)


def says(system: str, status: str, at: Instant) -> OrderEvent:
    return order_event(status, at, system=system)


def _approved() -> list[OrderEvent]:
    """Up to the hand-off that the MES does not take: it priced the order, and knows it."""
    return [
        says("shop", "SUBMITTED", T0),
        says("mes", "SUBMITTED", T0),
        says("mes", "PRICE_CALCULATED", T0 + MINUTE),
        says("crm", "MANUFACTURING_APPROVED", APPROVED_AT),
    ]


@given(BUDGETS, TICKS, st.integers(0, DAY))
def test_a_stage_that_nobody_takes_on(budget: Span, tick: Span, phase: Span) -> None:
    """Approved by the CRM and never started: overdue at its budget, told of by the first tick after it."""
    watched = Watched(budget, 9000 * DAY)
    watched.hears(_approved())
    before, after = watched.around(APPROVED_AT + budget, tick, phase)
    assert before == set()
    assert after == {(NoticeKind.STAGE_OVERDUE, "MANUFACTURING_APPROVED", None, APPROVED_AT + budget)}


@given(SKEWS, TICKS, st.integers(0, DAY))
def test_a_system_that_missed_the_approval(skew: Span, tick: Span, phase: Span) -> None:
    """The MES, which has a full copy, does not say that it was approved: behind, at the allowed skew."""
    watched = Watched(9000 * DAY, skew, "mes")
    watched.hears(_approved())
    before, after = watched.around(APPROVED_AT + skew, tick, phase)
    assert before == set()
    apart = ("mes", "behind", "MANUFACTURING_APPROVED")
    assert after == {(NoticeKind.DIVERGENCE, None, apart, APPROVED_AT + skew)}


@given(SKEWS, TICKS, st.integers(0, DAY))
def test_a_system_that_never_heard_of_the_order(skew: Span, tick: Span, phase: Span) -> None:
    """Submitted and approved, and the MES never mentioned it: lost, at the allowed skew, with the step it owes."""
    watched = Watched(9000 * DAY, skew)
    watched.hears([says("shop", "SUBMITTED", T0), says("crm", "MANUFACTURING_APPROVED", APPROVED_AT)])
    before, after = watched.around(APPROVED_AT + skew, tick, phase)
    assert before == set()
    assert after == {(NoticeKind.DIVERGENCE, None, ("mes", "lost", "PRICE_CALCULATED"), APPROVED_AT + skew)}


def test_both_at_once() -> None:
    """Budget and skew of one lost hand-off each give their own notice, each at its own instant."""
    watched = Watched(4 * HOUR, 15 * MINUTE, "mes")
    watched.hears(_approved())
    apart = (NoticeKind.DIVERGENCE, None, ("mes", "behind", "MANUFACTURING_APPROVED"), APPROVED_AT + 15 * MINUTE)
    overdue = (NoticeKind.STAGE_OVERDUE, "MANUFACTURING_APPROVED", None, APPROVED_AT + 4 * HOUR)
    assert watched.ticks(APPROVED_AT + 15 * MINUTE) == set()
    assert watched.ticks(APPROVED_AT + 15 * MINUTE + 1) == {apart}
    assert watched.ticks(APPROVED_AT + 4 * HOUR) == {apart}
    assert watched.ticks(APPROVED_AT + 4 * HOUR + 1) == {apart, overdue}


WAY = (
    ("shop", "SUBMITTED"),
    ("mes", "PRICE_CALCULATED"),
    ("crm", "MANUFACTURING_APPROVED"),
    ("mes", "MANUFACTURING_STARTED"),
    ("mes", "MANUFACTURING_COMPLETED"),
    ("mes", "PACKAGING"),
)


@given(st.data(), SKEWS, st.sampled_from(("crm", "mes", "shop", "warehouse")))
def test_a_system_that_follows_is_left_alone(data: st.DataObject, skew: Span, mirror: str) -> None:
    """Whatever the skew, whoever speaks first and whenever the ticker looks: up to the skew nobody diverges."""
    watched, at = Watched(9000 * DAY, skew, mirror), T0
    for owner, status in WAY:
        first, second = data.draw(st.permutations((owner, mirror)))
        follows = at + data.draw(st.one_of(st.just(skew), st.integers(0, skew)))
        watched.hears([says(first, status, at)])
        assert watched.ticks(follows) == set()
        watched.hears([says(second, status, follows)])
        at += skew + data.draw(st.integers(1, DAY))
        assert watched.ticks(at) == set()
    in_the_end = {kind for kind, _, _, _ in watched.ticks(at + 60 * DAY)}
    assert in_the_end == {NoticeKind.AT_RISK, NoticeKind.BREACHED}


@pytest.mark.parametrize(("beyond", "count"), [(0, 0), (1, 1)])
def test_a_microsecond_too_late(beyond: Span, count: int) -> None:
    """The skew itself is allowed; what comes after it was told of, if the ticker looked in between."""
    watched = Watched(9000 * DAY, 15 * MINUTE, "mes")
    watched.hears(_approved())
    watched.hears([says("mes", "MANUFACTURING_APPROVED", APPROVED_AT + 15 * MINUTE + beyond)])
    assert len(watched.ticks(APPROVED_AT + HOUR)) == count
