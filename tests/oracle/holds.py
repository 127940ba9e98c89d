"""§3 and §3.1: which holds an order shows under the default policy, where they stop no clock."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracle.decoding import Event


@dataclass(frozen=True)
class Hold:
    """One row of `holds`; `until` is None while nothing has ended it."""

    since: int
    until: int | None
    reason: str | None


def windows(events: Sequence[Event], end: int | None) -> list[Hold]:
    """§3.1: "from `hold` to the same system's next `release`".

    "To now, or the end of the order, where none came."
    """
    found = []
    for place, event in enumerate(events):
        if event.type != "hold":
            continue
        releases = [
            later.occurred_at
            for later in events[place + 1 :]
            if later.type == "release" and later.system == event.system
        ]
        otherwise = end if end is not None and event.occurred_at <= end else None
        found.append(Hold(event.occurred_at, min(releases, default=otherwise), event.reason))
    return found


def holds(events: Sequence[Event], end: int | None) -> list[Hold]:
    """§3.1: "one row per merged window with the reason of the first"; windows that touch are merged."""
    rows: list[Hold] = []
    for window in windows(events, end):
        last = rows[-1] if rows else None
        if last is None or (last.until is not None and window.since > last.until):
            rows.append(window)
        elif last.until is not None:
            until = None if window.until is None else max(last.until, window.until)
            rows[-1] = Hold(last.since, until, last.reason)
    return rows
