"""Which thresholds a group is under."""

from slamon.lag.policy import LagPolicy, LagRules
from tests.builders import HOUR, MINUTE

SLOW = LagPolicy(warn_after=HOUR)
QUICK = LagPolicy(warn_after=MINUTE)


def test_the_first_pattern_that_matches_the_whole_name_counts() -> None:
    rules = LagRules(groups=[("mes-.*", SLOW), ("mes-pricing", QUICK)])
    assert rules.policy("mes-pricing") is SLOW
    assert rules.policy("old-mes-pricing") is rules.default


def test_a_commit_stands_still_after_half_of_warn_after_unless_it_is_given() -> None:
    assert SLOW.still == HOUR // 2
    assert LagPolicy(still_after=MINUTE).still == MINUTE


def test_topics_that_have_to_speak() -> None:
    rules = LagRules(silent_after=[("orders\\..*", HOUR)])
    assert rules.silence("orders.events") == HOUR
    assert rules.silence("my.orders.events") is None


def test_dead_letter_topics_are_known_by_their_names() -> None:
    rules = LagRules()
    dead = ["slamon.dead-letters", "orders-dlq", "orders.dlt", "orders-dead-letter"]
    assert [topic for topic in [*dead, "orders", "dlq-orders"] if rules.is_dead_letters(topic)] == dead
