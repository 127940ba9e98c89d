"""Which order each record of the order topics is about: fed by slamon's own reading, bounded, honest where it is.

What every group has read goes first; when there is still too much, of two neighbours the one whose promise is sooner
stays (and the oldest record of all), and from there on the index does not know all.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from slamon.lag.observation import Place
from slamon.orders.event import Instant

LIMIT = 20_000
"""Records per partition."""
_FEW = 4
"""Of fewer none can be left out."""


class Standing(msgspec.Struct, frozen=True, gc=False):
    """How an order stands now: the stage that it is in, when it is due; None where it has none."""

    stage: str | None = None
    due_at: Instant | None = None


StandingOf = Callable[[str], Standing | None]
"""An order by its id; None when it is over, or not known here."""


class Indexed(msgspec.Struct, frozen=True, gc=False):
    """A record of an order topic."""

    offset: int
    order_id: str
    stamped_at: Instant


class _Shelf:
    """The records of one partition in [`since`, `until`), by offset; `thinned_to`: below it some are left out."""

    __slots__ = ("ids", "is_interrupted", "offsets", "since", "stamps", "thinned_to", "until")

    def __init__(self, since: int) -> None:
        self.offsets = array("q")
        self.stamps = array("q")
        self.ids: list[str] = []
        self.since = self.until = since
        self.thinned_to = 0
        self.is_interrupted = False

    def take(self, offset: int, order_id: str, stamped_at: Instant) -> None:
        self.offsets.append(offset)
        self.stamps.append(stamped_at)
        self.ids.append(order_id)
        self.until = offset + 1

    def splice(self, since: int, until: int, records: Sequence[Indexed]) -> None:
        """Put in all records of [since, until), read elsewhere; what lies between it and the rest stays unknown."""
        first, last = bisect_left(self.offsets, since), bisect_left(self.offsets, until)
        self.offsets[first:last] = array("q", (record.offset for record in records))
        self.stamps[first:last] = array("q", (record.stamped_at for record in records))
        self.ids[first:last] = [record.order_id for record in records]
        if since > self.until:
            self.thinned_to = max(self.thinned_to, since)
        elif until < self.since:
            self.thinned_to = max(self.thinned_to, self.since)
        elif since < self.thinned_to <= until:
            self.thinned_to = since
        self.since, self.until = min(self.since, since), max(self.until, until)

    def drop_below(self, offset: int) -> None:
        cut = bisect_left(self.offsets, offset)
        del self.offsets[:cut], self.stamps[:cut], self.ids[:cut]
        self.since = max(self.since, min(offset, self.until))

    def thin(self, due: Callable[[str], Instant]) -> None:
        """Leave out every second of the older half: of two neighbours the one that is due later."""
        half = len(self.ids) // 4 * 2 + 1
        self.thinned_to = max(self.thinned_to, self.offsets[half - 1] + 1)
        sooner = (one if due(self.ids[one]) <= due(self.ids[one + 1]) else one + 1 for one in range(1, half, 2))
        kept = [0, *sooner, *range(half, len(self.ids))]
        self.offsets = array("q", (self.offsets[number] for number in kept))
        self.stamps = array("q", (self.stamps[number] for number in kept))
        self.ids = [self.ids[number] for number in kept]


@dataclass(slots=True)
class OrderIndex:
    """Which order each record of the order topics is about; fed by slamon's own reading of them, in order.

    `order_topics` hold orders, whether anything of them was read or not; `is_fed`: this worker watches lag.
    """

    standing: StandingOf
    limit: int = LIMIT
    order_topics: frozenset[str] = frozenset()
    is_fed: bool = True
    _shelves: dict[Place, _Shelf] = field(default_factory=dict)
    _floors: dict[Place, int] = field(default_factory=dict)

    def append(self, place: Place, offset: int, order_id: str, stamped_at: Instant) -> None:
        """One record more; one that is there already (read again after a restart) changes nothing."""
        shelf = self._shelves.get(place)
        if shelf is None:
            shelf = self._shelves[place] = _Shelf(offset)
        if offset < shelf.until:
            return
        shelf.take(offset, order_id, stamped_at)
        _bound(self, shelf, self._floors.get(place))

    def take(self, place: Place, records: Sequence[tuple[int, str, Instant]], until: int) -> None:
        """One micro-batch of (offset, order, stamp), in order; up to `until` slamon has read, whatever it was."""
        if until <= self._floors.get(place, 0):
            return
        shelf = self._shelves.get(place)
        first = records[0][0] if records else until
        if shelf is None or until < shelf.since or (shelf.is_interrupted and first > shelf.until):
            shelf = self._shelves[place] = _Shelf(first)
        shelf.is_interrupted = False
        if first < shelf.until:
            records = [record for record in records if record[0] >= shelf.until]
        if records:
            offsets, ids, stamps = zip(*records, strict=True)
            shelf.offsets.extend(offsets)
            shelf.ids.extend(ids)
            shelf.stamps.extend(stamps)
        shelf.until = max(shelf.until, until)
        _bound(self, shelf, self._floors.get(place))

    def put(self, place: Place, since: int, until: int, records: Sequence[Indexed]) -> None:
        """All order records of [since, until), read from the topic for the index alone."""
        shelf = self._shelves.get(place)
        if shelf is None or shelf.until < self._floors.get(place, 0):
            shelf = self._shelves[place] = _Shelf(since)
        shelf.splice(since, until, records)
        _bound(self, shelf, self._floors.get(place))

    def extent(self, place: Place) -> tuple[int, int] | None:
        """From which offset on, and up to which, anything of a partition is known."""
        shelf = self._shelves.get(place)
        return None if shelf is None else (shelf.since, shelf.until)

    def interrupt(self) -> None:
        """Partitions move between workers: what comes next may be of later, with records in between read elsewhere."""
        for shelf in self._shelves.values():
            shelf.is_interrupted = True

    def clear(self) -> None:
        """Another worker watches."""
        self._shelves.clear()
        self._floors.clear()

    def read_up_to(self, place: Place, offset: int) -> None:
        """Up to there slamon has read, whatever it was."""
        shelf = self._shelves.setdefault(place, _Shelf(offset))
        shelf.until = max(shelf.until, offset)

    def committed_by_all(self, place: Place, offset: int) -> None:
        """No watched group stands before this offset: what lies there may go."""
        self._floors[place] = offset
        shelf = self._shelves.get(place)
        if shelf is not None:
            shelf.drop_below(offset)

    def forget(self, place: Place) -> None:
        """The partition is read elsewhere now, or its log is another one."""
        self._shelves.pop(place, None)
        self._floors.pop(place, None)

    @property
    def topics(self) -> frozenset[str]:
        """The order topics: those that are known to be, and those of which anything was read."""
        return self.order_topics | {place.topic for place in self._shelves}

    def stamp(self, place: Place, offset: int) -> Instant | None:
        """The stamp of a record; None when it is not in the index."""
        found = self.first(place, offset)
        return found.stamped_at if found is not None and found.offset == offset else None

    def first(self, place: Place, offset: int) -> Indexed | None:
        """The first order record at or after an offset."""
        return next(self.since(place, offset), None)

    def since(self, place: Place, offset: int) -> Iterator[Indexed]:
        """All order records from an offset on."""
        shelf = self._shelves.get(place)
        if shelf is None:
            return
        for number in range(bisect_left(shelf.offsets, offset), len(shelf.ids)):
            yield Indexed(shelf.offsets[number], shelf.ids[number], shelf.stamps[number])

    def knows_all(self, place: Place, offset: int, end: int) -> bool:
        """Whether every order record in [offset, end) is in the index."""
        shelf = self._shelves.get(place)
        return shelf is not None and shelf.since <= offset and shelf.until >= end and shelf.thinned_to <= offset

    def __len__(self) -> int:
        return sum(len(shelf.ids) for shelf in self._shelves.values())

    def due(self, order_id: str) -> Instant:
        """When an order is due; the end of time where that is not known."""
        standing = self.standing(order_id)
        return 2**62 if standing is None or standing.due_at is None else standing.due_at


def _bound(index: OrderIndex, shelf: _Shelf, floor: int | None) -> None:
    if len(shelf.ids) > index.limit:
        # Where nobody has looked for groups yet, slamon may be reading years: what is wanted of that is read again
        shelf.drop_below(shelf.offsets[index.limit // 4] if floor is None else floor)
    while len(shelf.ids) > max(index.limit, _FEW):
        shelf.thin(index.due)
