"""Every worker knows what orders wait behind; what is old says nothing, and what was is kept."""

import asyncio
from dataclasses import replace

import msgspec
import pytest

from slamon.lag.held_up import Queues, Stay
from slamon.lag.observation import Place
from slamon.lag.order_index import OrderIndex, Standing
from slamon.lag.troubles import TroubleKind
from slamon.lag.waiting import Wait
from slamon.orders.event import SECOND
from slamon.services import lag_queues
from slamon.services.lag_ports import LagView
from slamon.services.lag_queues import OLD, KnownQueues, QueueKeeping, follow_elsewhere
from slamon.sla.causes import Cause, Interval, Window
from tests.builders import HOUR, T0
from tests.fakes.lag import Watched
from tests.fakes.stream import until
from tests.unit.services.test_lag_watch import FixedOrders

A0 = Place("a", 0)
STAY = Stay("o-1", "mes", "a", T0, T0 + HOUR)


def test_windows_of_an_order() -> None:
    known = KnownQueues("slamon")
    known.swap(Queues(stays=(STAY, Stay("o-1", "slamon", "a", T0), Stay("o-2", "mes", "a", T0))))
    assert known.windows("o-1") == {Cause.QUEUE: [Window(T0, T0 + HOUR, "mes")]}
    assert known.windows("o-9") == {}
    assert [known.is_behind(order_id) for order_id in ("o-1", "o-2", "o-9")] == [False, True, False]


def test_what_is_old_says_nothing_about_now() -> None:
    known = KnownQueues()
    parts = [Interval(T0, T0 + OLD + 1, Cause.WORK, None, None)]
    assert known.blocked("o-1", parts, T0 + OLD) is None
    known.swap(Queues(T0, complete=True))
    assert known.blocked("o-1", parts, T0 + OLD) is not None
    assert known.blocked("o-1", parts, T0 + OLD + 1) is None


class Bench:
    """The cluster `shop`: `mes` is late with the records of `o-1` and `o-2`."""

    def __init__(self, watched: Watched | None = None) -> None:
        self.watched = watched or Watched()
        self.index = OrderIndex(dict[str, Standing]().get, order_topics=frozenset({"a"}))
        for offset, order_id in enumerate(["o-0", "o-1", "o-2"]):
            self.index.append(A0, offset, order_id, T0 - HOUR)
        self.known = KnownQueues("slamon")
        self.watched.watch.orders = FixedOrders(self.index)
        self.keeping = QueueKeeping(FixedOrders(self.index), self.watched.rows, self.known, lambda: self.watched.now)

    async def cycle(self) -> LagView:
        view = await self.watched.cycle()
        await self.keeping(view)
        return view


async def test_orders_behind_a_late_queue() -> None:
    bench = Bench()
    await bench.cycle()
    queues = bench.known.queues
    assert (queues.complete, queues.behind, sorted(queues.waits)) == (True, None, ["o-1", "o-2"])
    assert queues.waits["o-2"] == [Wait("mes", "a", 0, 2, T0 - HOUR, 1)]
    assert bench.known.is_behind("o-1")


async def test_windows_survive_a_restart() -> None:
    before = Bench()
    await before.cycle()
    after = Bench(before.watched)
    after.index.committed_by_all(A0, 3)
    before.watched.broker.groups["mes"].commits[A0] = 3
    await after.cycle()
    [window] = after.known.windows("o-1")[Cause.QUEUE]
    assert (window.since, window.until) == (T0 - HOUR, before.watched.now)
    assert not after.known.is_behind("o-1")


async def test_what_is_not_known_as_a_whole_is_not_complete() -> None:
    bench = Bench()
    view = await bench.cycle()
    some = {key: msgspec.structs.replace(waiting, at_least=True) for key, waiting in view.waiting.items()}
    await bench.keeping(replace(view, waiting=some))
    assert not bench.known.queues.complete


async def test_other_incidents_hold_no_orders_up() -> None:
    bench = Bench()
    view = await bench.watched.cycle()
    lost = tuple(msgspec.structs.replace(one, kind=TroubleKind.DATA_LOSS) for one in view.incidents)
    await bench.keeping(replace(view, incidents=lost))
    assert bench.known.queues.stays == ()
    await bench.keeping(LagView())
    assert bench.known.queues.as_of == view.snapshots["shop"].as_of


async def test_whoever_does_not_watch_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on asking whatever happens; who watches does not."""
    known, asked, ours = KnownQueues(), [0], [False]

    async def ask() -> Queues | None:
        asked[0] += 1
        if asked[0] == 1:
            raise RuntimeError("broken")
        return None if asked[0] == 2 else Queues(T0 + SECOND)

    monkeypatch.setattr(lag_queues, "_ASK_EVERY", 0.0)
    task = asyncio.create_task(follow_elsewhere(known, lambda: ours[0], ask))
    try:
        await until(lambda: known.queues.as_of == T0 + SECOND)
        ours[0] = True
        known.swap(Queues())
        before = asked[0]
        for _ in range(5):
            await asyncio.sleep(0)
        assert (asked[0] - before <= 1, known.queues.as_of) == (True, None)
    finally:
        task.cancel()
