"""What goes into the digest of one channel, and when it is to be told. Pure bookkeeping, no sending (CONTRACT §4)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from slamon.notices.digest import Digest, digest_id
from slamon.orders.event import SECOND, Instant, Span
from slamon.services.channel import Channel, Waiting
from slamon.services.outgoing import item_for
from slamon.services.storm import Storm

GATHER: Span = 2 * SECOND
"""A digest begins so long after the storm was noticed, with what has come by then."""
EDIT_EVERY: Span = 5 * SECOND
MOST_AT_ONCE = 2_000
"""Notices that one call adds."""


@dataclass(slots=True)
class Growing:
    """The digest that is being told in a channel, and the addition that is under way or has to be repeated."""

    digest: Digest
    remote: str | None = None
    next_at: Instant = 0
    planned: Digest | None = None
    members: list[Waiting] = field(default_factory=list)
    unknown: bool = False


@dataclass(slots=True)
class Gathering:
    """The notices of one channel that are told together: in a storm, or when their reader's hours begin."""

    lane: str
    channel: Channel
    storm: Storm
    growing: Growing | None = None
    busy: bool = False
    noticed_at: Instant | None = None
    """When a storm was noticed that has no digest yet."""

    def clear(self) -> None:
        """The channel is another worker's."""
        self.growing, self.noticed_at = None, None

    def holds_back(self, now: Instant) -> bool:
        """Whether notices wait for a digest instead of being sent one by one."""
        if self.busy or self.storm.rages(now) or self._is_unfinished():
            return True
        return self._is_morning(now) or self._has_piled_up(now)

    def is_due(self, now: Instant) -> bool:
        """Whether the digest is to be told, or told more, now."""
        if self.busy:
            return False
        if self._is_unfinished():
            return True
        if not self.holds_back(now):
            self.clear()  # the storm is over: the next one has a digest of its own
            return False
        if next(self._candidates(now), None) is None:
            return False
        if self.growing is not None:
            return now >= self.growing.next_at
        if self.noticed_at is None or now < self.noticed_at:
            self.noticed_at = now
        return now >= self.noticed_at + GATHER or not self.storm.rages(now)

    def wait(self, now: Instant) -> Span | None:
        """How long until the digest may be due; None when nothing is planned."""
        begins = None if self.noticed_at is None else self.noticed_at + GATHER
        at = begins if self.growing is None else self.growing.next_at
        return None if at is None else max(0, at - now)

    def gather(self, now: Instant) -> Growing | None:
        """Take what waits into the digest, or what could not be told before; None when there is nothing."""
        growing = self.growing
        if growing is not None and growing.members:
            return growing
        found = [one.offer.notice_id for one in self._candidates(now)][:MOST_AT_ONCE]
        if not found:
            return None
        if growing is None:
            since = now if self.noticed_at is None else self.noticed_at
            begun = Digest(
                digest_id(self.lane, found[0]), since, morning=self._is_morning(now) and not self.storm.rages(now)
            )
            growing = self.growing = Growing(begun)
        self.noticed_at = None
        growing.members = [self.channel.take(notice_id) for notice_id in found]
        growing.planned = growing.digest.with_items(item_for(one.offer, now) for one in growing.members)
        return growing

    def told(self, growing: Growing, remote: str, now: Instant) -> list[Waiting]:
        """It was told; gives the notices that are part of it by this."""
        growing.digest, growing.remote = growing.planned or growing.digest, remote
        growing.next_at = now + EDIT_EVERY
        members, growing.members, growing.planned = growing.members, [], None
        return members

    def give_back(self) -> None:
        """What was about to be told waits again; the next digest is a new one."""
        growing, self.growing = self.growing, None
        for one in reversed(growing.members if growing is not None else []):
            self.channel.back(one, unknown=False)

    def _is_unfinished(self) -> bool:
        return self.growing is not None and bool(self.growing.members)

    def _is_morning(self, now: Instant) -> bool:
        """Whether more than one was kept for the opening that is now."""
        kept = (one for one in self._candidates(now) if one.offer.not_before is not None)
        return next(kept, None) is not None and next(kept, None) is not None

    def _has_piled_up(self, now: Instant) -> bool:
        """Whether more wait than may come one by one within a minute, whenever they came: the receiver was away."""
        above = self.storm.above
        return bool(above) and next(islice(self._candidates(now), above, None), None) is not None

    def _candidates(self, now: Instant) -> Iterator[Waiting]:
        return (one for one in self.channel.ready(now) if not one.unknown)
