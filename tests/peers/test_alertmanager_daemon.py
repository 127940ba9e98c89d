"""The daemon and a real Alertmanager: both killed and restarted during one incident, one page and one all-clear."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from slamon.notices.words import parsed
from tests.fakes.http_receiver import HttpReceiver
from tests.integration.daemon.waiting import until, until_true
from tests.integration.daemon.world import Plan, World, event, now, promise
from tests.peers.alertmanager import Alertmanager
from tests.peers.pager import Pager, paging

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]


@pytest.fixture
def pager() -> Iterator[Pager]:
    with paging() as found:
        yield found


@pytest.fixture
def alertmanager(tmp_path: Path, pager: Pager) -> Iterator[Alertmanager]:
    folder = tmp_path / "alertmanager"
    folder.mkdir()
    made = Alertmanager(folder, pager.url)
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def switch(tmp_path: Path) -> AsyncIterator[HttpReceiver]:
    """The dead man's switch."""
    made = HttpReceiver(tmp_path / "switch", lambda _: "beat")
    await made.start()
    yield made
    await made.stop()


def _plan(alertmanager: Alertmanager, switch: HttpReceiver) -> Plan:
    return Plan(
        promise(),
        topics={"shop": 1, "mes": 1},
        sources={"mes": {"system": "mes", "expect": {"every": "PT2S"}}},
        receivers=(),
        more={
            "notify": {
                "alertmanager": {"url": alertmanager.url, "resend": "PT1S", "keep": "PT1H", "labels": {"team": "it"}},
                "heartbeat": {"url": switch.url, "interval": "PT1S"},
            }
        },
    )


async def _rounds(alertmanager: Alertmanager, more: int) -> None:
    """So many times it has asked itself, once a second, whether to page: longer than resolve_timeout."""
    enough = alertmanager.rounds() + more
    await until_true(lambda: alertmanager.rounds() >= enough, what="Alertmanager has asked itself")


async def _beats(switch: HttpReceiver) -> None:
    before = len(switch.rows())
    await until_true(lambda: len(switch.rows()) > before, what="the heart beats")


async def test_one_incident_is_one_page_whatever_is_killed_meanwhile(
    bootstrap: str, tmp_path: Path, alertmanager: Alertmanager, pager: Pager, switch: HttpReceiver
) -> None:
    async with World(bootstrap, tmp_path, _plan(alertmanager, switch)) as world:
        worker = await world.worker()
        await _beats(switch)
        await world.tell([event("o-1", "INITIATED", now())], "mes")

        async def told() -> list[dict[str, Any]]:
            return [notice for notice in await worker.notices(kind="source_silent") if notice["standing"]]

        (notice,) = await until(told, what="the silence stands")
        pages = _pages_of(pager, notice["notice_id"])
        await until_true(lambda: pages() == ["firing"], what="it is paged")

        worker.kill()
        await _rounds(alertmanager, 4)
        await asyncio.to_thread(alertmanager.stop)
        await asyncio.to_thread(alertmanager.start)
        await worker.start().ready()
        await until_true(lambda: bool(alertmanager.alerts()), what="the alert is there again")
        (alert,) = alertmanager.alerts()
        assert alert["labels"]["notice_id"] == notice["notice_id"]
        assert (alert["labels"]["subject"], alert["labels"]["team"]) == ("mes", "it")
        await _rounds(alertmanager, 4)
        assert pages() == ["firing"]
        assert parsed(pager.pages[0][2]) == parsed(notice["at"])

        await world.tell([event("o-1", "FILE_UPLOADED", now())], "mes")
        await until_true(lambda: pages() == ["firing", "resolved"], what="it is over")
        await until_true(lambda: len(pager.pages) > 2, what="the next silence is paged")
        await _rounds(alertmanager, 2)
        assert pages() == ["firing", "resolved"]
        await _beats(switch)
        (delivery,) = (await worker.notices(kind="source_silent"))[-1]["deliveries"]
        assert (delivery["receiver"], delivery["state"]) == ("alertmanager", "sent")


def _pages_of(pager: Pager, notice_id: str) -> Callable[[], list[str]]:
    return lambda: [status for status, page, _ in pager.pages if page == notice_id]
