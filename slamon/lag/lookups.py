"""What has to be asked of the log about records yet to be read: how old they are, whether any is readable.

One entry per partition and offset, shared by all groups that stand there. A broker takes one timestamp per partition
and request; its answer teaches every entry of the partition. What is not asked in this cycle waits its turn.
"""

from collections import OrderedDict
from collections.abc import Callable

from slamon.lag.age import Age, Search, following
from slamon.lag.observation import Place, TimeAnswers, TimeQuestions, Unknown
from slamon.lag.scans import Scans
from slamon.lag.unread import Unread
from slamon.orders.event import Instant, Span

OwnIndex = Callable[[Place, int], Instant | None]
"""slamon's own stamps: of the record at an offset of a topic that it consumes itself; None where it does not know."""


def _no_index(place: Place, offset: int) -> Instant | None:
    """Without an index of its own."""


class LookUps:
    """The open questions of one cluster and what came of the answered ones; bounded by where groups stand."""

    def __init__(self, own_index: OwnIndex = _no_index) -> None:
        """`own_index` gives stamps for nothing."""
        self._own = own_index
        self._places: dict[Place, dict[int, Unread]] = {}
        self._ages: OrderedDict[Place, None] = OrderedDict()
        self._failed: set[Place] = set()
        self.scans = Scans()

    def begin(self) -> None:
        """A new cycle: what was not answered in the last one is asked again."""
        self._failed.clear()

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
            self.scans.drop(place, [unread.x])
            if not here:
                del self._places[place]
                self._ages.pop(place, None)

    def forget(self, place: Place) -> None:
        """The log is another one than before: nothing that was learnt of it counts."""
        here = self._places.pop(place, {})
        for unread in here.values():
            unread.is_void = True
        self.scans.drop(place, here)
        self._ages.pop(place, None)

    def age(self, place: Place, unread: Unread, now: Instant, *, is_record: bool = False) -> Age:
        """The age of the first record that is unread there; where slamon may not read, x is taken for a record."""
        return unread.search.age(now, is_record=is_record or self.scans.is_refused(place))

    @property
    def open_ages(self) -> int:
        """In how many partitions an age is still looked for."""
        return len(self._ages)

    def time_questions(self, now: Instant, at_most: int) -> TimeQuestions:
        """The next timestamps to look up, in turn; empty when all ages are known as well as can be."""
        asked: dict[Place, Instant] = {}
        for place in list(self._ages):
            if len(asked) >= at_most:
                break
            if place in self._failed:
                continue
            at = self._question(place, now)
            if at is None:
                del self._ages[place]
            else:
                asked[place] = at
                self._ages.move_to_end(place)
        return asked

    def take_times(self, asked: TimeQuestions, answers: TimeAnswers, now: Instant) -> None:
        """Take the answers to questions; what was not answered is asked again in the next cycle."""
        for place, at in asked.items():
            answer = answers.get(place)
            here = self._places.get(place, {}).values()
            if answer is None or isinstance(answer, Unknown):
                self._failed.add(place)
                for unread in here:
                    unread.fault = answer
                continue
            for unread in here:
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


def _asked(unread: Unread) -> int:
    return unread.search.asked
