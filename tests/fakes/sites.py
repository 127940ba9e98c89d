"""Web applications over fake workers, served on free ports of this machine."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
from yarl import URL

from slamon.metrics.registry import Metrics
from slamon.web.interactions import Dialogues, NoDialogues
from slamon.web.ports import ForecastsApi, LagApi, NothingLearnt
from slamon.web.queues import NoQueues, QueuesApi
from slamon.web.site import Limits, Site, build_web, served
from tests.fakes.orders_api import T0, FakeHealth, FakeWorker


class Served:
    """One running application: its worker, health, metrics and address, and a client for it."""

    def __init__(
        self,
        worker: FakeWorker,
        limits: Limits | None = None,
        *,
        forecasts: ForecastsApi | None = None,
        signing_secret: str | None = None,
        dialogues: Dialogues | None = None,
        lag: LagApi | None = None,
        queues: QueuesApi | None = None,
    ) -> None:
        self.worker = worker
        self.health = FakeHealth()
        self.metrics = Metrics(version="1.2.3")
        self.url = ""
        self.now = T0
        site = Site(
            orders=worker,
            notices=worker,
            cluster=worker,
            health=self.health,
            metrics=self.metrics,
            clock=lambda: self.now,
            version="1.2.3",
            limits=limits or Limits(),
            forecasts=forecasts or NothingLearnt(),
            answers=worker,
            lag=lag,
            queues=queues or NoQueues(),
            signing_secret=signing_secret,
            dialogues=dialogues or NoDialogues(),
        )
        self.app = build_web(site)

    async def __aenter__(self) -> Self:
        self._serving = served(self.app, "127.0.0.1", 0, grace=1)
        self.url = f"http://127.0.0.1:{await self._serving.__aenter__()}"
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()
        await self._serving.__aexit__(kind, error, trace)

    async def get(self, path: str, expect: int = 200, **params: str) -> dict[str, Any]:
        """The JSON body; the status has to be `expect`."""
        async with self._client.get(self.url + path, params=params) as response:
            body: dict[str, Any] = await response.json()
            assert (response.status, body) == (expect, body)
            return body

    async def get_order(self, order_id: str) -> dict[str, Any]:
        """One order, whatever its id looks like."""
        path = f"{self.url}/api/v1/orders/{quote(order_id, safe='')}"
        async with self._client.get(URL(path, encoded=True)) as response:
            assert response.status == 200
            body: dict[str, Any] = await response.json()
            return body

    async def ask(
        self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], str]:
        """Status, headers and text of any request."""
        async with self._client.request(
            method, URL(self.url + path, encoded=True), data=body or None, headers=headers
        ) as response:
            return response.status, response.headers, await response.text()

    def metric(self, name: str) -> list[str]:
        """The lines of one metric."""
        return [line for line in self.metrics.render()[0].decode().splitlines() if line.startswith(name)]


@asynccontextmanager
async def pair(
    first: FakeWorker, second: FakeWorker, limits: Limits | None = None
) -> AsyncIterator[tuple[Served, Served]]:
    """Two applications that are each other's peers."""
    async with Served(first, limits) as one, Served(second, limits) as two:
        first.peers = dict.fromkeys(second.local, two.url)
        second.peers = dict.fromkeys(first.local, one.url)
        yield one, two


@contextmanager
def refusing() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """An address whose server says `answer` to everything; nothing at all when that is empty."""

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer:
            writer.write(answer)
            writer.close()
        else:
            await reader.read()
            writer.close()

    server = await asyncio.start_server(reply, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
