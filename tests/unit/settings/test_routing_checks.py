"""Routes that are wrong, and those that may surprise; samples of the first are in tests/testdata/config too."""

import pytest

from slamon.settings import load_text
from tests.configurations import FILE, SMALLEST, problems_beside

BOTH = 'slack: {token: x, channel: "#late"}, webhooks: {crm: {url: "http://a", secret: abc}}'
WITH_ALERTS = BOTH + ', alertmanager: {url: "http://am"}'


def _remarks(notify: str) -> list[str]:
    text = f"{SMALLEST}notify: {{{notify}}}\n"
    lines = load_text(text, FILE, {}).remarks
    return [line.removeprefix("slamon.yaml:3: ") for line in lines if "not run by this version" not in line]


@pytest.mark.parametrize(
    ("notify", "problem"),
    [
        (
            f"{BOTH}, rules: [{{receivers: [slak]}}]",
            "notify.rules.0.receivers.0: slak is no configured receiver, did you mean slack? allowed are slack, crm",
        ),
        (
            f"{BOTH}, rules: [{{receivers: [crm]}}], fallback: [slack, smtp]",
            "notify.fallback.1: smtp is no configured receiver, allowed are slack, crm",
        ),
        (
            f"{WITH_ALERTS}, heartbeat: {{url: 'https://x.example/'}}, rules: [{{receivers: [heartbeat]}}]",
            "notify.rules.0.receivers.0: heartbeat is no configured receiver, allowed are slack, crm, alertmanager",
        ),
        (
            "rules: [{receivers: [slack]}]",
            "notify.rules.0.receivers.0: slack is no configured receiver, allowed are those of notify, which has none",
        ),
        (
            "slack: {managers: {m-1: {hours: {calendar: night}}}}",
            "notify.slack.managers.m-1.hours.calendar: night is no calendar of sla.calendars, allowed are always",
        ),
    ],
)
def test_names_that_nothing_has_are_refused(notify: str, problem: str) -> None:
    assert problems_beside(f"notify: {{{notify}}}\n") == [f"slamon.yaml:3: {problem}"]


def test_a_broken_receiver_is_not_called_missing() -> None:
    found = problems_beside("notify: {webhooks: {crm: {url: 5}}, rules: [{receivers: [crm]}]}\n")
    assert [line.split(": ")[1] for line in found] == ["notify.webhooks.crm.url"]


@pytest.mark.parametrize(
    ("notify", "key", "words"),
    [
        (f"{BOTH}, rules: [{{kinds: [lag], channels: [b2b], receivers: [slack]}}]", "notify.rules.0", "matches no"),
        (f"{BOTH}, rules: [{{kinds: [retracted], receivers: [slack]}}]", "notify.rules.0", "matches no notice"),
        (f"{BOTH}, rules: [{{severities: [info], receivers: [slack]}}]", "notify.rules.0", "matches no notice"),
        (
            f"{BOTH}, rules: [{{kinds: [lag], severities: [critical], receivers: [slack]}}]",
            "notify.rules.0",
            "matches no notice",
        ),
        (f"{BOTH}, rules: [{{kinds: [stage_overdue]}}]", "notify.rules.0", "goes to nobody"),
        (f"{BOTH}, rules: [{{receivers: [slack]}}, {{receivers: [crm]}}]", "notify.rules.1", "is never asked"),
        (
            f"{BOTH}, rules: [{{receivers: [slack]}}], fallback: [crm]",
            "notify.fallback",
            "notify.rules.0 matches every",
        ),
        (f"{BOTH}, fallback: [crm]", "notify.fallback", "without notify.rules"),
        (
            f"{WITH_ALERTS}, rules: [{{kinds: [breached, lag], receivers: [alertmanager]}}]",
            "notify.rules.0",
            "alertmanager gets none",
        ),
        (
            f"{WITH_ALERTS}, rules: [{{channels: [b2b], receivers: [crm, alertmanager]}}]",
            "notify.rules.0",
            "alertmanager gets none",
        ),
        (f"{BOTH}, rules: [{{kinds: [breached], receivers: [slack, crm]}}]", "notify.rules", "goes to nobody"),
        (f"{WITH_ALERTS}, rules: [{{kinds: [lag], receivers: [slack, crm]}}]", "notify.rules", "alertmanager alone"),
        (
            f"{WITH_ALERTS}, rules: [{{kinds: [lag], receivers: [slack]}}], fallback: [alertmanager]",
            "notify.fallback",
            "alertmanager alone",
        ),
        (
            "slack: {webhook_url: 'http://hooks', managers: {m-1: {channel: C1}}}",
            "notify.slack.managers.m-1.channel",
            "one channel",
        ),
    ],
)
def test_routes_that_may_surprise_are_remarked_on(notify: str, key: str, words: str) -> None:
    (remark,) = [line for line in _remarks(notify) if "has no token" not in line]
    assert remark.startswith(f"{key}: ")
    assert words in remark


@pytest.mark.parametrize(
    "notify",
    [
        BOTH,
        WITH_ALERTS,
        f"{BOTH}, rules: [{{kinds: [breached], receivers: [slack]}}]",
        f"{BOTH}, rules: [{{kinds: [breached], receivers: [slack, crm]}}], fallback: []",
        f"{BOTH}, rules: [{{kinds: [breached], receivers: [slack, crm]}}], fallback: [crm]",
        f"{BOTH}, rules: [{{kinds: [breached], receivers: [slack]}}, {{receivers: [crm]}}]",
        f"{WITH_ALERTS}, rules: [{{kinds: [lag, source_silent], receivers: [alertmanager]}}]",
        f"{BOTH}, rules: [{{severities: [critical], managers: [m-1], receivers: [slack], slack_channel: '#x'}}]",
    ],
)
def test_usual_routes_are_left_in_peace(notify: str) -> None:
    assert _remarks(notify) == []
