"""The kinds of life that an order can have, each with its own truth: what happens, and which notices it owes.

Nothing here asks slamon's core. A life says in plain steps what the systems report, and beside each step what
has to come out of it.
"""

from slamon.demo.passage import Passage
from slamon.demo.systems import MES, SHOP
from slamon.demo.tempo import GRACE, MARGIN, SECOND, TRAVEL


def on_time(way: Passage) -> None:
    """Everything goes well: nobody hears anything."""
    way.opens()
    way.known_to_crm()
    way.finishes(way.timely(until=way.in_time))


def close_call(way: Passage) -> None:
    """The operator takes long, and the parcel leaves a day before the date."""
    way.opens()
    way.known_to_crm()
    way.moves_to(3)
    way.overstays()
    way.warns(way.due_at)
    finish = way.due_at - MARGIN
    packing = way.tempo.stages[4].timely // 2
    way.finishes([finish - packing - way.now, packing])


def slow_hand_off(way: Passage, *, stage: int) -> None:
    """An order waits too long for somebody, then goes on and is still in time."""
    way.opens()
    way.known_to_crm()
    way.moves_to(stage)
    way.overstays()
    way.moves(way.here.budget + GRACE + way.story.rng.randrange(SECOND // 2))
    way.finishes(way.timely(until=way.in_time))


def stuck(way: Passage, *, stage: int) -> None:
    """A hand-off never happens, though the system that has to act knows of the order."""
    way.opens()
    way.known_to_crm()
    way.moves_to(stage)
    if way.here.start == "SUBMITTED":
        way.story.strange(way.now + SECOND // 2, MES)
    _never_heard_of_again(way)


def lost(way: Passage, *, stage: int) -> None:
    """The message to the next system is lost: nobody there ever hears of the order."""
    way.opens()
    way.moves_to(stage)
    _never_heard_of_again(way)


def _never_heard_of_again(way: Passage) -> None:
    way.overstays()
    way.warns(way.due_at)
    way.misses(way.due_at)


def lost_shipped(way: Passage) -> None:
    """The message that it was shipped is lost, but the CRM closes the order in time: all is well."""
    way.opens()
    way.known_to_crm()
    *others, shipping = way.timely(until=way.in_time)
    for length in others:
        way.moves(length)
    way.closes(after=shipping)


def late(way: Passage) -> None:
    """Work drags on until after the three weeks."""
    way.opens()
    way.known_to_crm()
    way.moves_to(3)
    way.overstays()
    way.warns(way.due_at)
    way.misses(way.due_at)
    finish = way.due_at + way.story.rng.randrange(2 * SECOND, 3 * SECOND)
    packing = way.tempo.stages[4].timely // 2
    way.moves(finish - packing - way.now)
    way.moves(packing)
    way.ends_late(way.due_at)
    way.closes()


def rushed_and_late(way: Passage) -> None:
    """The shop promised ten days; every hand-off is in time, and still it takes longer."""
    way.opens(promised=10)
    way.known_to_crm()
    date = way.start + way.tempo.days(10)
    way.warns(date)
    way.misses(date)
    for length in way.shipping_at(date + MARGIN):
        way.moves(length)
    way.ends_late(date)
    way.closes()


def moved_in_time(way: Passage) -> None:
    """The manager agrees on a later date before anybody has to be warned."""
    way.opens(promised=12)
    date = way.start + way.tempo.days(12)
    agreed = date - way.tempo.warn_before - MARGIN - way.story.rng.randrange(SECOND // 4)
    way.story.promised(agreed, way.start + way.tempo.days(25), "the client changed the stone")
    way.finishes(way.shipping_at(date + SECOND // 4))


def moved_after_warning(way: Passage) -> None:
    """The warning does its work: the manager agrees on a later date, and that one is kept."""
    way.opens(promised=10)
    date = way.start + way.tempo.days(10)
    way.warns(date)
    way.story.promised(date - MARGIN, way.start + way.tempo.days(25), "agreed by telephone")
    way.finishes(way.shipping_at(date + SECOND // 4))


def moved_too_late(way: Passage) -> None:
    """The new date comes when the old one has been missed; the new one is kept."""
    way.opens(promised=9)
    date = way.start + way.tempo.days(9)
    way.warns(date)
    way.misses(date)
    agreed = date + GRACE
    way.story.promised(agreed, way.start + way.tempo.days(25), "apologised, a week more")
    way.finishes(way.shipping_at(agreed + MARGIN + SECOND // 4))


def missed_twice(way: Passage) -> None:
    """The date is missed, a new one is agreed on and missed as well."""
    way.opens(promised=8)
    way.known_to_crm()
    first = way.start + way.tempo.days(8)
    agreed = first + GRACE
    second = agreed + way.tempo.warn_before + SECOND
    for date in (first, second):
        way.warns(date)
        way.misses(date)
    way.story.promised(agreed, second, "one more week, promised")
    way.moves_to(3)
    way.overstays()
    packing = way.tempo.stages[4].timely // 2
    way.moves(max(second + MARGIN - packing, way.overdue_at + GRACE) - way.now)
    way.moves(packing)
    way.ends_late(second)
    way.closes()


def called_off(way: Passage) -> None:
    """The client calls the order off while all is well."""
    way.opens()
    way.known_to_crm()
    way.moves_to(2)
    way.story.cancelled(way.now + way.here.timely // 2, "found it elsewhere")


def called_off_at_last(way: Passage) -> None:
    """The client has waited for longer than three weeks, and has had enough."""
    way.opens()
    way.known_to_crm()
    way.moves_to(1)
    _never_heard_of_again(way)
    way.story.cancelled(way.due_at + MARGIN, "waited for too long")


def outage(way: Passage) -> None:
    """The CRM is down, so nobody can approve; it is back before any date is in danger."""
    way.opens()
    way.overstays()
    way.moves(way.here.budget + 2 * GRACE)
    way.finishes(way.timely(until=way.in_time))


def cart(way: Passage) -> None:
    """A cart that is never ordered: no promise was made."""
    way.story.status(way.now, "INITIATED")
    if way.story.rng.random() < 0.5:  # noqa: PLR2004 - with a model or without
        way.story.status(way.now + SECOND, "FILE_UPLOADED")
    way.story.strange(way.now + 2 * SECOND, SHOP)


def late_word_of_start(way: Passage) -> None:
    """An operator took the order in time, but the message hung in the queue: the alarm is taken back."""
    way.opens()
    way.known_to_crm()
    way.moves_to(2)
    way.overstays(false=True)
    overdue_at = way.overdue_at
    arrives = overdue_at + GRACE + way.story.rng.randrange(SECOND // 4)
    way.moves(way.here.budget - SECOND // 2, sent_at=arrives)
    way.taken_back(arrives, overdue_at)
    way.moves(arrives + TRAVEL + SECOND // 10 - way.now)
    way.finishes(way.timely(until=way.in_time))


def late_word_of_shipping(way: Passage) -> None:
    """Shipped in time, but the last messages hung in the queue until after the date: two false alarms."""
    way.opens(promised=10)
    way.known_to_crm()
    date = way.start + way.tempo.days(10)
    way.warns(date)
    way.misses(date, false=True)
    *others, _ = way.shipping_at(date - SECOND // 2)
    for length in others:
        way.moves(length)
    way.overstays(false=True)
    overdue_at = way.overdue_at
    arrives = max(date, overdue_at) + GRACE + way.story.rng.randrange(SECOND // 4)
    way.moves(date - SECOND // 2 - way.now, sent_at=arrives, sent_before=arrives)
    way.taken_back(arrives, overdue_at)
    way.taken_back(arrives, date)
    way.closes(after=arrives + SECOND - way.now)
