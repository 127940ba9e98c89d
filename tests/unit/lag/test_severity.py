"""How urgent a late group is: by what is left of its orders' promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.lag.policy import SlackPolicy
from slamon.lag.severity import severity, urgency
from slamon.lag.verdict import LagStatus, Level, Verdict
from slamon.lag.waiting import Waiting
from slamon.lag.window import Eta
from slamon.orders.event import DAY
from tests.builders import HOUR

POLICY = SlackPolicy()
LATE = Verdict(LagStatus.CATCHING_UP, Level.WARN, 8)


def waiting(slack: int | None) -> Waiting:
    return Waiting(1, slack=slack)


def eta(span: int, high: int | None = None) -> Eta:
    return Eta(span, span, high)


@pytest.mark.parametrize(
    ("slack", "clears_in", "expected"),
    [
        (None, eta(0), None),
        (14 * DAY, eta(HOUR), Level.NONE),
        (3 * DAY + HOUR + 1, eta(HOUR), Level.NONE),
        (3 * DAY + HOUR, eta(HOUR), Level.WARN),
        (DAY + HOUR, eta(HOUR), Level.CRITICAL),
        (14 * DAY, eta(HOUR, 13 * DAY), Level.CRITICAL),
        (-HOUR, eta(HOUR), Level.CRITICAL),
        (14 * DAY, None, Level.WARN),
        (3 * DAY, None, Level.CRITICAL),
    ],
    ids=[
        "no promise", "weeks left", "just more than warned of", "warned of", "a day left when it is through",
        "the end of the band counts", "broken already", "does not clear, weeks left", "does not clear, days left",
    ],
)  # fmt: skip
def test_what_is_left_when_it_has_cleared(slack: int | None, clears_in: Eta | None, expected: Level | None) -> None:
    assert urgency(waiting(slack), clears_in, POLICY) is expected


def test_three_messages_due_tomorrow_outrank_three_thousand_with_two_weeks_left() -> None:
    critical_by_age = Verdict(LagStatus.FALLING_BEHIND, Level.CRITICAL, 7)
    few = severity(LATE, Waiting(3, slack=DAY), eta(HOUR), POLICY)
    many = severity(critical_by_age, Waiting(3000, slack=14 * DAY), eta(HOUR), POLICY)
    assert (few, many) == (Level.CRITICAL, Level.WARN)


def test_without_orders_age_decides() -> None:
    critical = Verdict(LagStatus.STUCK, Level.CRITICAL, 6)
    assert severity(critical, None, None, POLICY) is Level.CRITICAL
    assert severity(critical, waiting(None), None, POLICY) is Level.CRITICAL


@pytest.mark.parametrize("status", [LagStatus.OK, LagStatus.DATA_LOSS, LagStatus.UNKNOWN])
def test_what_is_not_late_is_as_bad_as_its_verdict_says(status: LagStatus) -> None:
    assert severity(Verdict(status, Level.NONE, 0), waiting(-DAY), None, POLICY) is Level.NONE


SPANS = st.integers(-20 * DAY, 20 * DAY)


@given(slack=SPANS, less=st.integers(0, 20 * DAY), clears_in=st.none() | st.integers(0, 20 * DAY))
def test_less_time_left_is_never_less_urgent(slack: int, less: int, clears_in: int | None) -> None:
    when = None if clears_in is None else eta(clears_in)
    before, after = urgency(waiting(slack), when, POLICY), urgency(waiting(slack - less), when, POLICY)
    assert before is not None
    assert after is not None
    assert after >= before
