"""What an order's entries say about it besides its clocks: statuses, parties, holds (CONTRACT §3)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from operator import itemgetter

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


def latest_status(entries: Iterable[Entry], lifecycle: Lifecycle, *, furthest: bool = False) -> str | None:
    """The last known status of ordered entries; CANCELLED once cancelled; None when none is known.

    `furthest`: a step back does not count (`on_regress: ignore`).
    """
    entries = list(entries)
    if any(map(is_cancel, entries)):
        return CANCELLED
    status = None
    for _, entry in _moves(entries, lifecycle, furthest=furthest):
        status = entry.status
    return status


def is_cancel(entry: Entry) -> bool:
    """Tell whether an entry cancels its order: `type: cancel` or the status CANCELLED."""
    return entry.type == CANCEL_CODE or (entry.type == STATUS_CODE and entry.status == CANCELLED)


def status_by_system(
    entries: Iterable[Entry], lifecycle: Lifecycle, *, furthest: bool = False
) -> dict[str, str | None]:
    """What each system's own events say; events without a system are in no entry."""
    said: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.system is not None:
            said.setdefault(entry.system, []).append(entry)
    return {system: latest_status(said[system], lifecycle, furthest=furthest) for system in sorted(said)}


def last_stated(entries: Iterable[Entry], field: int) -> str | None:
    """A text field as last stated; of several at one instant the greatest text."""
    best: tuple[Instant, str] | None = None
    for entry in entries:
        text = entry.text(field)
        if text is not None and (best is None or (entry.at, text) > best):
            best = (entry.at, text)
    return None if best is None else best[1]


def heard(entries: Iterable[Entry]) -> dict[str, Instant]:
    """When each system was last heard of about this order."""
    last = {entry.system: entry.at for entry in entries if entry.system is not None}
    return {system: last[system] for system in sorted(last)}


def holds(
    entries: Iterable[Entry],
    ended_at: Instant | None,
    lifecycle: Lifecycle,
    statuses: Collection[str] = (),
    *,
    furthest: bool = False,
) -> list[Hold]:
    """Windows from `hold` to the same system's next `release`, or to the order's end where none came.

    A status of `statuses` holds until the next one that does not, also past the order's end; `furthest`: a step back
    sets none (`on_regress: ignore`). Windows that overlap or touch are one row with the reason of the first.
    """
    entries = list(entries)
    moves = _moves(entries, lifecycle, furthest=furthest) if statuses else []
    windows = [*_of_systems(entries, ended_at), *_of_statuses(moves, ended_at, statuses)]
    return _merged([hold for _, hold in sorted(windows, key=itemgetter(0))])


def _of_systems(entries: Iterable[Entry], ended_at: Instant | None) -> list[tuple[int, Hold]]:
    """Each with the place of the entry that begins it."""
    windows: list[tuple[int, Hold]] = []
    waiting: dict[str | None, list[int]] = {}
    for place, entry in enumerate(entries):
        if entry.type == _HOLD:
            waiting.setdefault(entry.system, []).append(len(windows))
            until = ended_at if ended_at is not None and entry.at <= ended_at else None
            windows.append((place, Hold(entry.at, until, entry.text(REASON))))
        elif entry.type == _RELEASE:
            for number in waiting.pop(entry.system, ()):
                begun, hold = windows[number]
                windows[number] = begun, replace(hold, until=entry.at)
    return windows


def _moves(entries: Iterable[Entry], lifecycle: Lifecycle, *, furthest: bool) -> Iterator[tuple[int, Entry]]:
    """The entries that set the status, with their places."""
    top = -1
    for place, entry in enumerate(entries):
        number = lifecycle.index.get(entry.status or "", -1) if entry.type == STATUS_CODE else -1
        if number >= 0 and not (furthest and number < top):
            top = number
            yield place, entry


def _of_statuses(
    moves: Iterable[tuple[int, Entry]], ended_at: Instant | None, statuses: Collection[str]
) -> list[tuple[int, Hold]]:
    windows: list[tuple[int, Hold]] = []
    first: tuple[int, Entry] | None = None
    for place, entry in moves:
        if entry.status in statuses:
            first = first or (place, entry)
        elif first is not None:
            windows.append(_held(first, entry.at))
            first = None
    if first is None:
        return windows
    return [*windows, _held(first, ended_at if ended_at is not None and first[1].at <= ended_at else None)]


def _held(first: tuple[int, Entry], until: Instant | None) -> tuple[int, Hold]:
    place, entry = first
    return place, Hold(entry.at, until, entry.text(REASON))


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
