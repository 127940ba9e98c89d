from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from slamon.web.parts import OrderAsk, RowsPart
from slamon.web.peers import PeerClient
from tests.fakes.orders_api import FakeWorker, order_head
from tests.fakes.sites import Served, answering, refusing

BODY = b'{"as_of":5,"partitions":[0],"rows":[],"until":null}'
ASK = OrderAsk([0], "o")


class Peers:
    def __init__(self, client: PeerClient) -> None:
        self.client = client
        self.failures = 0


@asynccontextmanager
async def peers(seconds: float = 5.0) -> AsyncIterator[Peers]:
    counted: list[None] = []
    client = PeerClient(seconds=seconds, failed=lambda: counted.append(None))
    async with aiohttp.ClientSession() as session:
        client.session = session
        holder = Peers(client)
        yield holder
        holder.failures = len(counted)


def http(status: str, body: bytes, extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


async def test_the_part_of_a_peer() -> None:
    async with answering(http("200 OK", BODY)) as url, peers() as asking:
        assert await asking.client.ask(url + "/", ASK, RowsPart) == RowsPart(5, [0], [])
    assert asking.failures == 0


@pytest.mark.parametrize(
    "answer",
    [
        http("500 Internal Server Error", b"{}"),
        http("204 No Content", b""),
        http("200 OK", b"<html>"),
        http("200 OK", b'{"as_of":5}'),
        http("200 OK", b'{"as_of":"5","partitions":[0],"rows":[]}'),
        http("200 OK", BODY)[:-5],
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
    ids=["error", "empty", "html", "incomplete", "wrong type", "truncated", "not http"],
)
async def test_an_unusable_answer_is_no_part(answer: bytes) -> None:
    async with answering(answer) as url, peers() as asking:
        assert await asking.client.ask(url, ASK, RowsPart) is None
    assert asking.failures == 1


async def test_a_redirect_is_not_followed() -> None:
    async with answering(http("200 OK", BODY)) as target:
        moved = http("307 Temporary Redirect", b"", f"Location: {target}/\r\n")
        async with answering(moved) as url, peers() as asking:
            assert await asking.client.ask(url, ASK, RowsPart) is None
    assert asking.failures == 1


async def test_nobody_there() -> None:
    with refusing() as url:
        async with peers() as asking:
            assert await asking.client.ask(url, ASK, RowsPart) is None
    assert asking.failures == 1


async def test_a_peer_that_says_nothing() -> None:
    async with answering(b"") as url, peers(seconds=0.05) as asking:
        assert await asking.client.ask(url, ASK, RowsPart) is None
    assert asking.failures == 1


@pytest.mark.parametrize("url", ["", "nonsense", "http://", "ftp://127.0.0.1", "http://[::", "http://127.0.0.1:99999"])
async def test_an_address_that_is_none(url: str) -> None:
    async with peers() as asking:
        assert await asking.client.ask(url, ASK, RowsPart) is None
    assert asking.failures == 1


async def test_before_the_application_is_started_there_is_no_part() -> None:
    assert await PeerClient(seconds=1, failed=lambda: None).ask("http://127.0.0.1:1", ASK, RowsPart) is None


async def test_a_real_worker() -> None:
    worker = FakeWorker([order_head("o")])
    async with Served(worker) as served, peers() as asking:
        part = await asking.client.ask(served.url, OrderAsk([worker.partition("o")], "o"), RowsPart)
    assert part is not None
    assert [row.key for row in part.rows] == [(0, 0, "o")]
