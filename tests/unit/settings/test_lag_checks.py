"""What no single key of `lag` can tell."""

import pytest

from tests.configurations import problems_beside

RABBIT = "{url: 'http://mq:15672', username: u, password: p}"


@pytest.mark.parametrize(
    "section",
    [
        "",
        "warn_after: PT1M, critical_after: PT1M",
        "overrides: [{groups: a, warn_after: PT10M}]",
        "warn_after: PT20M, critical_after: PT30M, overrides: [{groups: a, warn_after: PT1M}]",
        "expected: [mes], groups: {include: [mes]}",
        "groups: {include: [mes]}, clusters: {eu: {bootstrap_servers: 'a:1', groups: {}, expected: [eu]}}",
    ],
)
def test_what_is_right(section: str) -> None:
    assert problems_beside(f"lag: {{{section}}}\n") == []


@pytest.mark.parametrize(
    ("section", "key", "words"),
    [
        ("critical_after: PT1M", "lag.critical_after", "the warning comes first"),
        ("overrides: [{groups: a, warn_after: PT1H}]", "lag.overrides.0.warn_after", "the warning comes first"),
        ("overrides: [{groups: a, critical_after: PT1M}]", "lag.overrides.0.critical_after", "the warning comes first"),
        (
            "promises: {warn_below: PT1H, critical_below: PT2H}",
            "lag.promises.critical_below",
            "no more than warn_below",
        ),
        ("expected: [ok, mes], groups: {include: [ok]}", "lag.expected.1", "mes is left out by lag.groups"),
        ("expected: [mes], groups: {exclude: [mes]}", "lag.expected.0", "would always be missing"),
        (
            "clusters: {eu: {bootstrap_servers: 'a:1', groups: {include: [a]}, expected: [b]}}",
            "lag.clusters.eu.expected.0",
            "b is left out",
        ),
        (f"rabbitmq: {{default: {RABBIT}}}", "lag.rabbitmq.default", "slamon's own cluster"),
        (f"clusters: {{q: {{bootstrap_servers: 'a:1'}}}}, rabbitmq: {{q: {RABBIT}}}", "lag.rabbitmq.q", "of its own"),
        ("clusters: {default: {bootstrap_servers: 'a:1'}}", "lag.clusters.default", "slamon's own cluster"),
    ],
)
def test_what_contradicts_itself(section: str, key: str, words: str) -> None:
    [found] = problems_beside(f"lag: {{{section}}}\n")
    assert found.startswith(f"slamon.yaml:3: {key}: ")
    assert words in found


def test_a_refused_pattern_is_blamed_for_itself_alone() -> None:
    [found] = problems_beside("lag: {expected: [mes], groups: {include: ['(']}}\n")
    assert found.startswith("slamon.yaml:3: lag.groups.include.0: ")
