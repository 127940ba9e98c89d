"""The parts of `lag`."""

import pytest

from slamon.lag.observation import Isolation
from slamon.lag.policy import LagPolicy
from slamon.metrics.lag_form import Detail, Exposition, LagForm
from slamon.orders.event import SECOND
from slamon.settings.lag import Names, Override, Shown
from tests.configurations import problems_beside


@pytest.mark.parametrize(
    ("name", "is_meant"), [("mes", True), ("mes-eu", True), ("amess", False), ("mes-test", False), ("", False)]
)
def test_names_match_as_a_whole(name: str, is_meant: bool) -> None:
    assert Names(include=("mes", "mes-.*"), exclude=(".*-test",)).take(name) is is_meant


def test_an_override_changes_what_it_gives() -> None:
    default = LagPolicy(warn_after=10 * SECOND, critical_after=60 * SECOND, isolation=Isolation.READ_COMMITTED)
    plain = Override(groups="a").over(default)
    assert plain == default
    other = Override.model_validate(
        {
            "groups": "a",
            "warn_after": "PT5S",
            "isolation": "read_uncommitted",
            "rewind_tolerance": 3,
            "offset_adjust": 1,
        }
    ).over(default)
    assert (other.warn_after, other.critical_after) == (5 * SECOND, 60 * SECOND)
    assert (other.isolation, other.rewind_tolerance, other.offset_adjust) == (Isolation.READ_UNCOMMITTED, 3, 1)


def test_what_metrics_show() -> None:
    assert Shown().to_form() == LagForm()
    shown = Shown.model_validate({"detail": "topic", "also_as": ["kafka-lag-exporter"]})
    assert shown.to_form() == LagForm(Detail.TOPIC, (Exposition.KAFKA_LAG_EXPORTER,))


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ("groups: {include: ['(']}", "lag.groups.include.0: is no regular expression (missing ), unterminated"),
        ("groups: {exclude: ['*']}", "lag.groups.exclude.0: is no regular expression (nothing to repeat"),
        ("overrides: [{warn_after: PT1M}]", "lag.overrides.0.groups: is missing"),
        ("overrides: [{groups: '['}]", "lag.overrides.0.groups: is no regular expression (unterminated"),
        ("overrides: [{groups: a, offset_adjust: 5}]", "lag.overrides.0.offset_adjust: "),
        ("watched_topics: {dead_letters: '('}", "lag.watched_topics.dead_letters: is no regular expression"),
        ("watched_topics: {silent_after: {'(': PT1H}}", "lag.watched_topics.silent_after"),
        ("watched_topics: {silent_after: {a: 5}}", "lag.watched_topics.silent_after.a: "),
        ("clusters: {eu: {}}", "lag.clusters.eu.bootstrap_servers: is missing"),
        ("metrics: {detail: all}", "lag.metrics.detail: "),
        ("metrics: {also_as: [burrow]}", "lag.metrics.also_as.0: "),
        ("group: {}", "lag.group: "),
    ],
)
def test_what_is_refused(section: str, problem: str) -> None:
    [found] = problems_beside(f"lag: {{{section}}}\n")
    assert found.startswith(f"slamon.yaml:3: {problem}"), found
