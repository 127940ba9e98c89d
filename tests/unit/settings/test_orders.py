"""`sources` and `orders`."""

import pytest

from slamon.orders.event import DAY
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE, Step
from slamon.settings.orders import Orders
from tests.configurations import problems_beside, settings_of


def test_the_default_lifecycle_is_the_cores() -> None:
    assert Orders().to_lifecycle() == DEFAULT_LIFECYCLE


def test_defaults() -> None:
    orders = Orders()
    assert (orders.keep_finished.span, orders.keep_not_started.span) == (30 * DAY, 90 * DAY)
    assert (orders.future_tolerance.seconds, orders.max_event_bytes) == (300, 262_144)


def test_a_lifecycle_of_ones_own() -> None:
    lifecycle = "orders: {lifecycle: [{status: IN, system: a}, {status: OUT, system: b}]}\n"
    sla = "sla: {promise: {start: IN, stop: [OUT]}, stages: []}\n"
    assert settings_of(lifecycle + sla).orders.to_lifecycle().steps == (Step("IN", "a"), Step("OUT", "b"))


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("orders: {lifecycle: []}", "orders.lifecycle"),
        ("orders: {lifecycle: [{status: IN, system: a}]}", "orders.lifecycle"),
        ("orders: {lifecycle: [IN, OUT]}", "orders.lifecycle.0"),
        ("orders: {lifecycle: {IN: a, OUT: b}}", "orders.lifecycle"),
        ("orders: {max_event_bytes: 10}", "orders.max_event_bytes"),
        ("orders: {max_event_bytes: 1e6}", "orders.max_event_bytes"),
        ("orders: {keep_finished: null}", "orders.keep_finished"),
    ],
)
def test_what_is_refused(line: str, key: str) -> None:
    assert problems_beside(line + "\n")[0].startswith(f"slamon.yaml:3: {key}: ")
