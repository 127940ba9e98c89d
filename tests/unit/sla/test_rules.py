"""The policy laid out for the clocks."""

import pytest

from slamon.orders.event import DAY
from slamon.sla.policy import StageBudget, StopFrom
from tests.builders import clock_rules


def test_the_tables_have_one_place_for_each_step() -> None:
    """By the number of a step: the stages that it opens, and whether it ends the order."""
    stages = (
        StageBudget("SUBMITTED", "PRICE_CALCULATED", DAY),
        StageBudget("SUBMITTED", "SHIPPED", 2 * DAY),
        StageBudget("PACKAGING", "SHIPPED", 3 * DAY),
    )
    rules = clock_rules(*stages, start="PRICE_CALCULATED", stop=frozenset({"CLOSED"}), stop_from=StopFrom.OWNER)
    assert rules.start_step == 3
    assert rules.entering[2] == ((0, DAY), (1, 2 * DAY))
    assert rules.entering[7] == ((2, 3 * DAY),)
    assert sum(map(len, rules.entering)) == 3
    assert rules.leaving == (3, 8, 8)
    assert [step for step, ends in enumerate(rules.stops) if ends] == [9]
    assert rules.owner_only
    assert rules.stages == stages
    assert (rules.duration, rules.warn_before) == (21 * DAY, 3 * DAY)


@pytest.mark.parametrize("stage", [StageBudget("ON_FIRE", "SHIPPED", 1), StageBudget("SHIPPED", "ON_FIRE", 1)])
def test_a_status_outside_the_lifecycle_is_a_mistake(stage: StageBudget) -> None:
    """check-config names it before; here it is a KeyError."""
    with pytest.raises(KeyError, match="ON_FIRE"):
        clock_rules(stage)
