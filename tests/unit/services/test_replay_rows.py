"""The rows of a replay."""

import json

import pytest

from slamon.errors import DecodeError
from slamon.notices.leaving import leave
from slamon.notices.row import OrderRules, entries_of
from slamon.orders.event import Instant, rfc3339
from slamon.services.replay_rows import ReplayRows
from slamon.sources.native import NativeDecoder
from tests.builders import BOOK, T0, day

DECODER = NativeDecoder(None, {}, 262_144)


def _line(status: str, at: Instant, order_id: str = "o-1") -> bytes:
    return json.dumps({"order_id": order_id, "status": status, "occurred_at": rfc3339(at), "system": "shop"}).encode()


def _rows(*lines: bytes, until: Instant | None = None) -> ReplayRows:
    made = ReplayRows(until, OrderRules(BOOK))
    for line in lines:
        made.take(line, DECODER, "test:1")
    return made


def test_each_order_has_a_row_whatever_the_order_of_its_lines() -> None:
    lines = [_line("SUBMITTED", T0), _line("SHIPPED", day(9)), _line("SUBMITTED", day(1), "o-2")]
    one, other = _rows(*lines), _rows(*reversed(lines), *lines)
    assert one.ids() == other.ids() == {"o-1", "o-2"}
    assert (one.first, one.last) == (other.first, other.last) == (T0, day(9))
    assert entries_of(one.row("o-1")) == entries_of(other.row("o-1"))


def test_what_lies_after_the_end_is_counted_once() -> None:
    late = _line("SHIPPED", day(9))
    rows = _rows(_line("SUBMITTED", T0), late, late, _line("SHIPPED", day(9), "o-2"), until=day(8))
    assert (rows.left_out, rows.last, set(rows.ids())) == (2, T0, {"o-1"})


def test_nothing_is_known_of_nothing() -> None:
    rows = _rows()
    with pytest.raises(DecodeError):
        rows.take(b"{", DECODER, "test:1")
    assert (rows.first, rows.last, rows.left_out, list(rows.ids())) == (None, None, 0, [])


@pytest.mark.parametrize("stored", [{}, {"o-1": leave(T0)}], ids=["never heard of", "left"])
def test_an_order_that_is_not_there(stored: dict[str, bytes]) -> None:
    rows = _rows()
    rows._stored = stored
    with pytest.raises(KeyError):
        rows.row("o-1")
