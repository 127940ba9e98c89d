"""The policy laid out for the clocks."""

import pytest

from slamon.sla.calendar import Length
from slamon.sla.policy import DivergenceTerms, SlaPolicy, StageBudget, StopFrom
from slamon.sla.rules import ClockRules
from tests.builders import CLOCK, T0, clock_rules, day


def test_the_tables_have_one_place_for_each_step() -> None:
    """By the number of a step: the stages that it opens, and whether it ends the order."""
    stages = (
        StageBudget("SUBMITTED", "PRICE_CALCULATED", Length(1)),
        StageBudget("SUBMITTED", "SHIPPED", Length(2)),
        StageBudget("PACKAGING", "SHIPPED", Length(3)),
    )
    rules = clock_rules(*stages, start="PRICE_CALCULATED", stop=frozenset({"CLOSED"}), stop_from=StopFrom.OWNER)
    assert rules.start_step == 3
    assert rules.entering[2] == (0, 1)
    assert rules.entering[7] == (2,)
    assert sum(map(len, rules.entering)) == 3
    assert rules.leaving == (3, 8, 8)
    assert [step for step, ends in enumerate(rules.stops) if ends] == [9]
    assert rules.owner_only
    assert rules.stages == stages
    assert [rules.overdue_at(stage, T0) for stage in range(3)] == [day(1), day(2), day(3)]
    assert (rules.default_due(T0), rules.warn_at(day(21))) == (day(21), day(18))


@pytest.mark.parametrize(
    "stage", [StageBudget("ON_FIRE", "SHIPPED", Length(1)), StageBudget("SHIPPED", "ON_FIRE", Length(1))]
)
def test_a_status_outside_the_lifecycle_is_a_mistake(stage: StageBudget) -> None:
    """check-config names it before; here it is a KeyError."""
    with pytest.raises(KeyError, match="ON_FIRE"):
        clock_rules(stage)


def test_what_rules_are_known_by() -> None:
    """Everything that decides an order's state makes other rules; equal content does not."""
    others = [
        clock_rules(duration=Length(20)),
        ClockRules(SlaPolicy(), DivergenceTerms(allowed_skew=1)),
        ClockRules(SlaPolicy(), DivergenceTerms(mirrors=frozenset({"crm"}))),
        ClockRules(SlaPolicy(), DivergenceTerms(entry=())),
        ClockRules(SlaPolicy(), enforce_from=T0),
    ]
    assert ClockRules(SlaPolicy()).revision == CLOCK.revision
    assert len({CLOCK.revision, *(rules.revision for rules in others)}) == 1 + len(others)
