"""Spans of a day, days of the week, dates."""

import datetime as dt

import pytest

from slamon.settings.opening_times import DATE, DAYS, SPAN, WEEKDAYS, parse_date, parse_days, parse_span
from tests.calendars import HOUR, MINUTE


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("09:00-13:00", (9 * HOUR, 13 * HOUR)),
        ("9:00-13:05", (9 * HOUR, 13 * HOUR + 5 * MINUTE)),
        ("09:00 - 13:00", (9 * HOUR, 13 * HOUR)),
        ("00:00-24:00", (0, 24 * HOUR)),
        ("23:59-24:00", (24 * HOUR - MINUTE, 24 * HOUR)),
        ("22:00-06:00", (22 * HOUR, 6 * HOUR)),
        ("22:00-00:00", (22 * HOUR, 0)),
        ("00:01-00:00", (MINUTE, 0)),
    ],
)
def test_spans(text: str, span: tuple[int, int]) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize(
    "text",
    [
        *("", "9-18", "09:00", "09:00-", "-09:00-13:00", " 09:00-13:00", "09:00  -13:00", "09:00-13:00\n"),
        *("09:00-25:00", "24:00-06:00", "09:60-10:00", "09:00-24:01", "09:00-13:00-15:00", "09:00\N{EN DASH}13:00"),
        "\u0660\u0669:\u0660\u0660-\u0661\u0663:\u0660\u0660",
    ],
)
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is no opening time") as refused:
        parse_span(text)
    assert str(refused.value) == f"is no opening time, allowed is {SPAN}"


@pytest.mark.parametrize("text", ["09:00-09:00", "00:00-00:00", "9:00-09:00"])
def test_a_span_that_ends_where_it_starts_is_neither_nothing_nor_a_whole_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"^ends where it starts, allowed is 00:00-24:00 for a whole day$"):
        parse_span(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", [0]),
        ("sun", [6]),
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("mon-sun", [0, 1, 2, 3, 4, 5, 6]),
        ("sat-mon", [5, 6, 0]),
        ("tue-mon", [1, 2, 3, 4, 5, 6, 0]),
        ("mon-mon", [0]),
        ("tue,thu", [1, 3]),
        ("mon-wed, sat", [0, 1, 2, 5]),
        ("Mon - FRI", [0, 1, 2, 3, 4]),
    ],
)
def test_days_of_the_week(text: str, days: list[int]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize(
    "text", ["", "monday", "mon-", "-fri", "mon-fri-sun", "mon,", "mon;tue", "0", "пн", "mon\N{EN DASH}fri"]
)
def test_what_is_no_day_of_the_week(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is no day") as refused:
        parse_days(text)
    assert str(refused.value) == f"is no day of the week, allowed are {DAYS}"


def test_weekdays_are_numbered_as_dates_number_them() -> None:
    assert [dt.date(2027, 1, 4 + number).strftime("%a").lower() for number in range(7)] == list(WEEKDAYS)


def test_dates() -> None:
    assert parse_date("2028-02-29") == dt.date(2028, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31.12.2026",
        "2026-1-1",
        "20261231",
        "2026-W01-1",
        "2026-12-31T00:00",
        "\u0662\u0660\u0662\u0666-\u0661\u0662-\u0663\u0661",
    ],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is no date") as refused:
        parse_date(text)
    assert str(refused.value) == f"is no date, allowed is {DATE}"


@pytest.mark.parametrize("text", ["2027-02-29", "2026-13-01", "2026-00-10", "0000-01-01"])
def test_dates_that_do_not_exist(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is a date") as refused:
        parse_date(text)
    assert str(refused.value) == f"is a date that does not exist, allowed is {DATE}"
