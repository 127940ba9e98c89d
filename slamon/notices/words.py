"""Plain words for spans, instants and names: what a person reads in a notice."""

import datetime as dt

from slamon.orders.event import SECOND, Instant, Span, instant, rfc3339
from slamon.sla.forecast.watching import Foretold

UNKNOWN = "unknown"
NAME_LIMIT = 80
"""Characters of a name that a sentence bears; the order itself travels uncut beside it."""

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def span_words(span: Span) -> str:
    """Say a span as people do: its two greatest neighbouring units, the rest cut off ("2 days 3 hours")."""
    left = max(span, 0) // SECOND
    for number, (unit, size) in enumerate(_UNITS):
        if left >= size:
            whole, rest = divmod(left, size)
            words = _count(whole, unit)
            if number + 1 == len(_UNITS):
                return words
            smaller, smaller_size = _UNITS[number + 1]
            more = rest // smaller_size
            return f"{words} {_count(more, smaller)}" if more else words
    return "less than a second"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def times_words(number: int) -> str:
    """Say how often: once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def date_words(at: Instant | None) -> str:
    """Write an instant to the minute, in UTC ("4 May 2026, 12:00 UTC"); None is unknown."""
    if at is None:
        return UNKNOWN
    text = rfc3339(at)
    return f"{int(text[8:10])} {_MONTHS[int(text[5:7]) - 1]} {int(text[:4])}, {text[11:16]} UTC"


def parsed(value: object) -> Instant | None:
    """Read an instant back out of §5 JSON; what is absent or no RFC 3339 time is None."""
    if not isinstance(value, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return None if moment.tzinfo is None else instant(moment)


def name(value: object, limit: int = NAME_LIMIT) -> str | None:
    """Cut a name to what a sentence bears and keep it on one line; None for what is not stated."""
    if not isinstance(value, str):
        return None
    line = " ".join(value[: 4 * limit].split())
    if not line:
        return None
    return line if len(line) <= limit else line[: limit - 1] + "…"


def foretold_words(subject: str, said: Foretold) -> str:
    """Tell a forecast as one, with what a manager needs to promise anew."""
    return (
        f"{subject} is at risk by forecast: {round(said.permille / 10)} % likely to miss its date, "
        f"expected to finish on {date_words(said.finish_at)}; "
        f"{date_words(said.suggested_due_at)} would be kept with 90 % certainty."
    )
