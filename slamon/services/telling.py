"""Lets the living messages of one partition's orders follow what happens: what they have to say goes to the outbox."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from slamon.notices.row import Row, living_face
from slamon.notices.story import Line, follow, leading
from slamon.orders.event import Instant
from slamon.services.offering import Offering
from slamon.services.offers import OutboxRecord, Update, address_of
from slamon.stream import Effects, Outgoing


@dataclass(frozen=True, slots=True)
class Telling:
    """Compares what a living message says with what is, whenever an order's row changes."""

    offering: Offering

    def follow(self, key: bytes, row: Row, effects: Effects, now: Instant | None, more: Iterable[Line] = ()) -> None:
        """Note in the row what the message has to say now, and offer it; `more`: lines for the thread besides."""
        if row.story is None:
            return
        rules = self.offering.orders.book.rules_of(row.clock)
        if follow(row.story, living_face(row), more, rules):
            at = now if now is not None else row.settled_at
            effects.after.extend(self.offer(key, row, row.clock.last_at if at is None else at))

    def offer(self, key: bytes, row: Row, now: Instant, *, outbox: int | None = None) -> Iterator[Outgoing]:
        """Offer what the message has to say, if it has not said it; only to this partition of the `outbox`."""
        story = row.story
        if story is None or story.is_told:
            return
        address = address_of(self.offering.addresses, story.receiver, story.route)
        lead = leading(row.records or (), row.clock, story.receiver)
        if address is None or lead is None or outbox not in (None, address.partition):
            return
        update = Update(lead=self.offering.lead(key, row, now, lead), turn=story.turn, lines=tuple(story.lines))
        yield self.offering.outgoing(address, OutboxRecord(update=update))
