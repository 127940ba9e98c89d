"""Debian's Chromium without a screen, told what to do over its DevTools protocol: no driver, no library of its own."""

import asyncio
import base64
import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from tests.peers.debian import program

_START_SECONDS = 60
_ANSWER_SECONDS = 60
_END_SECONDS = 10
COMPLAINTS = ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")


class Page:
    """One tab: where it is, what it measures, what it complained about."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loaded = asyncio.Event()
        self._complaint = asyncio.Event()
        self.complaints: list[str] = []
        self.dialogs = 0
        self.statuses: dict[str, int] = {}

    async def listen(self) -> None:
        """Take what the browser says until it goes."""
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                self._waiting.pop(said["id"]).set_result(said)
            else:
                self._event(said["method"], said["params"])

    def _event(self, method: str, params: Mapping[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Page.javascriptDialogOpening":
            self.dialogs += 1
        elif method == "Network.responseReceived":
            self.statuses[params["response"]["url"]] = params["response"]["status"]
        elif method in COMPLAINTS:
            self.complaints.append(f"{method}: {params}")
            self._complaint.set()

    async def complained(self, words: str, times: int) -> None:
        """Wait until it has complained so often about something."""
        async with asyncio.timeout(_ANSWER_SECONDS):
            while sum(words in complaint for complaint in self.complaints) < times:
                self._complaint.clear()
                await self._complaint.wait()

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its result."""
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        await self._socket.send_json({"id": number, "method": method, "params": params})
        said = await asyncio.wait_for(answer, _ANSWER_SECONDS)
        assert "error" not in said, (method, said["error"])
        result: dict[str, Any] = said["result"]
        return result

    async def size(self, width: int, height: int, *, dark: bool = False) -> None:
        """The screen: below 600 wide a phone's."""
        phone = width < 600
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])

    async def open(self, url: str) -> int:
        """Go there and wait until all is loaded; the status of the answer."""
        self._loaded.clear()
        gone = await self.call("Page.navigate", url=url)
        assert "errorText" not in gone, gone
        await self._settled()
        return self.statuses[await self.evaluate("location.href.split('#')[0]")]

    async def follow(self, script: str) -> None:
        """Do something in the page that leads to another one, and wait for that."""
        self._loaded.clear()
        await self.evaluate(script)
        await self._settled()

    async def _settled(self) -> None:
        await asyncio.wait_for(self._loaded.wait(), _ANSWER_SECONDS)

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""
        told = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def overflow(self) -> list[str]:
        """What reaches beyond the screen's right edge; nothing where the page does not scroll sideways."""
        found: list[str] = await self.evaluate(
            "document.documentElement.scrollWidth <= window.innerWidth ? [] :"
            "[...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > window.innerWidth)"
            ".map(e => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 40)}`).concat('the page itself')"
        )
        return found

    async def picture(self, file: Path) -> int:
        """The whole page as a picture; its size in bytes."""
        shot = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return await asyncio.to_thread(file.write_bytes, base64.b64decode(shot["data"]))


@asynccontextmanager
async def browser() -> AsyncIterator[Page]:
    """A browser of one's own with one tab; it is gone at the end."""
    path = program("chromium")
    with tempfile.TemporaryDirectory(prefix="slamon-chromium-", ignore_cleanup_errors=True) as home:
        process = await asyncio.create_subprocess_exec(
            *[
                path,
                "--headless=new",
                "--no-sandbox",  # it runs as root in containers, and opens only what the test serves
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--no-first-run",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                f"--user-data-dir={home}",
                "about:blank",
            ],
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "HOME": home},
        )
        try:
            port = await _port(process, Path(home) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as session, _tab(session, port) as page:
                yield page
        finally:
            await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _END_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _port(process: asyncio.subprocess.Process, file: Path) -> int:
    """The port that it chose, from the file it writes once it listens."""
    async with asyncio.timeout(_START_SECONDS):
        while True:
            assert process.returncode is None, f"chromium ended with {process.returncode}"
            with suppress(FileNotFoundError, ValueError, IndexError):
                return int((await asyncio.to_thread(file.read_text, "utf-8")).splitlines()[0])
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _tab(session: aiohttp.ClientSession, port: int) -> AsyncIterator[Page]:
    async with session.get(f"http://127.0.0.1:{port}/json/list") as response:
        tabs = [tab for tab in await response.json() if tab["type"] == "page"]
    async with session.ws_connect(tabs[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
        page = Page(socket)
        listening = asyncio.create_task(page.listen())
        try:
            for domain in ("Page", "Runtime", "Log", "Network"):
                await page.call(f"{domain}.enable")
            yield page
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
