"""What other workers have learnt, over HTTP."""

from collections.abc import Collection

import aiohttp

from slamon.sla.forecast.durations import Durations
from slamon.sla.forecast.scoring import Calibration, Noted
from slamon.web.elsewhere import LearntElsewhere
from slamon.web.peers import PeerClient
from tests.fakes.orders_api import FakeWorker
from tests.fakes.sites import Served, refusing
from tests.foreseeing import learnt_from


class Taught:
    """Every partition taught the same."""

    def learnt(self, partitions: Collection[int]) -> Durations:
        whole = Durations()
        for _ in partitions:
            whole.merge(learnt_from(20, "shop"))
        return whole

    def calibration(self, partitions: Collection[int]) -> Calibration:
        whole = Calibration()
        whole.score([Noted(1, 400, 10) for _ in partitions], 20)
        return whole


async def test_every_worker_is_asked_once_for_what_it_has() -> None:
    asking, client = FakeWorker(local=[0]), PeerClient(seconds=5, failed=lambda: None)
    async with Served(FakeWorker(local=[1, 2]), forecasts=Taught()) as served, aiohttp.ClientSession() as session:
        client.session = session
        with refusing() as nobody:
            asking.peers = {1: served.url, 2: served.url, 3: nobody}
            found = list(await LearntElsewhere(client, asking)())
    assert found == [Taught().learnt([1, 2])]


async def test_the_summary_tells_how_good_forecasts_were() -> None:
    async with Served(FakeWorker(local=[0, 1, 2, 3]), forecasts=Taught()) as served:
        calibration = (await served.get("/api/v1/summary"))["forecast_calibration"]
    assert (calibration["forecasts"], calibration["brier"]) == (4, 0.36)
    assert calibration["bins"][4]["missed"] == 4
