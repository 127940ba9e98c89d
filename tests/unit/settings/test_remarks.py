"""What is said about a right configuration."""

import pytest

from slamon.settings import load_text
from tests.configurations import FILE, SMALLEST


def _remarks(text: str) -> list[str]:
    return list(load_text(SMALLEST + text, FILE, {}).remarks)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('services: {mes: {http: "http://mes"}}', "services"),
        ("web: {auth: {tokens: [x]}}", "web.auth"),
    ],
)
def test_what_is_configured_and_not_run_is_said(text: str, key: str) -> None:
    remarks = _remarks(text + "\n")
    assert len(remarks) == 1
    assert remarks[0].startswith(f"slamon.yaml:3: {key}: accepted, not run by this version")


def test_an_open_port_is_said_in_plain_words() -> None:
    assert _remarks("web: {auth: {tokens: [x]}}\n") == [
        "slamon.yaml:3: web.auth: accepted, not run by this version: everybody who reaches the port may ask"
    ]


def test_nothing_is_said_about_keys_that_ask_for_nothing() -> None:
    assert (
        _remarks("lag: null\nservices: {}\nsla: {policies: [], enforce_from: null, forecast: {notify: true}}\n") == []
    )
    assert _remarks("notify: {rules: [], smtp: null}\nweb: {auth: {}}\n") == []


def test_variables_are_named() -> None:
    remarks = load_text(SMALLEST, FILE, {"SLAMON_WEB__AUTH": '{"a": 1}'}).remarks
    assert remarks == ("SLAMON_WEB__AUTH: accepted, not run by this version: everybody who reaches the port may ask",)


WORKSHOP = 'calendars: {w: {time_zone: UTC, days: {mon: ["09:00-18:00"]}}}'


@pytest.mark.parametrize(
    ("sla", "keys"),
    [
        ("promise: {duration: P2D}", ["sla.promise.warn_before"]),
        ("promise: {warn_before: P21D}", ["sla.promise.warn_before"]),
        ("promise: {warn_before: P20D}", []),
        ("promise: {round: end_of_day}", ["sla.promise.round"]),
        (f"promise: {{round: end_of_day, calendar: w}}, {WORKSHOP}", []),
        ("policies: [{name: a, promise: {duration: P2D}}]", ["sla.policies.0.promise.warn_before"]),
        ("policies: [{name: a, promise: {duration: P2D, warn_before: P1D}}]", []),
        ("promise: {duration: P2D}, policies: [{name: a}]", ["sla.promise.warn_before"]),
        ("policies: [{name: a, promise: {round: end_of_day}}]", ["sla.policies.0.promise.round"]),
        ("policies: [{name: a, holds: {statuses: [PACKAGING]}}]", ["sla.policies.0.holds.statuses"]),
        ("policies: [{name: a, holds: {statuses: [PACKAGING], pause: [stages]}}]", []),
    ],
)
def test_terms_that_are_right_and_may_surprise(sla: str, keys: list[str]) -> None:
    assert [line.split(": ")[1] for line in _remarks(f"sla: {{{sla}}}\n")] == keys


def test_surprises_are_told() -> None:
    assert "at risk from their start" in _remarks("sla: {promise: {duration: PT1M}}\n")[0]
    assert "nothing is sent to Slack" in _remarks('notify: {slack: {channel: "#late"}}\n')[0]
    assert "not signed" in _remarks('notify: {webhooks: {crm: {url: "http://a"}}}\n')[0]
    without = load_text('kafka: {bootstrap_servers: "a:1"}\nlag: {}\n', FILE, {}).remarks
    assert any("no order is watched" in line for line in without)
