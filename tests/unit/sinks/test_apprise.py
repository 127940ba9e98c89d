"""The Apprise sink with the real library, beyond the contract of all sinks."""

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slamon.demo.standins.script import Act, Reply
from slamon.errors import SinkError
from slamon.sinks import apprise
from slamon.sinks.apprise import AppriseSink, is_installed, unusable
from tests.fakes.http_receiver import HttpReceiver
from tests.samples import NOW, outgoing


@pytest.fixture
async def receivers(tmp_path: Path) -> AsyncIterator[list[HttpReceiver]]:
    made = [HttpReceiver(tmp_path / name, lambda _: "it") for name in ("one", "two")]
    for receiver in made:
        await receiver.start()
    yield made
    for receiver in made:
        await receiver.stop()


def _sink(receivers: list[HttpReceiver], timeout: float = 20.0) -> AppriseSink:
    return AppriseSink([receiver.url.replace("http", "json", 1) for receiver in receivers], timeout)


def test_what_apprise_makes_nothing_of_is_known_by_number() -> None:
    assert is_installed()
    assert unusable(["json://localhost", "nosuch://x", "slack://"]) == [1, 2]


async def test_title_and_text_reach_every_url(receivers: list[HttpReceiver]) -> None:
    await _sink(receivers).send(outgoing(), now=NOW)
    for receiver in receivers:
        (row,) = receiver.rows()
        assert row["request"]["title"] == "Order A-1001 for ACME GmbH is 2 days 3 hours late."
        assert row["request"]["message"] == "Promised for 2 May 2026, 09:00 UTC."


async def test_a_repeat_goes_only_to_those_that_have_not_taken_it(receivers: list[HttpReceiver]) -> None:
    receivers[1].script.push(Reply(Act.SERVER_ERROR))
    sink = _sink(receivers)
    with pytest.raises(SinkError) as failed:
        await sink.send(outgoing(), now=NOW)
    assert not failed.value.permanent
    await sink.send(outgoing(attempt=2), now=NOW)
    assert [len(receiver.rows()) for receiver in receivers] == [1, 2]
    await sink.send(outgoing(), now=NOW)
    assert [len(receiver.rows()) for receiver in receivers] == [2, 3], "what is over is forgotten"


async def test_calls_that_hang_pile_up_no_further_than_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = threading.Event()

    def hangs(*_: str) -> bool:
        return going_on.wait(60)

    monkeypatch.setattr(apprise, "_notify", hangs)
    sink, before = AppriseSink(["json://x"], 0.01), threading.active_count()
    for _ in range(20):
        with pytest.raises(SinkError) as failed:
            await sink.send(outgoing(), now=NOW)
        assert failed.value.reason == "timeout"
    assert threading.active_count() - before <= 8
    going_on.set()


async def test_a_plugin_that_breaks_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: str) -> bool:
        raise RuntimeError("json://canary")

    monkeypatch.setattr(apprise, "_notify", breaks)
    with pytest.raises(SinkError) as failed:
        await AppriseSink(["json://x"]).send(outgoing(), now=NOW)
    assert (failed.value.reason, failed.value.permanent) == ("server_error", False)
    assert "canary" not in str(failed.value)
