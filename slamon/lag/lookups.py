"""What has to be asked of the log about records yet to be read: how old they are, whether any is readable.

One entry per partition and offset, shared by all groups that stand there. A broker takes one timestamp per partition
and request; its answer teaches every entry of the partition. What is not asked in this cycle waits its turn.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from heapq import nsmallest

import msgspec

from slamon.lag.age import Age, Search, following
from slamon.lag.observation import (
    Place,
    Reason,
    Scan,
    ScanAnswers,
    ScanQuestions,
    TimeAnswers,
    TimeQuestions,
    Unknown,
)
from slamon.orders.event import SECOND, Instant, Span

OwnIndex = Callable[[Place, int], Instant | None]
"""slamon's own stamps: of the record at an offset of a topic that it consumes itself; None where it does not know."""

_ASK_AGAIN: Span = 600 * SECOND
"""A right that was refused may have been granted since."""


class Unread(msgspec.Struct):
    """What is known of the records from offset `x` on; `users` groups stand there.

    Nothing is readable in [x, `clear_to`); `first` is the first readable record, None while no read has found one.
    """

    x: int
    start: int
    end: int
    thresholds: tuple[Span, ...]
    search: Search
    clear_to: int
    first: int | None = None
    users: int = 0
    scans: int = 0
    wants_scan: bool = False
    fault: Unknown | None = None
    """Why its age could not be asked."""
    is_void: bool = False
    """What was learnt is of a log that is no more."""

    @property
    def is_phantom(self) -> bool:
        """Whether it is proven that nothing is readable up to the end."""
        return self.clear_to >= self.end


def _no_index(place: Place, offset: int) -> Instant | None:
    """Without an index of its own."""


class LookUps:
    """The open questions of one cluster and what came of the answered ones; bounded by where groups stand."""

    def __init__(self, own_index: OwnIndex = _no_index) -> None:
        """`own_index` gives stamps for nothing."""
        self._own = own_index
        self._places: dict[Place, dict[int, Unread]] = {}
        self._ages: OrderedDict[Place, None] = OrderedDict()
        self._scans: dict[tuple[Place, int], Unread] = {}
        self._refused: dict[Place, Instant] = {}

    def stand(
        self, place: Place, x: int, *, log: tuple[int, int], thresholds: tuple[Span, ...], before: Unread | None = None
    ) -> Unread:
        """A group stands at x, where before it stood at `before`; the log is [start, end)."""
        here = self._places.setdefault(place, {})
        found = here.get(x)
        if found is None:
            search = Search(x) if before is None or before.is_void else following(before.search, x)
            found = here[x] = Unread(x, log[0], log[1], thresholds, search, x)
            stamp = self._own(place, x)
            if stamp is not None:
                search.learn(stamp)
            else:
                self._ages[place] = None
        found.users += 1
        found.start, found.end = log
        if before is not None:
            self.leave(place, before)
        return found

    def leave(self, place: Place, unread: Unread) -> None:
        """A group stands there no more; what nobody needs is forgotten."""
        unread.users -= 1
        if unread.users > 0:
            return
        here = self._places.get(place, {})
        if here.get(unread.x) is unread:
            del here[unread.x]
            self._scans.pop((place, unread.x), None)
            if not here:
                del self._places[place]
                self._ages.pop(place, None)

    def forget(self, place: Place) -> None:
        """The log is another one than before: nothing that was learnt of it counts."""
        for x, unread in self._places.pop(place, {}).items():
            unread.is_void = True
            self._scans.pop((place, x), None)
        self._ages.pop(place, None)
        self._refused.pop(place, None)

    def age(self, place: Place, unread: Unread, now: Instant, *, is_record: bool = False) -> Age:
        """The age of the first record that is unread there; where slamon may not read, x is taken for a record."""
        return unread.search.age(now, is_record=is_record or place in self._refused)

    def want_scan(self, place: Place, unread: Unread) -> None:
        """Whether anything is readable there has to be told by reading."""
        if unread.first is None and not unread.is_phantom:
            self._scans[place, unread.x] = unread

    def is_refused(self, place: Place) -> bool:
        """Whether slamon may not read the topic, so that markers and aborted records count as lag."""
        return place in self._refused

    @property
    def open_ages(self) -> int:
        """In how many partitions an age is still looked for."""
        return len(self._ages)

    # --- ages -------------------------------------------------------------------------------------------------------

    def time_questions(self, now: Instant, at_most: int) -> TimeQuestions:
        """The next timestamps to look up, in turn; empty when all ages are known as well as can be."""
        asked: dict[Place, Instant] = {}
        for place in list(self._ages):
            if len(asked) >= at_most:
                break
            at = self._question(place, now)
            if at is None:
                del self._ages[place]
            else:
                asked[place] = at
                self._ages.move_to_end(place)
        return asked

    def take_times(self, asked: TimeQuestions, answers: TimeAnswers, now: Instant) -> None:
        """Take the answers to questions; what was not answered is asked again."""
        for place, answer in answers.items():
            at, here = asked.get(place), self._places.get(place)
            if at is None or here is None:
                continue
            for unread in here.values():
                if isinstance(answer, Unknown):
                    unread.fault = answer
                    continue
                unread.fault = None
                unread.search.asked += 1
                unread.search.take(at, answer, now)

    def _question(self, place: Place, now: Instant) -> Instant | None:
        """Of the entries of a partition, the one least asked about."""
        for unread in sorted(self._places[place].values(), key=_asked):
            at = unread.search.question(now, unread.start, unread.thresholds)
            if at is not None:
                return at
        return None

    # --- bounded reads ----------------------------------------------------------------------------------------------

    def scan_questions(self, now: Instant, at_most: int) -> ScanQuestions:
        """What to read, the shortest stretches first, those that failed before last; one stretch per partition."""
        for place in [place for place, at in self._refused.items() if now - at >= _ASK_AGAIN]:
            del self._refused[place]
        asked: dict[Place, tuple[int, int]] = {}
        for _, _, place, since, until in nsmallest(at_most, self._candidates()):
            asked.setdefault(place, (since, until))
        return asked

    def take_scans(self, asked: ScanQuestions, answers: ScanAnswers, now: Instant) -> None:
        """Take what was read."""
        for place, (since, until) in asked.items():
            answer = answers.get(place)
            for unread in list(self._places.get(place, {}).values()):
                if unread.clear_to != since or (place, unread.x) not in self._scans:
                    continue
                unread.scans += 1
                if isinstance(answer, Scan):
                    _take_scan(unread, answer, until)
                elif answer is not None and answer.reason is Reason.REFUSED:
                    self._refused[place] = now
                if unread.first is not None or unread.is_phantom:
                    del self._scans[place, unread.x]

    def _candidates(self) -> Iterator[tuple[int, int, Place, int, int]]:
        for (place, _), unread in self._scans.items():
            if place not in self._refused and unread.end > unread.clear_to:
                yield unread.scans, unread.end - unread.clear_to, place, unread.clear_to, unread.end


def _take_scan(unread: Unread, scan: Scan, until: int) -> None:
    """A record behind the end that was asked about came later: up to there nothing is readable."""
    if scan.first is None or scan.first >= until:
        unread.clear_to = max(unread.clear_to, min(scan.up_to, until) if scan.first is None else until)
        return
    unread.clear_to, unread.first = scan.first, scan.first
    if scan.stamped_at is not None:
        unread.search.learn(scan.stamped_at)


def _asked(unread: Unread) -> int:
    return unread.search.asked
