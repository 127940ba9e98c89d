"""The workshop's time, laid out once as a ruler of its open half-hours; slamon and the oracle each have their own way.

A half-hour is open when the clock on the workshop's wall, at its beginning, shows an open time. Instants are
microseconds since 1970.
"""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tests.history.shop import EPOCH, HOLIDAYS, INVENTORY, MINUTE, OPEN_SUNDAY, micros

ZONE = ZoneInfo("Europe/Berlin")
SLOT = 30 * MINUTE
FIRST, LAST = micros("2025-12-01T00:00:00+00:00"), micros("2027-12-01T00:00:00+00:00")


def wall(at: int) -> datetime:
    """What the workshop's clock shows."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(ZONE)


def is_open(shown: datetime) -> bool:
    """Whether the workshop works while its clock shows this."""
    day, hour = shown.date().isoformat(), shown.hour + shown.minute / 60
    if day == INVENTORY:
        return False
    if day == OPEN_SUNDAY:
        return 1 <= hour < 5
    if day in HOLIDAYS or shown.weekday() == 6:
        return False
    return 10 <= hour < 14 if shown.weekday() == 5 else 9 <= hour < 13 or 14 <= hour < 18


@cache
def slots() -> list[int]:
    """The beginnings of all open half-hours, in order."""
    return [at for at in range(FIRST, LAST, SLOT) if is_open(wall(at))]


@cache
def days() -> dict[date, list[int]]:
    """Those of each open day."""
    found: dict[date, list[int]] = {}
    for slot in slots():
        found.setdefault(wall(slot).date(), []).append(slot)
    return found


@cache
def open_days() -> list[date]:
    """The open days, in order."""
    return list(days())


def worked(at: int) -> int:
    """How much open time there was before an instant."""
    place = bisect_right(slots(), at)
    return 0 if place == 0 else (place - 1) * SLOT + min(SLOT, at - slots()[place - 1])


def open_time(since: int, until: int) -> int:
    """The open time between two instants."""
    return max(0, worked(until) - worked(since))


def after(at: int, span: int) -> int:
    """The first instant by which so much open time has passed."""
    if span <= 0:
        return at
    place, rest = divmod(worked(at) + span, SLOT)
    return slots()[place] + rest if rest else slots()[place - 1] + SLOT


def working_days(at: int, count: int) -> int:
    """The same time of day on the n-th open day after that of `at`, or where that is closed the closing before it."""
    place = bisect_right(slots(), at)
    if not (place and slots()[place - 1] <= at < slots()[place - 1] + SLOT):
        at = slots()[place]
    shown = wall(at)
    day = open_days()[bisect_left(open_days(), shown.date()) + count]
    wanted = datetime.combine(day, time(shown.hour, shown.minute, shown.second, shown.microsecond), ZONE)
    same, own = (wanted - EPOCH) // datetime.resolution, days()[day]
    if any(slot <= same < slot + SLOT for slot in own):
        return same
    return max((slot + SLOT for slot in own if slot + SLOT <= same), default=own[0])


def end_of_day(at: int) -> int:
    """The last closing of the day of `at`."""
    return days()[wall(at).date()][-1] + SLOT
