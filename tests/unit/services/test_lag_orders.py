"""What the index lacks is read and asked for, within bounds, and what can't be had is not made up."""

from collections.abc import Collection, Mapping, Sequence

import pytest

from slamon.errors import SourceError
from slamon.lag.observation import Place
from slamon.lag.order_index import Indexed, Standing
from slamon.lag.rows import GroupLag
from slamon.lag.waiting import Waiting, waiting_behind
from slamon.services import lag_orders
from slamon.services.lag_orders import READ_AGAIN, OrdersBehind, unread_of
from tests.builders import T0, day
from tests.fakes.lag import FakeBroker, FakeGroup, FakeLog, Followed

A0, B0 = Place("a", 0), Place("b", 0)


class Bench:
    """An order topic with a record of order `o-N` at each offset N; `mes` stands at `committed`."""

    def __init__(self, committed: int = 2, end: int = 6) -> None:
        self.now = T0
        self.end = end
        self.reads: list[tuple[Place, int, int]] = []
        self.asked: list[list[str]] = []
        self.fault: SourceError | None = None
        self.most = 100
        self.broker = FakeBroker(mes=FakeGroup({A0: committed}))
        self.followed = Followed(self.broker)
        self.orders = OrdersBehind("shop", frozenset({"a"}), self, self, lambda: self.now)
        self.orders.watching(ours=True)

    async def read(self, place: Place, since: int, until: int, most: int) -> tuple[int, Sequence[Indexed]]:
        assert most > 0
        self.reads.append((place, since, until))
        if self.fault is not None:
            raise self.fault
        reached = min(until, since + self.most)
        return reached, [Indexed(n, f"o-{n}", T0 + n) for n in range(since, reached)]

    async def of(self, order_ids: Collection[str]) -> Mapping[str, Standing]:
        self.asked.append(list(order_ids))
        return {order_id: Standing("SUBMITTED", day(int(order_id[2:]))) for order_id in order_ids if order_id != "o-3"}

    def feeds(self, since: int, until: int) -> None:
        self.orders.index.take(A0, [(n, f"o-{n}", T0 + n) for n in range(since, until)], until)

    def groups(self) -> tuple[GroupLag, ...]:
        self.broker.logs[A0] = FakeLog([T0] * self.end)
        return self.followed.cycle().groups

    async def learns(self) -> Waiting:
        groups = self.groups()
        await self.orders.learn(groups)
        found = waiting_behind(groups[0], self.orders.index, T0)
        assert found is not None
        return found


async def test_what_was_read_by_slamon_is_not_read_again() -> None:
    bench = Bench()
    bench.feeds(0, 6)
    waiting = await bench.learns()
    assert (waiting.orders, waiting.at_least, bench.reads) == (4, False, [])
    assert (waiting.soonest, waiting.stages) == ("o-2", {"SUBMITTED": 3})


async def test_after_a_restart_what_lies_before_is_read_once() -> None:
    bench = Bench()
    bench.feeds(5, 6)
    assert not (await bench.learns()).at_least
    await bench.learns()
    assert bench.reads == [(A0, 2, 6)]


async def test_what_another_worker_reads_is_read_as_it_comes() -> None:
    bench = Bench()
    await bench.learns()
    bench.end = 9
    waiting = await bench.learns()
    assert (waiting.orders, waiting.at_least) == (7, False)
    assert bench.reads == [(A0, 2, 6), (A0, 6, 9)]


async def test_what_is_too_long_is_at_least_and_not_read_all_the_time() -> None:
    bench = Bench(end=50)
    bench.feeds(40, 50)
    bench.most = 10
    waiting = await bench.learns()
    assert (waiting.orders, waiting.at_least) == (20, True)
    await bench.learns()
    assert len(bench.reads) == 1
    bench.now += READ_AGAIN
    await bench.learns()
    assert len(bench.reads) == 2


async def test_what_can_not_be_read_is_at_least() -> None:
    bench = Bench()
    bench.feeds(4, 6)
    bench.fault = SourceError("away")
    waiting = await bench.learns()
    assert (waiting.orders, waiting.at_least) == (2, True)


async def test_a_topic_that_was_made_anew_is_read_anew() -> None:
    bench = Bench(committed=0, end=3)
    bench.feeds(100, 110)
    waiting = await bench.learns()
    assert (waiting.orders, waiting.at_least) == (3, False)


async def test_a_worker_that_does_not_watch_keeps_nothing() -> None:
    bench = Bench()
    bench.feeds(0, 6)
    bench.orders.watching(ours=False)
    assert (len(bench.orders.index), bench.orders.index.is_fed) == (0, False)


async def test_so_many_orders_are_asked_about_in_a_cycle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of which nothing is known first; then those asked about longest ago."""
    monkeypatch.setattr(lag_orders, "STANDINGS", 2)
    bench = Bench()
    for _ in range(3):
        bench.now += 1
        await bench.learns()
    assert bench.asked == [["o-2", "o-3"], ["o-4", "o-5"], ["o-2", "o-3"]]


def test_only_what_is_unread_of_order_topics_counts() -> None:
    bench = Bench()
    assert unread_of(bench.groups(), frozenset({"a"})) == {A0: (2, 6)}
    assert unread_of(bench.groups(), frozenset({"b"})) == {}
    assert unread_of(bench.groups(), frozenset()) == {}
    assert unread_of(Bench(committed=6).groups(), frozenset({"a"})) == {}
