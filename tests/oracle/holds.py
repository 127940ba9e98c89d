"""§3 and §3.1: the holds of an order, and what they do to a due time that they pause."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracle.calendars import AnyCalendar
from tests.oracle.decoding import Event
from tests.oracle.policies import moving
from tests.oracle.rules import Policy, Rules


@dataclass(frozen=True)
class Hold:
    """One row of `holds`; `until` is None while nothing has ended it."""

    since: int
    until: int | None
    reason: str | None

    def covers(self, x: int) -> bool:
        """Whether it holds at an instant: from its first to before its last."""
        return self.since <= x and (self.until is None or x < self.until)


def windows(events: Sequence[Event], end: int | None, rules: Rules, policy: Policy) -> list[Hold]:
    """§3.1: "from `hold` to the same system's next `release`"; statuses of `holds.statuses` "hold while they last".

    "To now, or the end of the order, where none came." A hold status lasts to the next status event of a
    lifecycle status that is no hold status, whoever says it; what `on_regress: ignore` ignores ends and begins none.
    """
    found = []
    moves = {id(event) for event, _ in moving(events, rules, policy)}
    for place, event in enumerate(events):
        if event.type == "hold":
            ends = [
                later.occurred_at
                for later in events[place + 1 :]
                if later.type == "release" and later.system == event.system
            ]
        elif event.status in policy.hold_statuses and id(event) in moves:
            ends = [
                later.occurred_at
                for later in events[place + 1 :]
                if id(later) in moves and later.status not in policy.hold_statuses
            ]
        else:
            continue
        otherwise = end if end is not None and event.occurred_at <= end else None
        found.append(Hold(event.occurred_at, min(ends, default=otherwise), event.reason))
    return found


def holds(events: Sequence[Event], end: int | None, rules: Rules, policy: Policy) -> list[Hold]:
    """§3.1: "one row per merged window with the reason of the first"; windows that touch are merged."""
    rows: list[Hold] = []
    for window in windows(events, end, rules, policy):
        last = rows[-1] if rows else None
        if last is None or (last.until is not None and window.since > last.until):
            rows.append(window)
        elif last.until is not None:
            until = None if window.until is None else max(last.until, window.until)
            rows[-1] = Hold(last.since, until, last.reason)
    return rows


def moved(due: int, start: int, calendar: AnyCalendar, merged: Sequence[Hold], x: int) -> int:
    """§3.1: "A paused clock's due time moves by the held time that its calendar counts", as known at x.

    Not by a hold before the clock's start, nor is "a due time that had passed when they began" moved. "Where no
    open time is left before the due, it is due when the hold ends", never earlier than without the hold.
    """
    for hold in merged:
        begun, ended = max(hold.since, start), x if hold.until is None else min(hold.until, x)
        if begun >= ended or due < begun:
            continue
        if calendar.open_time(begun, due) == 0:
            due = max(due, ended)
        else:
            due = calendar.after(due, calendar.open_time(begun, ended))
    return due
