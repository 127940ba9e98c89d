"""One way on from a step, against counting the samples."""

import pytest

from slamon.orders.event import DAY
from slamon.sla.forecast.branch import Branch, LastBranch
from slamon.sla.forecast.cells import cells_of
from slamon.sla.forecast.remaining import AT_ONCE, remaining
from tests.sketches import samples, sketch_of

FIRST, SECOND = samples(1, 10, 0.45), samples(2, 2, 0.6)
CELLS = cells_of(sketch_of(FIRST), tail=True)
ONWARD = Branch(CELLS, 0.5, remaining([(1.0, cells_of(sketch_of(SECOND)), AT_ONCE)]))
LAST = LastBranch(CELLS, 0.5, AT_ONCE)


@pytest.mark.parametrize("spent", [0, 1, 8, 10.3, 15, 25])
def test_who_stays(spent: float) -> None:
    exact = sum(span > spent * DAY for span in FIRST) / len(FIRST)
    assert ONWARD.staying(spent * DAY) == LAST.staying(spent * DAY) == pytest.approx(exact / 2, abs=0.003)


@pytest.mark.parametrize("spent", [0, 1, 8, 10.3, 15])
@pytest.mark.parametrize("due", [15.1, 21, 30])
def test_who_is_late(spent: float, due: float) -> None:
    pairs = list(zip(FIRST, SECOND, strict=True))
    onward = sum(one > spent * DAY and one + other > due * DAY for one, other in pairs) / len(pairs)
    assert ONWARD.late(spent * DAY, due * DAY) == pytest.approx(onward / 2, abs=0.004)
    assert LAST.late(spent * DAY, due * DAY) == pytest.approx(sum(one > due * DAY for one in FIRST) / 40_000, abs=0.003)


def test_at_the_deadline_all_who_stay_are_late() -> None:
    for days in (5, 10.3, 40, 500):
        for branch in (ONWARD, LAST):
            assert branch.late(days * DAY, days * DAY) == pytest.approx(branch.staying(days * DAY))


def test_beyond_the_tail_nobody_stays() -> None:
    spent = CELLS.uppers[-1]
    for branch in (ONWARD, LAST):
        assert (branch.staying(spent), branch.late(spent, spent * 2)) == (0.0, 0.0)


def test_with_years_left_hardly_anybody_is_late() -> None:
    for branch in (ONWARD, LAST):
        assert branch.late(0.0, CELLS.uppers[-1] * 2) == 0.0
