import asyncio

import aiohttp
import pytest
from aiohttp import web

from slamon.web.site import MOST_BODY_BYTES, Limits, served
from tests.fakes.orders_api import FakeWorker
from tests.fakes.sites import Served


def test_a_slow_peer_makes_an_answer_incomplete_before_it_makes_it_late() -> None:
    assert Limits().peer < Limits().request
    assert MOST_BODY_BYTES == 64 * 1024


async def test_a_taken_port_is_an_error_and_leaves_nothing_behind() -> None:
    async with Served(FakeWorker()) as site:
        port = int(site.url.rpartition(":")[2])
        second = Served(FakeWorker())
        with pytest.raises(OSError, match="address already in use"):
            async with served(second.app, "127.0.0.1", port, grace=1):
                raise AssertionError("not reached")


async def test_answers_in_flight_are_finished_within_the_grace() -> None:
    entered, release = asyncio.Event(), asyncio.Event()

    async def waiting(_request: web.Request) -> web.Response:
        entered.set()
        await release.wait()
        return web.Response(text="done")

    app = web.Application()
    app.add_routes([web.get("/", waiting)])
    async with aiohttp.ClientSession() as client:
        serving = served(app, "127.0.0.1", 0, grace=30)
        port = await serving.__aenter__()
        asked = asyncio.ensure_future(client.get(f"http://127.0.0.1:{port}/"))
        await entered.wait()
        stopping = asyncio.ensure_future(serving.__aexit__(None, None, None))
        release.set()
        assert await (await asked).text() == "done"
        await stopping


async def test_a_client_that_goes_away_ends_its_scan() -> None:
    entered, cancelled = asyncio.Event(), asyncio.Event()

    async def waiting(_request: web.Request) -> web.Response:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return web.Response()

    site = Served(FakeWorker())
    site.app.add_routes([web.get("/wait", waiting)])
    async with site, aiohttp.ClientSession() as client:
        asked = asyncio.ensure_future(client.get(site.url + "/wait"))
        await entered.wait()
        asked.cancel()
        await asyncio.wait_for(cancelled.wait(), 10)
