"""Numbers and names of a report as people read them: spans, shares, groups; text from outside made harmless."""

import re
from collections.abc import Mapping
from typing import Any

UNKNOWN = "-"
"""What stands where nothing is known."""

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
# Control characters, invisible ones and those that turn the direction of text: nobody names a client so.
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def plain(text: str) -> str:
    """A text on one line without anything that is not seen."""
    return _INVISIBLE.sub(" ", text)


def span(seconds: float | None) -> str:
    """A length of time in its two greatest units: `2d 4h`."""
    if seconds is None:
        return UNKNOWN
    rest, parts = round(seconds), []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def percent(share: float | None) -> str:
    """A share in percent; what is not quite all or nothing never reads as 100 % or 0 %."""
    if share is None:
        return UNKNOWN
    shown = f"{share:.1%}"
    if shown == "100.0%" and share < 1:
        return ">99.9%"
    return "<0.1%" if shown == "0.0%" and share > 0 else shown


def group_name(group: Mapping[str, Any]) -> str:
    """What a group is called: the client's name and id, the channel, the stage."""
    key, name = group["group"], group["name"]
    if key is None:
        return UNKNOWN
    return plain(f"{name} ({key})" if name and name != key else key)


def bucket_name(bucket: Mapping[str, Any]) -> str:
    """A bucket of overdue: `3-7 d`."""
    low, high = bucket["over_days"], bucket["to_days"]
    if high is None:
        return f"> {low} d"
    return f"{low}-{high} d" if low else f"up to {high} d"


def scope_words(report: Mapping[str, Any]) -> str:
    """Which orders the report is about."""
    since, until = (None if report[key] is None else moment(report[key]) for key in ("from", "to"))
    if since is None and until is None:
        return "all orders"
    before = "" if until is None else f" before {until}"
    return f"orders first promised for a time{'' if since is None else f' from {since}'}{before}"


def brier_words(report: Mapping[str, Any]) -> str:
    """How good the forecasts of a report were over all; empty when not known."""
    return "" if report["brier"] is None else f" Brier score {report['brier']:.3f}; 0 is perfect, 0.25 a coin."


def moment(text: str | None) -> str:
    """An RFC 3339 UTC time to the minute: `2027-01-31 09:00Z`."""
    return UNKNOWN if text is None else f"{text[:10]} {text[11:16]}Z"
