"""Orders in queues, asked of the workers that have them over HTTP."""

import aiohttp

from slamon.lag.held_up import Queues, Stay
from slamon.lag.order_index import Standing
from slamon.lag.waiting import Wait
from slamon.web.parts import QueuesAsk, StandingsAsk
from slamon.web.peers import PeerClient
from slamon.web.queues import IN_ONE_ASK, LocalQueues, NoQueues, QueuesElsewhere
from tests.fakes.orders_api import T0, FakeWorker
from tests.fakes.sites import Served, refusing

QUEUES = Queues(T0, complete=True, waits={"o-1": [Wait("mes", "a", 0, 7, T0, 0)]}, stays=(Stay("o-1", "mes", "a", T0),))


class Knows:
    """A worker whose orders are at one stage each; it watches lag."""

    def __init__(self, stage: str, over: str = "") -> None:
        self.stage, self.over = stage, over

    def standing(self, order_id: str) -> Standing | None:
        return None if order_id == self.over else Standing(self.stage, T0)

    def queues(self) -> Queues:
        return QUEUES


class Spread(FakeWorker):
    """Orders named by their partition."""

    def partition(self, order_id: str) -> int:
        return int(order_id.split("-")[1])


async def test_each_order_is_asked_of_the_worker_that_has_it() -> None:
    asking, client = Spread(local=[0]), PeerClient(seconds=5, failed=lambda: None)
    async with (
        Served(FakeWorker(local=[1]), queues=Knows("elsewhere", over="o-1-9")) as served,
        aiohttp.ClientSession() as session,
    ):
        client.session = session
        with refusing() as nobody:
            asking.peers = {1: served.url, 2: nobody}
            elsewhere = QueuesElsewhere(Knows("here"), client, asking)
            many = [f"o-1-{number}" for number in range(IN_ONE_ASK + 5)]
            found = await elsewhere.of(["o-0-1", "o-2-1", "o-3-1", *many])
    assert found["o-0-1"] == Standing("here", T0)
    assert {order_id for order_id, at in found.items() if at.stage == "elsewhere"} == set(many) - {"o-1-9"}
    assert not found.keys() & {"o-2-1", "o-3-1"}


async def test_the_worker_that_watches_tells_of_the_queues() -> None:
    asking, client = FakeWorker(local=[1]), PeerClient(seconds=5, failed=lambda: None)
    async with Served(FakeWorker(local=[0]), queues=Knows("x")) as served, aiohttp.ClientSession() as session:
        client.session = session
        elsewhere = QueuesElsewhere(NoQueues(), client, asking)
        asking.peers = {}
        assert await elsewhere.queues() is None
        asking.peers = {0: served.url}
        assert await elsewhere.queues() == QUEUES
        with refusing() as nobody:
            asking.peers = {0: nobody}
            assert await elsewhere.queues() is None


async def test_a_worker_that_does_not_watch_claims_nothing() -> None:
    local = LocalQueues(Knows("x"), FakeWorker(local=[1]))
    part = await local.part(QueuesAsk([0]))
    assert part.partitions == []
    nothing = await LocalQueues(NoQueues(), FakeWorker(local=[0])).part(StandingsAsk([], ["o-1"]))
    assert nothing.partitions == []
    assert NoQueues().queues() == Queues()
