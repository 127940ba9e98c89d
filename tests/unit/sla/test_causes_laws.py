"""Laws of the partition: no time is lost, none is counted twice, and every instant has its strongest cause."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.sla.causes import Cause, Interval, Window, partition, totals, totals_by_who

TIMES = st.integers(-5, 45)
NAMES = st.sampled_from(["shop", "crm", "mes", None])
WINDOWS = st.lists(st.builds(Window, TIMES, st.none() | TIMES, NAMES), max_size=4)
MOVES = st.lists(st.tuples(TIMES, st.integers(-2, 9)), max_size=6).map(lambda moves: sorted(moves, key=lambda m: m[0]))
KNOWN = st.fixed_dictionaries({Cause.HOLD: WINDOWS, Cause.SERVICE: WINDOWS, Cause.QUEUE: WINDOWS})


def _covered(windows: list[Window], at: int, what: str | None = None) -> bool:
    return any(
        one.since <= at and (one.until is None or at < one.until) and (what is None or one.what == what)
        for one in windows
    )


def _cause_at(at: int, moves: list[tuple[int, int]], known: dict[Cause, list[Window]], apart: list[Window]) -> Cause:
    """The definition, asked for one microsecond."""
    for cause in (Cause.HOLD, Cause.SERVICE, Cause.QUEUE):
        if _covered(known[cause], at):
            return cause
    step = ([-1] + [step for moved_at, step in moves if moved_at <= at])[-1]
    if step == -2 or step + 1 == len(DEFAULT_LIFECYCLE.steps):
        return Cause.WORK
    move = DEFAULT_LIFECYCLE.steps[step + 1]
    if _covered(apart, at, move.system):
        return Cause.MESSAGE
    return Cause.WORK if move.role is None else Cause.PERSON


@given(st.integers(0, 40), MOVES, KNOWN, WINDOWS)
def test_every_microsecond_has_one_cause_and_it_is_the_strongest(
    end: int, moves: list[tuple[int, int]], known: dict[Cause, list[Window]], apart: list[Window]
) -> None:
    found = partition(0, end, moves, DEFAULT_LIFECYCLE, windows=known, apart=apart)
    said = [one.cause for one in found for _ in range(one.since, one.until)]
    assert said == [_cause_at(at, moves, known, apart) for at in range(end)]
    assert all(one.since < one.until for one in found)
    assert all(before.until == after.since for before, after in pairwise(found))
    assert all(_label(before) != _label(after) for before, after in pairwise(found))


@given(st.integers(0, 40), MOVES, KNOWN, WINDOWS)
def test_the_causes_sum_to_the_lead_time_exactly(
    end: int, moves: list[tuple[int, int]], known: dict[Cause, list[Window]], apart: list[Window]
) -> None:
    found = partition(0, end, moves, DEFAULT_LIFECYCLE, windows=known, apart=apart)
    assert sum(totals(found).values()) == sum(totals_by_who(found).values()) == end


@given(MOVES, KNOWN, WINDOWS)
def test_the_order_of_windows_changes_nothing(
    moves: list[tuple[int, int]], known: dict[Cause, list[Window]], apart: list[Window]
) -> None:
    turned = {cause: windows[::-1] for cause, windows in known.items()}
    assert partition(0, 40, moves, DEFAULT_LIFECYCLE, windows=known, apart=apart) == partition(
        0, 40, moves, DEFAULT_LIFECYCLE, windows=turned, apart=apart[::-1]
    )


def _label(one: Interval) -> tuple[Cause, str | None, str | None]:
    return one.cause, one.who, one.status
