"""Holds: what is held is a union of windows, and how far it moves a due time (CONTRACT §3.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import Instant
from slamon.sla.calendar import ALWAYS
from slamon.sla.holds import Held, Pauses, moved
from tests.builders import HOUR, T0, day
from tests.fakes.calendars import WORKSHOP


def _at(days: int, hour: float) -> Instant:
    """An hour of the clock, so many days after the Monday of `T0`."""
    return T0 + round((24 * days + hour - 9) * HOUR)


# A date of day 10, counted from day 0, around the clock.
MOVED: dict[str, tuple[list[Held], Instant]] = {
    "no hold": ([], day(10)),
    "one": ([(day(2), day(5))], day(13)),
    "two": ([(day(2), day(3)), (day(4), day(6))], day(13)),
    "from before the clock started": ([(day(-2), day(1))], day(11)),
    "over before the clock started": ([(day(-2), day(-1)), (day(-1), day(0))], day(10)),
    "without length": ([(day(2), day(2))], day(10)),
    "over the due date": ([(day(8), day(12))], day(14)),
    "to the due date": ([(day(8), day(10))], day(12)),
    "after it, but before the moved one": ([(day(2), day(5)), (day(12), day(14))], day(15)),
    "at the due date": ([(day(10), day(12))], day(12)),
    "just after the due date": ([(day(10, us=1), day(12))], day(10)),
    "one that counts before one that does not": ([(day(2), day(3)), (day(11, us=1), day(30))], day(11)),
}


@pytest.mark.parametrize(("windows", "due_at"), MOVED.values(), ids=MOVED)
def test_a_due_time_moves_by_the_held_time(windows: list[Held], due_at: Instant) -> None:
    """Holds do not move a due time that had passed when they began; at its own instant it had not."""
    assert moved(day(10), day(0), windows, ALWAYS) == due_at


# Open from nine to five; a due time, a hold, and when it is due then.
ON_A_CALENDAR: dict[str, tuple[Instant, Held, Instant]] = {
    "open time counts": (_at(1, 12), (_at(0, 16), _at(1, 10)), _at(1, 14)),
    "a night does not": (_at(1, 12), (_at(0, 17), _at(1, 9)), _at(1, 12)),
    "nor does a weekend": (_at(7, 12), (_at(4, 17), _at(7, 9)), _at(7, 12)),
    "what moves beyond the closing goes on next morning": (_at(1, 16), (_at(1, 9), _at(1, 12)), _at(2, 11)),
    "the hour that was left is left after the hold": (_at(1, 12), (_at(1, 11), _at(1, 16.5)), _at(2, 9.5)),
    "no open time left, held in open time": (_at(0, 17), (_at(0, 17), _at(1, 10)), _at(1, 10)),
    "no open time left, held over night": (_at(1, 9), (_at(0, 18), _at(1, 12)), _at(1, 12)),
    "no open time left, let go in closed time": (_at(0, 17), (_at(0, 17), _at(0, 20)), _at(0, 20)),
    "let go before the due time in closed time": (_at(1, 9), (_at(0, 18), _at(1, 8)), _at(1, 9)),
}


@pytest.mark.parametrize(("due_at", "window", "expected"), ON_A_CALENDAR.values(), ids=ON_A_CALENDAR)
def test_only_the_time_that_its_calendar_counts_moves_it(due_at: Instant, window: Held, expected: Instant) -> None:
    """Where no open time is left before the due, it is due when the hold ends."""
    assert moved(due_at, _at(0, 9), [window], WORKSHOP) == expected


@given(st.lists(st.integers(-5, 40), max_size=8, unique=True), st.integers(0, 30))
def test_around_the_clock_a_due_time_comes_when_its_time_has_run_unheld(edges: list[int], due_at: int) -> None:
    """Counted one by one: held instants take nothing of the time that is left, and nothing is due in them."""
    ends = sorted(edges)
    windows = list(zip(ends[::2], ends[1::2], strict=False))
    at, left = 0, due_at
    while left or any(since <= at < until for since, until in windows):
        left -= not any(since <= at < until for since, until in windows)
        at += 1
    assert moved(due_at, 0, windows, ALWAYS) == at


def _held(*said: tuple[str, str | None, int]) -> Pauses:
    """What these hold, release or are: (hold | release | status | other, system, at)."""
    pauses = Pauses()
    for word, system, at in said:
        if word == "hold":
            pauses.hold(system, at)
        elif word == "release":
            pauses.release(system, at)
        else:
            pauses.status(at, holds=word == "status")
    return pauses


WINDOWS: dict[str, tuple[list[tuple[str, str | None, int]], list[Held]]] = {
    "nothing": ([], []),
    "a hold and its release": ([("hold", "crm", 2), ("release", "crm", 5)], [(2, 5)]),
    "one that lasts, up to now": ([("hold", "crm", 2)], [(2, 9)]),
    "a release of nothing": ([("release", "crm", 2)], []),
    "another system's release": ([("hold", "crm", 2), ("release", "mes", 5)], [(2, 9)]),
    "nobody is a system too": ([("hold", None, 2), ("release", "mes", 3), ("release", None, 4)], [(2, 4)]),
    "the same system twice": ([("hold", "crm", 2), ("hold", "crm", 3), ("release", "crm", 5)], [(2, 5)]),
    "two that overlap count once": (
        [("hold", "crm", 2), ("hold", "mes", 3), ("release", "crm", 5), ("release", "mes", 7)],
        [(2, 7)],
    ),
    "two that touch are one": (
        [("hold", "crm", 2), ("release", "crm", 5), ("hold", "mes", 5), ("release", "mes", 7)],
        [(2, 7)],
    ),
    "two apart": ([("hold", "crm", 2), ("release", "crm", 3), ("hold", "crm", 5)], [(2, 3), (5, 9)]),
    "without length": ([("hold", "crm", 2), ("release", "crm", 2)], []),
    "a status that holds": ([("status", None, 2), ("other", None, 5), ("other", None, 6)], [(2, 5)]),
    "a status and a system": (
        [("status", None, 2), ("hold", "crm", 3), ("other", None, 5), ("release", "crm", 6)],
        [(2, 6)],
    ),
}


@pytest.mark.parametrize(("said", "windows"), WINDOWS.values(), ids=WINDOWS)
def test_what_is_held(said: list[tuple[str, str | None, int]], windows: list[Held]) -> None:
    """From `hold` to the same system's next `release`; holds that overlap count once."""
    assert _held(*said).until(9) == windows
