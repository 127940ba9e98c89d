"""Sums and greatest ages over what may be unknown."""

import pytest

from slamon.lag.age import Age
from slamon.lag.observation import Reason, Unknown
from slamon.lag.rows import Snapshot, oldest, sum_known


@pytest.mark.parametrize(
    ("values", "total"),
    [([], 0), ([1, 2], 3), ([None], None), ([None, 4], 4), ([0, None], 0)],
)
def test_the_sum_of_what_is_known(values: list[int | None], total: int | None) -> None:
    assert sum_known(values) == total


@pytest.mark.parametrize(
    ("ages", "greatest"),
    [
        ([], Age(0, 0)),
        ([Age(3, 3), Age(1, 2)], Age(3, 3)),
        ([Age(1, 9), Age(3, 3)], Age(3, 9)),
        ([Age(None, None), Age(3, 3)], Age(3, None)),
        ([Age(None, 5)], Age(None, 5)),
    ],
)
def test_the_greatest_age(ages: list[Age], greatest: Age) -> None:
    assert oldest(ages) == greatest


def test_a_snapshot_is_complete_when_every_broker_answered() -> None:
    assert Snapshot("shop", 0).is_complete
    assert not Snapshot("shop", 0, away={"2": "no answer"}).is_complete
    assert not Snapshot("shop", 0, unknown=Unknown(Reason.BROKER_AWAY)).is_complete
