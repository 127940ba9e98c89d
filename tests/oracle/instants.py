"""Instants and durations of the oracle in half microseconds, so that "just after a deadline" has a number.

Events happen on whole microseconds (even ticks). Between two neighbouring microseconds lies one odd tick, at
which nothing happens: what is true there is true "strictly after" the even one before it. Integers know no
year 9999, so a due date beyond the calendar is only a large number until it is written.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

SECOND = 2_000_000
MICROSECOND = 2
DAY = 86_400 * SECOND

EARLIEST = date(1, 1, 1).toordinal() * DAY
LATEST = (date(9999, 12, 31).toordinal() + 1) * DAY - MICROSECOND

_RFC_3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_DURATION = re.compile(
    r"P(?:([0-9]+)W|(?=[0-9T])(?:([0-9]+)D)?"
    r"(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]{1,6}))?S)?)?)"
)


def instant(text: str) -> int:
    """§2: RFC 3339 with offset or `Z`; lower-case `t`/`z` accepted; a space, `+0300`, leap seconds rejected.

    Raises:
        ValueError: for every other form, for a date that no calendar has, and for a time outside the years
            0001 to 9999 of UTC. More than six digits of a second are cut.
    """
    found = _RFC_3339.fullmatch(text)
    if found is None:
        raise ValueError(f"not RFC 3339: {text!r}")
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction, sign, offset_hour, offset_minute = found.groups()[6:]
    hours_off, minutes_off = int(offset_hour or 0), int(offset_minute or 0)
    if hour > 23 or minute > 59 or second > 59 or hours_off > 23 or minutes_off > 59:
        raise ValueError(f"no such time of day: {text!r}")
    offset = (hours_off * 3600 + minutes_off * 60) * (-1 if sign == "-" else 1)
    seconds = date(year, month, day).toordinal() * 86_400 + hour * 3600 + minute * 60 + second - offset
    ticks = seconds * SECOND + int((fraction or "0")[:6].ljust(6, "0")) * MICROSECOND
    if not EARLIEST <= ticks <= LATEST:
        raise ValueError(f"outside the years 0001 to 9999: {text!r}")
    return ticks


def rendered(ticks: int | None) -> str | None:
    """§5: times are RFC 3339 UTC with `Z`; unknown is null. Beyond 9999 the last microsecond is written."""
    if ticks is None:
        return None
    micros = (min(ticks, LATEST) - EARLIEST) // MICROSECOND
    moment = datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return moment.isoformat().replace("+00:00", "Z")


def duration(text: str) -> int:
    """§8: durations are ISO 8601; the oracle reads `PnW` and `PnDTnHnMnS`."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"not a duration the oracle reads: {text!r}")
    weeks, days, hours, minutes, seconds, fraction = found.groups()
    whole = (int(weeks or 0) * 7 + int(days or 0)) * 86_400 + int(hours or 0) * 3600 + int(minutes or 0) * 60
    return (whole + int(seconds or 0)) * SECOND + int((fraction or "0").ljust(6, "0")) * MICROSECOND


def seconds(ticks: int | None) -> int | float | None:
    """§5: durations are seconds; unknown is null, never 0."""
    if ticks is None:
        return None
    return ticks // SECOND if ticks % SECOND == 0 else ticks / SECOND


@dataclass(frozen=True)
class Length:
    """A duration as a calendar reads it: whole days (working days, on a calendar of opening times), then time."""

    days: int
    time: int

    @property
    def total(self) -> int:
        """Where a day is 24 hours."""
        return self.days * DAY + self.time


def length(text: str) -> Length:
    """§3.1: "Whole days (`PnD`, `PnW` = 7n)"; hours stay hours, however many."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"not a duration the oracle reads: {text!r}")
    days = int(found[1] or 0) * 7 + int(found[2] or 0)
    return Length(days, duration(text) - days * DAY)
