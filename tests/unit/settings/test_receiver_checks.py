"""What Alertmanager, e-mail, Apprise and the heartbeat cannot do without."""

import sys

import pytest

from tests.configurations import problems_beside

SMTP = {"host": "mail", "sender": "slamon@example.org", "to": "[sales@example.org]"}


def _keys(found: list[str]) -> list[str]:
    return [line.split(": ")[1].removeprefix("notify.") for line in found]


def _smtp(**changes: str) -> str:
    keys = ", ".join(f"{key}: {value}" for key, value in {**SMTP, **changes}.items())
    return f"notify: {{smtp: {{{keys}}}}}\n"


@pytest.mark.parametrize(
    ("section", "keys"),
    [
        ("alertmanager: {url: 'http://a:9093', labels: {team: sales}}", []),
        ("alertmanager: {}", ["alertmanager.url"]),
        ("alertmanager: {url: 'http://a', labels: {severity: x, a-b: y, 1a: z}}", 3 * ["alertmanager.labels"]),
        ("alertmanager: {url: 'http://a', resend: PT1H, keep: PT1H}", ["alertmanager.keep"]),
        ("alertmanager: {url: 'http://a', username: u}", ["alertmanager.password"]),
        ("alertmanager: {url: 'http://a', password: p}", ["alertmanager.username"]),
        ("smtp: {}", ["smtp.host", "smtp.sender", "smtp.to"]),
        ("apprise: {}", ["apprise.url"]),
        ("apprise: {url: 'json://localhost nosuch://x'}", ["apprise.url"]),
        ("apprise: {url: 'json://localhost'}", []),
        ("heartbeat: {}", ["heartbeat.url"]),
        ("heartbeat: {url: 'http://x'}", []),
    ],
)
def test_what_is_missing_or_does_not_fit_is_named(section: str, keys: list[str]) -> None:
    found = problems_beside(f"notify: {{{section}}}\n")
    assert [key if "labels" not in key else "alertmanager.labels" for key in _keys(found)] == keys
    assert all("allowed" in line for line in found)


@pytest.mark.parametrize("address", ["nobody", "a@b@c", "'a b@c'", '"a@b\\nc: d"'])
def test_addresses_are_addresses(address: str) -> None:
    assert _keys(problems_beside(_smtp(sender=address))) == ["smtp.sender"]
    assert _keys(problems_beside(_smtp(to=f"[x@y, {address}]"))) == ["smtp.to.1"]
    assert _keys(problems_beside(_smtp(managers=f"{{m-1: {address}}}"))) == ["smtp.managers.m-1"]


def test_a_sender_may_have_a_name() -> None:
    assert problems_beside(_smtp(sender='"Orders <slamon@example.org>"')) == []


def test_the_number_of_the_wrong_url_is_said_and_not_the_url() -> None:
    found = problems_beside("notify: {apprise: {url: 'json://localhost nosuch://canary'}}\n")
    assert len(found) == 1
    assert "number 2" in found[0]
    assert "canary" not in found[0]


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.setattr("slamon.settings.receiver_checks.is_installed", lambda: False)
    found = problems_beside("notify: {apprise: {url: 'json://localhost'}}\n")
    assert len(found) == 1
    assert "pip install 'slamon[apprise]'" in found[0]
