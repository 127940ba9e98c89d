"""Socket Mode against the stand-in: answered, refused, refreshed, lost and found again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from slamon.demo.ports import free_port
from slamon.demo.standins.slack import SlackStandIn
from slamon.errors import SlamonError
from slamon.sinks.slack_socket import SlackSocket, SocketTimes
from tests.integration.daemon.waiting import until_true
from tests.samples import NOW

PAYLOAD = {"type": "block_actions", "actions": [{"action_id": "acknowledge", "value": "n-1"}]}
QUICK = SocketTimes(connect=5, look=0.02, lost=0.1, first_pause=0.02, longest_pause=0.1, ping=1)


class Told:
    """Keeps what was asked; raises or says what it is set to."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self.fault: Exception | None = None
        self.said: Mapping[str, Any] | None = None

    async def answer(self, payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
        self.asked.append(payload)
        if self.fault is not None:
            raise self.fault
        return self.said


async def connected(slack: SlackStandIn, number: int = 1) -> None:
    await until_true(lambda: slack.socket.connections == number, within=20, what="connected")


@contextlib.asynccontextmanager
async def running(slack: SlackStandIn, told: Told, api_url: str = "") -> AsyncIterator[None]:
    socket = SlackSocket("xapp-1", api_url or slack.api_url, told.answer, QUICK)
    task = asyncio.create_task(socket.run())
    yield
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def stand_in(folder: Path) -> SlackStandIn:
    return SlackStandIn(folder / "ledger", clock=lambda: NOW, app_token="xapp-1")


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackStandIn]:
    made = stand_in(tmp_path)
    await made.start()
    yield made
    await made.stop()


@pytest.mark.parametrize("said", [None, {"response_action": "errors", "errors": {"when": "Choose."}}])
async def test_an_interaction_is_acknowledged_once_it_is_answered(
    slack: SlackStandIn, said: dict[str, Any] | None
) -> None:
    told = Told()
    told.said = said
    async with running(slack, told):
        await connected(slack)
        envelope_id, acknowledged = await slack.socket.send(PAYLOAD, patience=10)
    assert acknowledged
    assert told.asked == [PAYLOAD]
    assert slack.socket.acknowledged == {envelope_id: said}


@pytest.mark.parametrize("fault", [SlamonError("no such notice"), RuntimeError("a fault of ours")])
async def test_what_is_refused_is_not_acknowledged_and_the_next_is(slack: SlackStandIn, fault: Exception) -> None:
    told = Told()
    told.fault = fault
    async with running(slack, told):
        await connected(slack)
        _, acknowledged = await slack.socket.send(PAYLOAD, patience=0.3)
        assert not acknowledged
        told.fault = None
        assert (await slack.socket.send(PAYLOAD, patience=10))[1]
    assert told.asked == [PAYLOAD, PAYLOAD]


async def test_a_connection_that_slack_renews_or_cuts_comes_back(slack: SlackStandIn) -> None:
    told = Told()
    async with running(slack, told):
        for reason in ("refresh_requested", "link_disabled"):
            await connected(slack)
            await slack.socket.disconnect(reason)
        await connected(slack)
        assert (await slack.socket.send(PAYLOAD, patience=10))[1]


async def test_it_waits_for_a_slack_that_is_away(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody listens at first; it comes, goes, and comes again."""
    port, told = free_port(), Told()
    slack = stand_in(tmp_path)
    async with running(slack, told, f"http://127.0.0.1:{port}/api/"):
        await until_true(lambda: "slack.socket_not_connected" in caplog.text, what="tried in vain")
        await slack.start(port)
        await connected(slack)
        await slack.stop()
        again = stand_in(tmp_path)
        await again.start(port)
        await connected(again)
        assert (await again.socket.send(PAYLOAD, patience=10))[1]
    await again.stop()


async def test_a_wrong_token_is_tried_again_and_never_shown(
    slack: SlackStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    socket = SlackSocket("xapp-wrong", slack.api_url, Told().answer, QUICK)
    task = asyncio.create_task(socket.run())
    await until_true(lambda: caplog.text.count("slack.socket_not_connected") >= 2, within=10, what="tried twice")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "xapp-wrong" not in caplog.text + repr(socket)
    assert slack.socket.connections == 0
