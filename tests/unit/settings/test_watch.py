"""`lag` and `services`."""

import pytest

from slamon.lag.policy import LagRules
from slamon.orders.event import DAY, SECOND
from slamon.settings.watch import Lag, Service
from tests.configurations import problems_beside


def test_defaults() -> None:
    lag, service = Lag(), Service(http="http://a")
    assert (lag.interval.seconds, lag.warn_after.seconds, lag.critical_after.seconds) == (15, 300, 900)
    assert (lag.groups.include, lag.groups.exclude, lag.isolation) == ((".*",), (), "read_committed")
    assert (service.timeout.seconds, service.failures, service.successes) == (5, 3, 2)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("services: {a: {}}", "services.a.http"),
        ("services: {a: {http: a}}", "services.a.http"),
        ('services: {a: {http: "http://a", failures: 0}}', "services.a.failures"),
        ("lag: {interval: PT0S}", "lag.interval"),
        ("lag: {isolation: dirty}", "lag.isolation"),
    ],
)
def test_what_is_refused(line: str, key: str) -> None:
    assert problems_beside(line + "\n")[0].startswith(f"slamon.yaml:3: {key}: ")


def test_the_rules_that_the_core_follows() -> None:
    lag = Lag.model_validate(
        {
            "warn_after": "PT2M",
            "still_after": "PT30S",
            "expected": ["mes"],
            "overrides": [{"groups": "slow-.*", "warn_after": "PT1H", "critical_after": "PT2H"}],
            "watched_topics": {"silent_after": {"orders.*": "PT10M"}, "dead_letters": "dead"},
            "promises": {"warn_below": "P2D"},
        }
    )
    rules = lag.to_rules()
    assert (rules.default.warn_after, rules.default.still, rules.default.critical_after) == (
        120 * SECOND,
        30 * SECOND,
        900 * SECOND,
    )
    assert rules.policy("slow-a").warn_after == 3600 * SECOND
    assert rules.policy("mes") is rules.default
    assert (rules.expected, rules.silence("orders.events"), rules.silence("x")) == (
        frozenset({"mes"}),
        600 * SECOND,
        None,
    )
    assert (rules.is_dead_letters("dead"), rules.is_dead_letters("a.dlq")) == (True, False)
    assert (rules.slack.warn_below, rules.slack.critical_below) == (2 * DAY, DAY)


def test_defaults_are_those_of_the_core() -> None:
    assert Lag().to_rules() == LagRules()
