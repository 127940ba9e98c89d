"""Requests are Slack's only with a right, fresh signature; nothing malformed gets further."""

import pytest

from slamon.demo.standins.slack.interactions import signature
from slamon.orders.event import SECOND
from slamon.sinks.slack_signature import is_signed
from tests.samples import NOW

BODY = b"payload=%7B%7D"
GOOD = signature("hush", BODY, now=NOW)
TIME, MAC = "X-Slack-Request-Timestamp", "X-Slack-Signature"


@pytest.mark.parametrize("later", [0, 300, -300])
def test_a_right_and_fresh_one(later: int) -> None:
    assert is_signed("hush", GOOD, BODY, NOW + later * SECOND)


@pytest.mark.parametrize("later", [301, -301, 10**6, -(10**6)])
def test_one_too_old_or_of_the_future(later: int) -> None:
    assert not is_signed("hush", GOOD, BODY, NOW + later * SECOND)


@pytest.mark.parametrize(
    "changed",
    [
        {TIME: None},
        {MAC: None},
        {TIME: ""},
        {TIME: "now"},
        {TIME: f"+{GOOD[TIME]}"},
        {TIME: f" {GOOD[TIME]}"},
        {TIME: f"{GOOD[TIME]}.0"},
        {TIME: f"{GOOD[TIME][:1]}_{GOOD[TIME][1:]}"},
        {TIME: "9" * 5000},
        {TIME: "١٢٣"},
        {TIME: str(int(GOOD[TIME]) + 1)},
        {MAC: ""},
        {MAC: "v0="},
        {MAC: "v0=" + "0" * 64},
        {MAC: GOOD[MAC].replace("v0", "v1")},
        {MAC: GOOD[MAC].upper()},
        {MAC: GOOD[MAC] + "\n"},
        {MAC: GOOD[MAC][:-1]},
        {MAC: "v0=" + "é" * 64},
    ],
)
def test_missing_malformed_or_wrong(changed: dict[str, str | None]) -> None:
    headers = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    assert not is_signed("hush", headers, BODY, NOW)


@pytest.mark.parametrize(("secret", "body"), [("other", BODY), ("hush", BODY + b" "), ("hush", b""), ("hush", b"\xff")])
def test_another_secret_or_body(secret: str, body: bytes) -> None:
    assert not is_signed(secret, GOOD, body, NOW)
