"""`lag` and `services`."""

import pytest

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
