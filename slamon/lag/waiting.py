"""The orders behind a queue: who waits behind each group, since when, and with how much left of the promise."""

from collections.abc import Iterable, Iterator

import msgspec

from slamon.lag.observation import Place
from slamon.lag.order_index import Indexed, OrderIndex, Standing
from slamon.lag.rows import GroupLag, PartitionLag
from slamon.orders.event import Instant, Span


class Waiting(msgspec.Struct, frozen=True):
    """Who waits behind a group. `orders`: how many, `at_least` when there may be more; by `stages` and by `topics`.

    `oldest` is the record that waits longest, `soonest` the order with the least left of its promise, `slack` what is
    left of it (negative once it has passed), None when none has a promise.
    """

    orders: int
    at_least: bool = False
    stages: dict[str, int] = {}
    topics: dict[str, int] = {}
    oldest: Indexed | None = None
    oldest_stage: str | None = None
    soonest: str | None = None
    slack: Span | None = None


def waiting_behind(group: GroupLag, index: OrderIndex, now: Instant) -> Waiting | None:
    """The orders that wait behind a group; None for one that reads no order topic."""
    ours = index.topics
    topics = [topic for topic in group.topics if topic.topic in ours]
    if not topics:
        return None
    orders: dict[str, Standing | None] = {}
    by_topic: dict[str, int] = {}
    oldest: Indexed | None = None
    complete = True
    for topic in topics:
        here: set[str] = set()
        for row in topic.partitions:
            complete = complete and _knows(row, index)
            for record in unread_records(row, index):
                here.add(record.order_id)
                if oldest is None or record.stamped_at < oldest.stamped_at:
                    oldest = record
        by_topic[topic.topic] = len(here)
        orders |= {order_id: index.standing(order_id) for order_id in here}
    due_at, soonest = min(_promises(orders), default=(None, None))
    standing = None if oldest is None else orders[oldest.order_id]
    return Waiting(
        len(orders),
        not complete,
        _by_stage(orders.values()),
        by_topic,
        oldest,
        None if standing is None else standing.stage,
        soonest,
        None if due_at is None else due_at - now,
    )


class Wait(msgspec.Struct, frozen=True, gc=False):
    """Where one order waits: behind which group, at which record, since when, with how many records before it."""

    group: str
    topic: str
    partition: int
    offset: int
    since: Instant
    ahead: int


def floors(groups: Iterable[GroupLag], topics: frozenset[str]) -> dict[Place, int]:
    """Up to where every group has read each partition of these topics; those that nobody reads are left out."""
    found: dict[Place, int] = {}
    for group in groups:
        for topic in group.topics:
            for row in topic.partitions if topic.topic in topics else ():
                place, x = Place(row.topic, row.partition), row.x or 0
                found[place] = min(found.get(place, x), x)
    return found


def unread_records(row: PartitionLag, index: OrderIndex) -> Iterator[Indexed]:
    """The order records of a partition that the group has not read."""
    if row.x is None or row.end is None or not row.lag:
        return
    for record in index.since(Place(row.topic, row.partition), row.x):
        if record.offset >= row.end:
            return
        yield record


def _knows(row: PartitionLag, index: OrderIndex) -> bool:
    if row.lag == 0:
        return True
    if row.lag is None or row.x is None or row.end is None:
        return False
    return index.knows_all(Place(row.topic, row.partition), row.x, row.end)


def _promises(orders: dict[str, Standing | None]) -> Iterator[tuple[Instant, str]]:
    for order_id, standing in orders.items():
        if standing is not None and standing.due_at is not None:
            yield standing.due_at, order_id


def _by_stage(standings: Iterable[Standing | None]) -> dict[str, int]:
    found: dict[str, int] = {}
    for standing in standings:
        if standing is not None and standing.stage is not None:
            found[standing.stage] = found.get(standing.stage, 0) + 1
    return dict(sorted(found.items()))
