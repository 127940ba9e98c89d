"""Numbers and names of a report as people read them."""

from typing import Any

import pytest

from slamon.reports.words import brier_words, bucket_name, group_name, moment, percent, plain, scope_words, span


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "-"), (0, "0s"), (0.4, "0s"), (59.6, "1m"), (90_061, "1d 1h"), (86_405, "1d 5s"), (1_814_400, "21d")],
)
def test_spans(seconds: float | None, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (None, "-"),
        (0, "0.0%"),
        (0.0001, "<0.1%"),
        (0.001, "0.1%"),
        (2 / 3, "66.7%"),
        (0.9994, "99.9%"),
        (0.9999, ">99.9%"),
        (1, "100.0%"),
    ],
)
def test_shares_are_never_rounded_to_all_or_nothing(share: float | None, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("key", "name", "words"),
    [
        ("b2b", None, "b2b"),
        ("c-1", "Acme", "Acme (c-1)"),
        ("Acme", "Acme", "Acme"),
        ("c-1", "", "c-1"),
        (None, None, "-"),
        ("a\u202eb\n\x1b[31m", None, "a b  [31m"),
    ],
)
def test_groups(key: str | None, name: str | None, words: str) -> None:
    assert group_name({"group": key, "name": name}) == words


@pytest.mark.parametrize(("low", "high", "words"), [(0, 1, "up to 1 d"), (1, 3, "1-3 d"), (30, None, "> 30 d")])
def test_buckets(low: int, high: int | None, words: str) -> None:
    assert bucket_name({"over_days": low, "to_days": high}) == words


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ((None, None), "all orders"),
        (("2026-03-01T00:00:00Z", None), "orders first promised for a time from 2026-03-01 00:00Z"),
        ((None, "2026-04-01T00:00:00Z"), "orders first promised for a time before 2026-04-01 00:00Z"),
        (
            ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),
            "orders first promised for a time from 2026-03-01 00:00Z before 2026-04-01 00:00Z",
        ),
    ],
)
def test_the_scope(scope: tuple[Any, Any], words: str) -> None:
    assert scope_words(dict(zip(("from", "to"), scope, strict=True))) == words


def test_moments_go_to_the_minute() -> None:
    assert (moment("2026-03-01T09:30:59.5Z"), moment(None)) == ("2026-03-01 09:30Z", "-")


def test_what_is_not_seen_is_taken_out() -> None:
    assert plain("a\r\nb\x00\u200bc\u2066\ud800") == "a  b  c  "


def test_how_good_forecasts_were() -> None:
    assert brier_words({"brier": 0.1234}) == " Brier score 0.123; 0 is perfect, 0.25 a coin."
    assert brier_words({"brier": None}) == ""
