"""The due-time index, case by case: the timer tests of Restate, and what memory asks for."""

import pytest

from slamon.orders.event import Instant
from slamon.sla.due_times import BUCKET, DueTimes

ONE, TWO, THREE = b"one", b"two", b"three"


class Timers:
    """Due times with the orders that they are for."""

    def __init__(self, **due: Instant) -> None:
        self.index = DueTimes()
        self.due: dict[bytes, Instant] = {}
        for name, at in due.items():
            self.set(name.encode(), at)

    def set(self, key: bytes, at: Instant) -> None:
        """An order's due time changes."""
        self.index.move(key, self.due.get(key), at)
        self.due[key] = at

    def fires(self, now: Instant, limit: int = 100) -> list[bytes]:
        """What fires at `now`, as the ticker does it: what is not due yet is filed anew."""
        fired = []
        while keys := self.index.pop(now, self.due.get, limit):
            for key in dict.fromkeys(keys):
                at = self.due.get(key)
                if at is not None and at <= now:
                    fired.append(key)
                    del self.due[key]
                elif at is not None:
                    self.index.move(key, None, at)
        return fired


def test_timers_fire_in_the_order_of_their_times() -> None:
    """Wake order is time order, across buckets and within one."""
    timers = Timers(three=3 * BUCKET, one=5, two=7)
    assert timers.fires(3 * BUCKET) == [ONE, TWO, THREE]


def test_nothing_fires_before_its_time() -> None:
    """A timer fires at its instant and not a microsecond before."""
    timers = Timers(one=2 * BUCKET + 5)
    assert timers.fires(2 * BUCKET + 4) == []
    assert timers.fires(2 * BUCKET + 5) == [ONE]


def test_none_is_dropped() -> None:
    """As many fire as were set, also when they are taken a few at a time."""
    timers = Timers(**{f"order-{number}": number * BUCKET // 7 for number in range(200)})
    assert len(timers.fires(100 * BUCKET, limit=3)) == 200


def test_an_earlier_timer_added_later_fires_first() -> None:
    """Also when it falls into the bucket that is being worked on, or before it."""
    timers = Timers(two=BUCKET + 50)
    assert timers.fires(BUCKET + 10) == []
    timers.set(ONE, BUCKET + 20)
    timers.set(THREE, 3)
    assert timers.index.next_at() == 3
    assert timers.fires(BUCKET + 50) == [THREE, ONE, TWO]


def test_a_timer_that_moved_later_fires_once_and_later() -> None:
    """The old entry is looked at in vain; the order fires at its new time only."""
    timers = Timers(one=10)
    timers.set(ONE, 5 * BUCKET)
    assert timers.fires(BUCKET) == []
    assert timers.fires(5 * BUCKET) == [ONE]
    assert timers.fires(9 * BUCKET) == []


def test_a_timer_that_moved_earlier_fires_once_and_earlier() -> None:
    """The later entry finds nothing left to do."""
    timers = Timers(one=5 * BUCKET)
    timers.set(ONE, 10)
    assert timers.fires(10) == [ONE]
    assert timers.fires(9 * BUCKET) == []


def test_a_fired_timer_is_not_fired_again() -> None:
    """Popping takes."""
    timers = Timers(one=10)
    assert timers.fires(10) == [ONE]
    assert timers.fires(10) == []
    assert len(timers.index) == 0


@pytest.mark.parametrize("remaining", [{}, {"two": 20}, {"two": 5 * BUCKET}], ids=["only", "near", "far"])
def test_a_timer_of_an_order_that_has_left_does_not_fire(remaining: dict[str, Instant]) -> None:
    """Deleting the only one, one in the current bucket, one in a bucket not yet opened."""
    timers = Timers(one=10, **remaining)
    del timers.due[ONE]
    assert timers.fires(9 * BUCKET) == [name.encode() for name in remaining]


def test_what_is_taken_is_limited() -> None:
    """Events and requests get their turn between two takes."""
    timers = Timers(one=1, two=2, three=3)
    assert timers.index.pop(9, timers.due.get, 2) == [ONE, TWO]
    assert timers.index.pop(9, timers.due.get, 2) == [THREE]


def test_many_entries_for_one_order_become_one() -> None:
    """Entries are never taken back, yet moving an order to and fro does not pile them up."""
    timers = Timers()
    for number in range(50):
        timers.index.file(ONE, 3 * BUCKET + number)
    timers.due[ONE] = 9 * BUCKET
    assert timers.index.pop(3 * BUCKET, timers.due.get, 100) == []
    assert len(timers.index) == 1


@pytest.mark.parametrize(
    ("before", "after", "filed"),
    [(None, 5, 1), (9, 5, 1), (5, 5, 0), (5, 9, 0), (5, None, 0), (None, None, 0)],
)
def test_only_an_earlier_time_needs_an_entry(before: Instant | None, after: Instant | None, filed: int) -> None:
    """An entry at an earlier time still serves: whoever finds it files the order anew."""
    index = DueTimes()
    index.move(ONE, before, after)
    assert len(index) == filed


def test_an_empty_index_waits_for_nothing() -> None:
    """`next_at` is None when nothing is filed."""
    assert DueTimes().next_at() is None
    assert DueTimes().pop(10**18, Timers().due.get, 9) == []


def test_times_before_the_epoch() -> None:
    """Instants may be negative."""
    timers = Timers(two=5, one=-3 * BUCKET)
    assert timers.index.next_at() == -3 * BUCKET
    assert timers.fires(0) == [ONE]
