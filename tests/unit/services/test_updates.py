"""What living messages have to say: the latest word of each order, and what was said already."""

from collections import OrderedDict

import pytest

from slamon.services import updates as updates_module
from slamon.services.offers import Update
from slamon.services.updates import Updates, remember
from tests.outbox_samples import offer


def _update(order_id: str, turn: int) -> Update:
    return Update(lead=offer(order_id), turn=turn)


def test_of_an_order_only_the_latest_word_is_said() -> None:
    """It keeps the place of the first; an older one that comes later is forgotten."""
    updates = Updates()
    for order_id, turn in (("a", 1), ("b", 1), ("a", 3), ("a", 2)):
        assert updates.take(_update(order_id, turn)) is None
    assert [updates.next(), updates.next(), updates.next()] == [_update("a", 3), _update("b", 1), None]


def test_what_was_said_already_is_reported_again() -> None:
    """A row offers again what it knows no report of; a later turn is news."""
    updates = Updates()
    updates.finish(_update("a", 2))
    assert [updates.take(_update("a", turn)) for turn in (1, 2)] == [2, 2]
    assert updates.waiting == {}
    assert updates.take(_update("a", 3)) is None
    assert updates.next() == _update("a", 3)


def test_what_could_not_be_said_waits_behind_all_others() -> None:
    updates = Updates()
    for order_id in ("a", "b"):
        updates.take(_update(order_id, 1))
    first = updates.next()
    assert first is not None
    updates.back(first)
    updates.release(first)
    assert [updates.next(), updates.next()] == [_update("b", 1), _update("a", 1)]


def test_what_has_come_since_says_more() -> None:
    updates = Updates()
    updates.take(_update("a", 1))
    first = updates.next()
    assert first is not None
    updates.take(_update("a", 2))
    updates.back(first)
    updates.release(first)
    assert [updates.next(), updates.next()] == [_update("a", 2), None]


def test_nothing_more_is_said_of_an_order_while_something_is_being_said() -> None:
    """Both would tell its thread what waits there, and the older word could be the last one of the message."""
    updates = Updates()
    for order_id, turn in (("a", 1), ("b", 1)):
        updates.take(_update(order_id, turn))
    first = updates.next()
    updates.take(_update("a", 2))
    assert (first, updates.next(), updates.next()) == (_update("a", 1), _update("b", 1), None)
    assert first is not None
    updates.release(first)
    assert updates.next() == _update("a", 2)


def test_another_workers_is_forgotten() -> None:
    updates = Updates()
    updates.take(_update("a", 1))
    updates.finish(_update("b", 1))
    updates.clear()
    assert updates.next() is None
    assert updates.take(_update("b", 1)) is None


def test_only_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates_module, "REMEMBERED", 2)
    memory: OrderedDict[str, int] = OrderedDict()
    for number, key in enumerate("abcb"):
        remember(memory, key, number)
    assert memory == {"b": 3, "c": 2}
