"""Rows of other policies are brought under the present ones, whenever a partition with such rows is opened."""

import asyncio

import pytest
from structlog.testing import capture_logs

from slamon.notices.leaving import leave
from slamon.notices.row import encode_row
from slamon.services import reviews
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.services.reviews import review, run_reviews
from slamon.services.system_rows import system_key
from slamon.sla.clock import Clock
from slamon.stream import Effects, PartitionLostError
from tests.builders import PROMISE_ONLY, T0, order_event, row_of
from tests.fakes.stream import FakeEngine, FakeRows, FakeTally, until

WANTED = row_of(order_event(), rules=PROMISE_ONLY)


class Bench:
    """Partition 0 with orders under other policies, and with rows that are none's business here."""

    def __init__(self, orders: int) -> None:
        row = row_of(order_event(), rules=PROMISE_ONLY)
        row.book, row.clock = "another one", Clock()
        self.stored = encode_row(row)
        self.others = {b"left": leave(T0), system_key("x"): b"\x00", b"current": encode_row(WANTED)}
        self.keys = [f"o-{number}".encode() for number in range(orders)]
        self.rows = FakeRows(dict.fromkeys(self.keys, self.stored) | self.others)
        self.table = FakeEngine({0: self.rows})

    def is_done(self) -> bool:
        return self.rows.rows == dict.fromkeys(self.keys, encode_row(WANTED)) | self.others


async def test_a_step_takes_no_more_than_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two steps events and requests get their turn. What needs no review is left alone."""
    monkeypatch.setattr(reviews, "BUDGET", 2)
    bench = Bench(5)
    with capture_logs() as lines:
        assert await review(0, PROMISE_ONLY, bench.table)
        assert bench.is_done()
        assert await review(0, PROMISE_ONLY, bench.table)
    assert bench.table.steps == 3
    assert bench.table.effects == Effects()
    assert [(line["event"], line["orders"]) for line in lines] == [("orders.reviewed", 5)]


async def test_what_happened_meanwhile_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """An order that left or was written anew since the rows were looked through."""
    monkeypatch.setattr(reviews, "BUDGET", 1)
    bench = Bench(3)
    write, newer = (
        bench.table.write,
        encode_row(row_of(order_event(), order_event("CLOSED", T0 + 1), rules=PROMISE_ONLY)),
    )

    async def writing(partition: int, step: object) -> None:
        bench.rows.rows.pop(b"o-1", None)
        bench.rows.rows[b"o-2"] = newer
        await write(partition, step)  # type: ignore[arg-type]

    bench.table.write = writing  # type: ignore[method-assign]
    assert await review(0, PROMISE_ONLY, bench.table)
    assert bench.rows.rows == {b"o-0": encode_row(WANTED), b"o-2": newer} | bench.others


async def test_a_partition_that_went_away_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its new owner reviews it."""
    bench = Bench(2)
    assert not await review(7, PROMISE_ONLY, bench.table)

    async def lost(_partition: int, _step: object) -> None:
        raise PartitionLostError("0")

    monkeypatch.setattr(bench.table, "write", lost)
    assert not await review(0, PROMISE_ONLY, bench.table)
    assert bench.rows.rows[b"o-0"] == bench.stored


async def test_whatever_is_opened_is_reviewed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviews, "_IDLE", 0)
    bench = Bench(3)
    partitions: dict[int, OrderPartition] = {}
    running = asyncio.create_task(run_reviews(bench.table, partitions))
    for rounds in (1, 2):
        partitions[0] = OrderPartition(0, PartitionRules(PROMISE_ONLY, {}, "outbox"), FakeTally())
        await until(bench.is_done)
        assert bench.table.steps == rounds
        bench.rows.rows[b"o-1"] = bench.stored
        for _ in range(20):
            await asyncio.sleep(0)
        assert not bench.is_done(), "opened once, looked through once"
    running.cancel()
