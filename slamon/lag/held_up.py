"""Which orders waited behind a late queue, and from when to when: windows of a cause of their lateness. Bounded.

An order's window begins when its first unread record was written and ends when the group has read all it had there.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from slamon.lag.order_index import OrderIndex
from slamon.lag.rows import GroupLag, PartitionLag
from slamon.lag.verdict import LATE
from slamon.lag.waiting import Wait, unread_records
from slamon.orders.event import Instant, Span

VERSION = 1
MOST_STAYS = 5_000
"""Windows that are kept: of more, those that ended longest ago go first."""
MOST_WAITS = 50_000
"""Unread records of all groups that are looked at in a cycle."""


class Stay(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One order behind one late group; `until` None while it lasts."""

    order_id: str
    group: str
    topic: str
    since: Instant
    until: Instant | None = None


class Stays(msgspec.Struct, array_like=True, frozen=True):
    """What is kept over restarts."""

    stays: tuple[Stay, ...] = ()
    version: int = VERSION


class Queues(msgspec.Struct, frozen=True):
    """What every worker has to know about the queues, to tell of its own orders.

    `waits`: what holds a record of which order now, the longest wait first; `complete`: an order that is not there
    waits in no queue. `behind`: how late slamon's own group is at least, None when it is not late.
    """

    as_of: Instant | None = None
    complete: bool = False
    waits: dict[str, list[Wait]] = {}
    stays: tuple[Stay, ...] = ()
    behind: Span | None = None


encode_stays = msgspec.msgpack.Encoder().encode
_decode_stays = msgspec.msgpack.Decoder(Stays).decode


def decode_stays(kept: bytes) -> tuple[Stay, ...]:
    """Read what was kept; nothing of another version."""
    try:
        stays = _decode_stays(kept)
    except msgspec.DecodeError:
        return ()
    return stays.stays if stays.version == VERSION else ()


def waits_by_order(
    groups: Iterable[GroupLag], index: OrderIndex, most: int = MOST_WAITS
) -> tuple[dict[str, list[Wait]], bool]:
    """What holds a record of each order: for each group and topic its first record there.

    Whether that is all of the index, too: of records no more than `most` are looked at.
    """
    found: dict[str, dict[tuple[str, str], Wait]] = {}
    left = most
    for group, row in _unread_rows(groups, index.topics):
        key = group, row.topic
        for record in unread_records(row, index):
            if not left:
                return _sorted(found), False
            left -= 1
            waits = found.setdefault(record.order_id, {})
            if key not in waits:
                ahead = record.offset - (row.x or 0)
                waits[key] = Wait(*key, row.partition, record.offset, record.stamped_at, ahead)
    return _sorted(found), True


def _unread_rows(groups: Iterable[GroupLag], topics: frozenset[str]) -> Iterator[tuple[str, PartitionLag]]:
    for group in groups:
        for topic in group.topics if group.lag else ():
            if topic.topic in topics:
                yield from ((group.group, row) for row in topic.partitions if row.lag)


def _sorted(found: Mapping[str, Mapping[tuple[str, str], Wait]]) -> dict[str, list[Wait]]:
    return {order_id: sorted(waits.values(), key=lambda wait: wait.since) for order_id, waits in found.items()}


def follow(
    before: Iterable[Stay],
    waits: Mapping[str, Iterable[Wait]],
    late: frozenset[str],
    now: Instant,
    *,
    known: bool = True,
) -> tuple[Stay, ...]:
    """Go on by one cycle: `late` groups have an open incident; what is over ends now, unless nothing is known."""
    waiting = {
        (order_id, wait.group, wait.topic): wait.since
        for order_id, of_order in waits.items()
        for wait in of_order
        if wait.group in late
    }
    found: list[Stay] = []
    for stay in before:
        is_still = (
            waiting.pop((stay.order_id, stay.group, stay.topic), None) is not None if stay.until is None else False
        )
        if stay.until is not None or is_still or (not known and stay.group in late):
            found.append(stay)
        else:
            found.append(msgspec.structs.replace(stay, until=max(now, stay.since)))
    found += [Stay(*key, since) for key, since in waiting.items()]
    return _bounded(found)


def _bounded(stays: list[Stay]) -> tuple[Stay, ...]:
    if len(stays) <= MOST_STAYS:
        return tuple(stays)
    ended = sorted((stay for stay in stays if stay.until is not None), key=lambda stay: stay.until or 0)
    lasting = sorted((stay for stay in stays if stay.until is None), key=lambda stay: stay.since)[:MOST_STAYS]
    room = MOST_STAYS - len(lasting)
    return (*(ended[-room:] if room else ()), *lasting)


def own_delay(groups: Iterable[GroupLag], own: str) -> Span | None:
    """How late slamon's own group is at least; None when it is not."""
    for group in groups:
        if group.group == own and group.status in LATE:
            return group.age.at_least
    return None
