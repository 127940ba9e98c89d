"""The forms of single values."""

import pytest

from slamon.orders.event import rfc3339
from slamon.settings.fields import host_and_port, is_base_url, is_http_url, parse_moment
from slamon.settings.kafka import Security
from tests.configurations import problems_beside, problems_of, settings_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("kafka:9092", ("kafka", 9092)),
        ("kafka-1.prod.example:9092", ("kafka-1.prod.example", 9092)),
        ("127.0.0.1:1", ("127.0.0.1", 1)),
        ("[::1]:9092", ("::1", 9092)),
        ("kafka", None),
        ("kafka:", None),
        (":9092", None),
        ("::1:9092", None),
        ("kafka:0", None),
        ("kafka:65536", None),
        ("kafka:9092/", None),
        ("PLAINTEXT://kafka:9092", None),
        ("kafka :9092", None),
    ],
)
def test_host_and_port(text: str, parts: tuple[str, int] | None) -> None:
    assert host_and_port(text) == parts


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("http://a", True),
        ("https://a.example:8443/x?y=z", True),
        ("https://[::1]:8443/", True),
        ("http://", False),
        ("a.example", False),
        ("ftp://a", False),
        ("file:///etc/passwd", False),
        ("http://a b", False),
        ("http://a\n", False),
        ("http://a:99999", False),
        ("http://a:x", False),
        ("http://[::1", False),
    ],
)
def test_http_urls(text: str, right: bool) -> None:
    assert is_http_url(text) is right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("https://slamon.example.org", True),
        ("https://tools.example.org/slamon/", True),
        ("https://a/?x=y", False),
        ("https://a/#x", False),
        ("a.example", False),
    ],
)
def test_urls_that_paths_can_be_put_behind(text: str, right: bool) -> None:
    assert is_base_url(text) is right


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2027-01-31T09:00:00Z", "2027-01-31T09:00:00Z"),
        ("2027-01-31t09:00:00z", "2027-01-31T09:00:00Z"),
        ("2027-01-31T12:00:00+03:00", "2027-01-31T09:00:00Z"),
        ("2027-01-31T09:00:00.25Z", "2027-01-31T09:00:00.250000Z"),
    ],
)
def test_moments(text: str, utc: str) -> None:
    assert rfc3339(parse_moment(text)) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2027-01-31",
        "2027-01-31T09:00:00",
        "2027-01-31 09:00:00Z",
        "2027-01-31T09:00:00+0300",
        "2027-02-30T09:00:00Z",
        "2027-01-31T23:59:60Z",
        "\u0662\u066027-01-31T09:00:00Z",
        "tomorrow",
    ],
)
def test_moments_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="allowed is RFC 3339"):
        parse_moment(text)


def test_servers_may_have_blanks_after_commas() -> None:
    assert problems_of('kafka: {bootstrap_servers: "a:1, b:2"}\nlag: {}\n') == []


@pytest.mark.parametrize("word", ['""', '"a\\nb"', '"' + "x" * 129 + '"', '"\\e[31m"'])
def test_words_are_short_and_without_control_characters(word: str) -> None:
    found = problems_beside(f"notify: {{slack: {{channel: {word}}}}}\n")
    assert len(found) == 1
    assert "slamon.yaml:3: notify.slack.channel: is not of the right form" in found[0]


@pytest.mark.parametrize("secret", ['""', '"  "', '"a\\nb"'])
def test_secrets_are_one_line(secret: str) -> None:
    found = problems_beside(f'notify: {{slack: {{token: {secret}, channel: "#late"}}}}\n')
    assert len(found) == 1
    assert found[0].startswith("slamon.yaml:3: notify.slack.token: is not of the right form, allowed is one line")


def test_a_whole_number_may_stand_for_a_decimal_one() -> None:
    slack = settings_of("notify: {slack: {per_second: 2}}\n").notify.slack
    assert slack is not None
    assert slack.per_second == 2.0


@pytest.mark.parametrize("number", [".nan", ".inf", "0", "101"])
def test_rates_are_finite_and_in_range(number: str) -> None:
    assert "is out of range" in problems_beside(f"notify: {{slack: {{per_second: {number}}}}}\n")[0]


def test_sections_never_show_their_input_in_errors() -> None:
    with pytest.raises(ValueError, match="password") as refused:
        Security.model_validate({"password": ["canary"], "username": 5})
    assert "canary" not in str(refused.value)
