"""The Apprise sink: notices to whatever Apprise knows, by its own library (the extra `slamon[apprise]`).

Apprise waits for the network, so each call runs in a thread of its own; it says no more than yes or no.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from slamon.errors import SinkError
from slamon.notices.text import split_headline
from slamon.sinks.failure import FailureReason
from slamon.sinks.message import OutgoingNotice, Receipt
from slamon.sinks.mrkdwn import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slamon.orders.event import Instant

NOT_INSTALLED = "Apprise is not installed; install slamon[apprise], or leave notify.apprise out"
_THREADS = 8
"""Calls that may hang at once; beyond them an attempt fails at once."""
_REMEMBERED = 10_000


def is_installed() -> bool:
    """Whether the extra is there."""
    return importlib.util.find_spec("apprise") is not None


def unusable(urls: Sequence[str]) -> list[int]:
    """Which of these Apprise makes nothing of, by number; the URLs themselves are secrets."""
    _quieten()
    import apprise  # noqa: PLC0415 - an optional extra, and it loads for a second

    return [number for number, url in enumerate(urls) if apprise.Apprise.instantiate(url) is None]


class AppriseSink:
    """Sends notices to every configured URL; a repeat goes only to those that have not taken it."""

    name = "apprise"
    channel = "apprise|all"

    def __init__(self, urls: Sequence[str], timeout: float = 30.0) -> None:
        """Make nothing of the URLs yet; `timeout` in seconds is for an attempt with each of them."""
        self._urls = tuple(urls)
        self._timeout = timeout
        self._taken: OrderedDict[str, set[int]] = OrderedDict()
        self._running: set[threading.Thread] = set()

    def __repr__(self) -> str:
        return f"AppriseSink({len(self._urls)} URLs)"

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        """Send once to each URL that has not taken this notice. Raises SinkError where one still has not."""
        content = self.payload(notice, now=now)
        key = f"{notice.notice_id}/{notice.created_at}/{notice.reinstated}"
        taken = self._taken.setdefault(key, set())
        while len(self._taken) > _REMEMBERED:
            self._taken.popitem(last=False)
        failure = SinkError(FailureReason.SERVER_ERROR, "Apprise could not deliver it", permanent=False)
        for number, url in enumerate(self._urls):
            if number in taken:
                continue
            try:
                async with asyncio.timeout(self._timeout):
                    if await self._in_thread(_notify, url, content["title"], content["body"]):
                        taken.add(number)
            except TimeoutError:
                failure = SinkError(FailureReason.TIMEOUT, "no answer in time", permanent=False)
        if len(taken) < len(self._urls):
            raise failure
        self._taken.pop(key, None)
        return Receipt()

    def payload(self, notice: OutgoingNotice, *, now: Instant) -> dict[str, Any]:
        """Give title and text, plain: Apprise escapes them for each service."""
        del now
        again = "Stands again after all: " if notice.reinstated else ""
        headline, facts = (visible(part) for part in split_headline(again + notice.text))
        return {"title": headline, "body": facts or headline}

    async def close(self) -> None:
        """Nothing is open between attempts."""

    async def _in_thread(self, work: Callable[..., bool], *arguments: str) -> bool:
        """Run in a daemon thread: one that hangs keeps neither the loop nor the process waiting."""
        self._running = {thread for thread in self._running if thread.is_alive()}
        if len(self._running) >= _THREADS:
            raise TimeoutError
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()

        def settle(result: bool) -> None:  # noqa: FBT001 - the loop calls it so
            if not done.done():
                done.set_result(result)

        def run() -> None:
            try:
                result = work(*arguments)
            except Exception:  # noqa: BLE001 - whatever one of a hundred plugins trips over: not delivered
                result = False
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, result)

        thread = threading.Thread(target=run, name="apprise", daemon=True)
        self._running.add(thread)
        thread.start()
        return await done


def _notify(url: str, title: str, body: str) -> bool:
    _quieten()
    import apprise  # noqa: PLC0415 - an optional extra, and it loads for a second

    service = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
    return service.add(url) and bool(service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT))


def _quieten() -> None:
    """Apprise logs URLs, and they are secrets."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
