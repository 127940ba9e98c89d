"""Opening times as the configuration writes them: spans of a day, days of the week, dates."""

import datetime as dt
import re

from slamon.orders.event import SECOND
from slamon.sla.timetable import WallSpan

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = "from-to by a 24-hour clock such as 09:00-13:00; 22:00-06:00 goes over midnight, 24:00 is an end"
DAYS = "mon, tue, wed, thu, fri, sat, sun, spans such as mon-fri, or several joined by commas"
DATE = "a date such as 2026-12-31"

_SPAN = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9]) ?- ?(?:([01]?[0-9]|2[0-3]):([0-5][0-9])|24:00)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MINUTE = 60 * SECOND
_MINUTES_A_DAY = 1440


def parse_span(text: str) -> WallSpan:
    """Read `09:00-13:00`. Raises ValueError that tells what is wrong and allowed."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"is no opening time, allowed is {SPAN}")
    start = int(found[1]) * 60 + int(found[2])
    end = int(found[3]) * 60 + int(found[4]) if found[3] else _MINUTES_A_DAY
    if start == end:
        raise ValueError("ends where it starts, allowed is 00:00-24:00 for a whole day")
    return start * _MINUTE, end * _MINUTE


def parse_days(text: str) -> list[int]:
    """Read `mon-fri`, `sat-mon` or `tue,thu` as numbers, Monday 0. Raises ValueError likewise."""
    days: list[int] = []
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise ValueError(f"is no day of the week, allowed are {DAYS}")
        start = WEEKDAYS.index(first)
        count = (WEEKDAYS.index(last) - start) % 7 if dash else 0
        days += [(start + number) % 7 for number in range(count + 1)]
    return days


def parse_date(text: str) -> dt.date:
    """Read `2026-12-31`. Raises ValueError likewise."""
    if _DATE.fullmatch(text) is None:
        raise ValueError(f"is no date, allowed is {DATE}")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"is a date that does not exist, allowed is {DATE}") from None
