"""Plain posts through an incoming webhook, beyond the contract of all sinks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slamon.demo.standins.script import Act, Reply
from slamon.errors import SinkError
from slamon.sinks.slack_hook import SlackHookSink, SlackHookTarget
from slamon.sinks.slack_message import slack_message
from tests.fakes.http_receiver import HttpReceiver
from tests.samples import NOW, outgoing


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[HttpReceiver]:
    made = HttpReceiver(tmp_path / "ledger", lambda _: "it", answer="ok", by_status=False)
    await made.start()
    yield made
    await made.stop()


async def test_the_text_and_blocks_are_those_of_the_web_api(receiver: HttpReceiver) -> None:
    sink = SlackHookSink(SlackHookTarget(receiver.url))
    await sink.send(outgoing(), now=NOW)
    await sink.close()
    posted = receiver.rows()[0]["request"]
    message = slack_message(outgoing(), "C1")
    message["blocks"] = [block for block in message["blocks"] if block["type"] != "actions"]  # nobody would answer
    assert posted == {key: message[key] for key in ("text", "blocks", "unfurl_links", "unfurl_media")}


@pytest.mark.parametrize("status", [404, 410, 401, 403, 400])
async def test_what_is_gone_or_refused_is_so_for_good(receiver: HttpReceiver, status: int) -> None:
    receiver.script.push(Reply(Act.REFUSE, status=status))
    sink = SlackHookSink(SlackHookTarget(receiver.url))
    with pytest.raises(SinkError) as refused:
        await sink.send(outgoing(), now=NOW)
    await sink.close()
    assert refused.value.permanent


async def test_another_word_than_ok_is_no_acceptance(tmp_path: Path) -> None:
    receiver = HttpReceiver(tmp_path / "l", lambda _: "it", answer="no_text")
    await receiver.start()
    sink = SlackHookSink(SlackHookTarget(receiver.url))
    with pytest.raises(SinkError) as refused:
        await sink.send(outgoing(), now=NOW)
    await sink.close()
    await receiver.stop()
    assert (refused.value.reason, refused.value.permanent) == ("bad_answer", False)
