"""A thread is told each line once, though the row repeats those whose report it has not read yet."""

from slamon.notices.story import Line
from slamon.services.offers import Update
from slamon.services.updates import Updates
from tests.outbox_samples import offer

FIRST, SECOND, THIRD = Line(1, "Moved on."), Line(2, "New promise."), Line(3, "Finished.")


def test_lines_that_were_told_are_not_told_again() -> None:
    updates = Updates()
    update = Update(lead=offer("a"), turn=3, lines=(FIRST, SECOND, THIRD))
    assert updates.new_lines(update) == (FIRST, SECOND, THIRD)
    updates.finish(Update(lead=offer("a"), turn=2, lines=(FIRST, SECOND)))
    assert updates.new_lines(update) == (THIRD,)


def test_what_one_order_was_told_is_nothing_to_another() -> None:
    updates = Updates()
    updates.finish(Update(lead=offer("a"), turn=2))
    assert updates.new_lines(Update(lead=offer("b"), turn=1, lines=(FIRST,))) == (FIRST,)
