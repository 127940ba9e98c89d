"""Days off that are not written out in the configuration: a country's public holidays, and those of an ICS file."""

from __future__ import annotations

import datetime as dt
import warnings
from functools import lru_cache
from pathlib import Path as FilePath

import holidays
import icalendar
import recurring_ical_events

from slamon.settings.finding import no_such

FIRST_YEAR = 2000
LAST_YEAR = 2050
"""Holidays and days of ICS files are worked out for these years; a range that moved with the clock would change
revisions by itself."""

_LARGEST = 1 << 20
_FROM = dt.date(FIRST_YEAR, 1, 1)
_UNTIL = dt.date(LAST_YEAR + 1, 1, 1)
_WITHIN_A_DAY = {"HOURLY", "MINUTELY", "SECONDLY"}  # nonsense for whole days, and seconds of fifty years take for ever
# What the libraries raise for files that only look like calendars.
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError)


@lru_cache(maxsize=64)
def public_holidays(country: str, subdivision: str | None) -> frozenset[dt.date]:
    """The public holidays of a country, or of a part of it. Raises LookupError that tells what is allowed.

    Its first argument says which of the two is wrong: `country` or `subdivision`.
    """
    parts = holidays.list_supported_countries().get(country)
    if parts is None:
        raise LookupError("country", f"{country} is no country with known holidays, allowed is an ISO 3166 code")
    if subdivision is not None and subdivision not in parts:
        known = no_such(subdivision, f"part of {country}", parts)
        raise LookupError("subdivision", known if parts else f"{country} has no parts, allowed is null")
    with warnings.catch_warnings():  # for a country whose holidays are known for fewer years
        warnings.simplefilter("ignore")
        years = range(FIRST_YEAR, LAST_YEAR + 1)
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=years))


def ics_dates(file: str) -> frozenset[dt.date]:
    """Every day that an all-day event of an ICS file covers. Raises ValueError that tells what is allowed."""
    try:
        with FilePath(file).open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path"
        raise ValueError(f"names a file that can't be read ({reason}), allowed is a readable file") from None
    if len(data) > _LARGEST:
        raise ValueError("names a file of more than 1 MiB, allowed is a smaller one")
    try:
        dates = {date for calendar in icalendar.Calendar.from_ical(data, multiple=True) for date in _dates(calendar)}
    except _BROKEN:
        raise ValueError("names a file that is no calendar, allowed is iCalendar (RFC 5545)") from None
    if not dates:
        raise ValueError(
            f"names a file without all-day events from {FIRST_YEAR} to {LAST_YEAR}, allowed is one that has some"
        )
    return frozenset(dates)


def _dates(calendar: icalendar.Component) -> set[dt.date]:
    """The days of one calendar; events with a time of day and cancelled ones close nothing."""
    if calendar.name != "VCALENDAR":  # a bare event would become a part of itself below
        raise ValueError
    calendar.subcomponents = [event for event in calendar.walk("VEVENT") if _is_all_day(event)]
    dates: set[dt.date] = set()
    for event in recurring_ical_events.of(calendar).between(_FROM, _UNTIL):
        if str(event.get("STATUS")).upper() == "CANCELLED":  # not before: it may cancel one day of a repeating event
            continue
        first, end = event["DTSTART"].dt, event["DTEND"].dt
        days = range(max((end - first).days, 1))
        dates.update(date for date in (first + dt.timedelta(days=number) for number in days) if _FROM <= date < _UNTIL)
    return dates


def _is_all_day(event: icalendar.Component) -> bool:
    if isinstance(getattr(event["DTSTART"], "dt", None), dt.datetime):
        return False
    rules = event.get("RRULE", ())
    for rule in rules if isinstance(rules, list) else [rules]:
        if rule and str(rule["FREQ"][0]).upper() in _WITHIN_A_DAY:
            raise ValueError
    return True
