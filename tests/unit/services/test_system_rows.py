"""Rows that are no order's: named, found again, passed over by whatever takes rows for orders."""

from hypothesis import given
from hypothesis import strategies as st

from slamon.services.partition import OrderPartition, PartitionRules
from slamon.services.system_rows import SystemRows, is_system, system_key, system_rows
from tests.builders import PROMISE_ONLY, day, order_event, stored_after
from tests.fakes.stream import FakeEngine, FakeRows, FakeTally
from tests.fakes.tables import tables_of
from tests.unit.services.test_orders_view import heads, view_of


@given(st.text(min_size=1))
def test_no_order_id_looks_like_a_system_row(order_id: str) -> None:
    assert not is_system(order_id.encode(errors="replace"))
    assert is_system(system_key(order_id.encode(errors="replace").decode()))


async def test_what_was_put_is_found_and_what_is_none_goes() -> None:
    engine = FakeEngine({0: FakeRows({b"o-1": b"row"}), 3: FakeRows()})
    kept = SystemRows(engine)
    assert kept.is_ours
    assert await kept.put({"heard/a": b"1", "heard/b": b"2", "notice/x": b"3", "never": None})
    assert (kept.get("heard/a"), kept.get("heard/c")) == (b"1", None)
    assert dict(system_rows(engine.tables[0], "heard/")) == {"heard/a": b"1", "heard/b": b"2"}
    assert await kept.put({"heard/a": None})
    assert [name for name, _ in system_rows(engine.tables[0])] == ["heard/b", "notice/x"]
    assert engine.tables[0].rows[b"o-1"] == b"row"
    assert engine.tables[3].rows == {}


async def test_rows_of_a_partition_that_is_anothers_are_neither_read_nor_written() -> None:
    kept = SystemRows(FakeEngine({1: FakeRows()}))
    assert not kept.is_ours
    assert kept.get("heard/a") is None
    assert not await kept.put({"heard/a": b"1"})


async def test_system_rows_are_no_orders() -> None:
    """Neither lists nor due times know them."""
    tables = tables_of(order_event())
    for rows in tables.tables.values():
        rows.put(system_key("heard/a"), b"\x99 whatever")
    assert [head.order_id for head in await heads(view_of(tables, day(1)))] == ["o-1"]
    rows = FakeRows({system_key("heard/a"): b"\x99 whatever", b"o-1": stored_after([order_event()], PROMISE_ONLY)})
    orders = OrderPartition(0, PartitionRules(PROMISE_ONLY, {}, "outbox"), FakeTally())
    orders.open(rows)
    assert len(orders.due) == 1
