"""What an order's entries say about it besides its clocks: statuses, parties, holds (CONTRACT §3)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from slamon.orders.entry import CANCEL_CODE, REASON, STATUS_CODE, TYPE_CODES, Entry
from slamon.orders.event import EventType, Instant
from slamon.orders.lifecycle import CANCELLED, Lifecycle

_HOLD = TYPE_CODES[EventType.HOLD]
_RELEASE = TYPE_CODES[EventType.RELEASE]


@dataclass(frozen=True, slots=True)
class Hold:
    """A window in which somebody held the order; `until` None while it lasts."""

    since: Instant
    until: Instant | None
    reason: str | None


def latest_status(entries: Iterable[Entry], lifecycle: Lifecycle) -> str | None:
    """The last known status of ordered entries; CANCELLED once cancelled; None when none is known."""
    status = None
    for entry in entries:
        if is_cancel(entry):
            return CANCELLED
        if entry.type == STATUS_CODE and entry.status in lifecycle.index:
            status = entry.status
    return status


def is_cancel(entry: Entry) -> bool:
    """Tell whether an entry cancels its order: `type: cancel` or the status CANCELLED."""
    return entry.type == CANCEL_CODE or (entry.type == STATUS_CODE and entry.status == CANCELLED)


def status_by_system(entries: Iterable[Entry], lifecycle: Lifecycle) -> dict[str, str | None]:
    """What each system's own events say; events without a system are in no entry."""
    said: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.system is not None:
            said.setdefault(entry.system, []).append(entry)
    return {system: latest_status(said[system], lifecycle) for system in sorted(said)}


def last_stated(entries: Iterable[Entry], field: int) -> str | None:
    """A text field as last stated; of several at one instant the greatest text."""
    best: tuple[Instant, str] | None = None
    for entry in entries:
        text = entry.text(field)
        if text is not None and (best is None or (entry.at, text) > best):
            best = (entry.at, text)
    return None if best is None else best[1]


def holds(entries: Iterable[Entry], ended_at: Instant | None) -> list[Hold]:
    """Windows from `hold` to the same system's next `release`, or to the order's end where none came.

    Windows that overlap or touch are one row with the reason of the first.
    """
    windows: list[Hold] = []
    waiting: dict[str | None, list[int]] = {}
    for entry in entries:
        if entry.type == _HOLD:
            waiting.setdefault(entry.system, []).append(len(windows))
            until = ended_at if ended_at is not None and entry.at <= ended_at else None
            windows.append(Hold(entry.at, until, entry.text(REASON)))
        elif entry.type == _RELEASE:
            for place in waiting.pop(entry.system, ()):
                windows[place] = replace(windows[place], until=entry.at)
    return _merged(windows)


def _merged(windows: list[Hold]) -> list[Hold]:
    rows: list[Hold] = []
    for window in windows:
        last = rows[-1] if rows else None
        if last is None or (last.until is not None and window.since > last.until):
            rows.append(window)
        elif last.until is not None:
            until = None if window.until is None else max(last.until, window.until)
            rows[-1] = replace(last, until=until)
    return rows
