"""Which orders are looked at again when what is silent has changed."""

from slamon.notices.row import Row, settle_row
from slamon.orders.event import Instant
from slamon.services.held_back import HeldBack
from slamon.sla.silence import Silent
from tests.builders import HOUR, PROMISE_ONLY, day, order_event, row_of

MES = Silent("mes", day(10), day(11), "mes")
CRM = Silent("crm", day(10), day(11), "crm")


def held(silences: tuple[Silent, ...] = (MES,)) -> Row:
    row = row_of(order_event(), rules=PROMISE_ONLY)
    settle_row(row, day(21, us=1), PROMISE_ONLY, silences)
    return row


class Silences:
    def __init__(self) -> None:
        self.now: tuple[Silent, ...] = (MES,)

    def __call__(self, _: Instant) -> tuple[Silent, ...]:
        return self.now


def test_rows_that_hold_something_are_known() -> None:
    back = HeldBack()
    back.note(b"a", held())
    back.note(b"b", held(()))
    back.note(b"c", row_of(order_event()))
    assert back.keys == {b"a"}
    back.note(b"a", held(()))
    assert back.keys == set()


def test_every_change_stirs_them_once() -> None:
    """All of them at first, since nobody knows what they were judged by."""
    silences = Silences()
    back = HeldBack(silences)
    for key in (b"a", b"b", b"c"):
        back.note(key, held())
    assert back.stirs(day(21))
    assert back.stirred(day(21), 2) == [b"a", b"b"]
    assert back.stirred(day(21), 2) == [b"c"]
    assert not back.stirs(day(21))
    silences.now = (MES, CRM)
    assert back.stirred(day(21), 9) == [b"a", b"b", b"c"]
    assert back.stirred(day(21), 9) == []
    silences.now = ()
    assert back.stirs(day(21) + HOUR)


def test_where_nothing_is_held_nothing_stirs() -> None:
    assert not HeldBack(Silences()).stirs(day(21))
