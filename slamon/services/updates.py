"""What living messages of one channel have to say, and what they are known to have said. Pure bookkeeping."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TypeVar

from slamon.notices.story import Line
from slamon.services.offers import Update

T = TypeVar("T")
REMEMBERED = 200_000
"""So much of what is done is remembered, for rows that offer again before the report reaches them."""


@dataclass(slots=True)
class Updates:
    """The latest word of each order; an earlier one that waits is forgotten with it."""

    waiting: OrderedDict[str, Update] = field(default_factory=OrderedDict)
    told: OrderedDict[str, int] = field(default_factory=OrderedDict)
    busy: set[str] = field(default_factory=set)
    """Orders whose message is being edited now: a later word waits, else both would tell the thread the same lines."""

    def take(self, update: Update) -> int | None:
        """Take what a living message has to say; returns its turn when it was said already."""
        told = self.told.get(update.order_id)
        if told is not None and told >= update.turn:
            return told
        before = self.waiting.get(update.order_id)
        if before is None or before.turn <= update.turn:
            self.waiting[update.order_id] = update
        return None

    def next(self) -> Update | None:
        """Take the next living message that has something new to say, of an order of which nothing is being said."""
        order_id = next((waits for waits in self.waiting if waits not in self.busy), None)
        if order_id is None:
            return None
        self.busy.add(order_id)
        return self.waiting.pop(order_id)

    def release(self, update: Update) -> None:
        """It is not being said any more, however that went."""
        self.busy.discard(update.order_id)

    def back(self, update: Update) -> None:
        """It could not be said: it waits behind all others; what has come since says more."""
        self.waiting.setdefault(update.order_id, update)

    def new_lines(self, update: Update) -> tuple[Line, ...]:
        """Its lines that the thread was not told: the row may not have known that yet when it offered them again."""
        told = self.told.get(update.order_id, 0)
        return tuple(line for line in update.lines if line.turn > told)

    def finish(self, update: Update) -> None:
        """A living message says what it has to."""
        remember(self.told, update.order_id, update.turn)

    def clear(self) -> None:
        """The channel is another worker's; what is being said ends by itself."""
        self.waiting.clear()
        self.told.clear()


def remember(memory: OrderedDict[str, T], key: str, value: T) -> None:
    """Keep a value, and of all values the latest `REMEMBERED`."""
    memory[key] = value
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)
