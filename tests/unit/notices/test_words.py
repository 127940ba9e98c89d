"""Plain words for spans, instants and names."""

import pytest

from slamon.notices.words import date_words, foretold_words, name, parsed, span_words, times_words
from slamon.orders.event import DAY, SECOND, rfc3339
from slamon.sla.forecast.watching import Foretold
from tests.samples import HOUR, MINUTE, NOW


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (2 * DAY + 3 * HOUR + 59 * MINUTE, "2 days 3 hours"),
        (DAY + 59 * MINUTE, "1 day"),
        (21 * DAY, "21 days"),
        (HOUR + MINUTE, "1 hour 1 minute"),
        (90 * SECOND, "1 minute 30 seconds"),
        (SECOND, "1 second"),
        (SECOND - 1, "less than a second"),
        (0, "less than a second"),
        (-5 * DAY, "less than a second"),
        (400 * DAY, "400 days"),
    ],
)
def test_a_span_in_its_two_greatest_units(span: int, words: str) -> None:
    assert span_words(span) == words


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (NOW, "4 May 2026, 12:00 UTC"),
        (NOW + 59 * SECOND, "4 May 2026, 12:00 UTC"),
        (None, "unknown"),
        (-(10**18), "1 Jan 1, 00:00 UTC"),
        (10**18, "31 Dec 9999, 23:59 UTC"),
    ],
)
def test_an_instant_to_the_minute(instant: int | None, words: str) -> None:
    assert date_words(instant) == words


@pytest.mark.parametrize("value", [None, 5, "", "soon", "2026-05-04T12:00:00", "2026-13-04T12:00:00Z"])
def test_what_is_no_time_is_unknown(value: object) -> None:
    assert parsed(value) is None


def test_a_written_instant_is_read_back() -> None:
    assert parsed(rfc3339(NOW + 1)) == NOW + 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ACME", "ACME"),
        ("a\r\n b\t\u2028c ", "a b c"),
        ("x" * 80, "x" * 80),
        ("x" * 40_000, "x" * 79 + "…"),
        (" \n", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_a_name_fits_a_sentence(value: object, shown: str | None) -> None:
    assert name(value) == shown


def test_how_often() -> None:
    assert [times_words(number) for number in (1, 2, 3)] == ["once", "twice", "3 times"]


def test_a_forecast_is_told_as_one_with_the_date_to_promise_anew() -> None:
    said = foretold_words("order A-1", Foretold(724, NOW, NOW + 5 * DAY))
    assert said == (
        f"order A-1 is at risk by forecast: 72 % likely to miss its date, expected to finish on {date_words(NOW)}; "
        f"{date_words(NOW + 5 * DAY)} would be kept with 90 % certainty."
    )
