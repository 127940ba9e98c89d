"""Which kinds of life there are in a play, how many lead each, and where their orders come in."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TypeAlias

from slamon.demo import lives
from slamon.demo.passage import Passage

Teller: TypeAlias = Callable[[Passage], None]


class Entry(Enum):
    """Where the orders of a life come in."""

    SHOP = "shop"
    MES = "mes"
    EITHER = "either"

    def is_b2b(self, rng: random.Random) -> bool:
        """Whether this one comes from a partner through the MES API."""
        return self is Entry.MES or (self is Entry.EITHER and rng.random() < 0.4)  # noqa: PLR2004 - four of ten


@dataclass(frozen=True, slots=True)
class Life:
    """A kind of life; `weight`: how many orders lead it beside others."""

    name: str
    tell: Teller
    weight: int = 1
    entry: Entry = Entry.SHOP


OUTAGE = Life("waits for the CRM, as many others", lives.outage, entry=Entry.MES)
"""What all orders of a storm go through."""
LIVES = (
    Life("on time", lives.on_time, 40),
    Life("on time, B2B", lives.on_time, 20, Entry.MES),
    Life("shipped at the last moment", lives.close_call, 2, Entry.EITHER),
    Life("slow: price", partial(lives.slow_hand_off, stage=0), 2),
    Life("slow: approval", partial(lives.slow_hand_off, stage=1), 2, Entry.EITHER),
    Life("slow: operator", partial(lives.slow_hand_off, stage=2), 2, Entry.EITHER),
    Life("slow: shipping", partial(lives.slow_hand_off, stage=4), 2, Entry.EITHER),
    Life("stuck: price never calculated", partial(lives.stuck, stage=0), 2),
    Life("stuck: nobody approves", partial(lives.stuck, stage=1), 2, Entry.EITHER),
    Life("stuck: no operator", partial(lives.stuck, stage=2), 2, Entry.EITHER),
    Life("stuck: never completed", partial(lives.stuck, stage=3), 1, Entry.EITHER),
    Life("stuck: never shipped", partial(lives.stuck, stage=4), 1, Entry.EITHER),
    Life("lost between Shop and MES", partial(lives.lost, stage=0), 2),
    Life("lost between MES and CRM", partial(lives.lost, stage=1), 3, Entry.MES),
    Life("lost between CRM and MES", partial(lives.lost, stage=2), 2),
    Life("message of shipping lost", lives.lost_shipped, 3, Entry.EITHER),
    Life("late", lives.late, 3, Entry.EITHER),
    Life("rushed and late", lives.rushed_and_late, 2),
    Life("moved in time", lives.moved_in_time, 2),
    Life("moved after the warning", lives.moved_after_warning, 2),
    Life("moved too late", lives.moved_too_late, 1),
    Life("missed twice", lives.missed_twice, 1),
    Life("called off", lives.called_off, 3, Entry.EITHER),
    Life("called off at last", lives.called_off_at_last, 1, Entry.EITHER),
    Life("cart", lives.cart, 8),
    Life("late word of the start", lives.late_word_of_start, 2),
    Life("late word of shipping", lives.late_word_of_shipping, 2),
)
