"""Trigger ids."""

import pytest

from slamon.demo.standins.slack.refused import Refused
from slamon.demo.standins.slack.triggers import LIFE, Triggers, new_trigger
from tests.samples import NOW


def test_a_trigger_is_good_once() -> None:
    triggers, trigger = Triggers(), new_trigger(NOW)
    triggers.exchange(trigger, NOW + LIFE)
    with pytest.raises(Refused, match="exchanged_trigger_id"):
        triggers.exchange(trigger, NOW + LIFE)


def test_a_trigger_is_good_for_three_seconds() -> None:
    with pytest.raises(Refused, match="expired_trigger_id"):
        Triggers().exchange(new_trigger(NOW), NOW + LIFE + 1)


@pytest.mark.parametrize("trigger", [None, "", 5, "1.2", "x.1.abcdef", "123456.1.ABCDEF"])
def test_what_is_none(trigger: object) -> None:
    with pytest.raises(Refused, match="invalid_trigger_id"):
        Triggers().exchange(trigger, NOW)


def test_no_two_are_the_same() -> None:
    assert new_trigger(NOW) != new_trigger(NOW)
