"""The Slack sink beyond the contract that all sinks share (tests/contract/test_sink_contract.py)."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slamon.demo.ports import free_port
from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.script import Act, Reply
from slamon.demo.standins.slack import SlackStandIn
from slamon.errors import SinkError
from slamon.sinks.message import Sought
from slamon.sinks.session import ANSWER_LIMIT
from slamon.sinks.slack import SlackSink, SlackTarget
from tests.samples import NOW, outgoing

TOKEN = "xoxb-canary"


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackStandIn]:
    stand_in = SlackStandIn(
        tmp_path / "ledger", clock=lambda: NOW, token=TOKEN, channels=("#late-orders",), per_second=1
    )
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def _outcome(slack: SlackStandIn, *, token: str = TOKEN, channel: str = "#late-orders") -> SinkError:
    sink = SlackSink(SlackTarget(token=token, channel=channel, api_url=slack.api_url))
    try:
        with pytest.raises(SinkError) as refused:
            await sink.send(outgoing(), now=NOW)
    finally:
        await sink.close()
    return refused.value


async def test_the_receipt_names_channel_and_message(slack: SlackStandIn) -> None:
    sink = SlackSink(SlackTarget(token=TOKEN, channel="late-orders", api_url=slack.api_url))
    receipt = await sink.send(outgoing(), now=NOW)
    await sink.close()
    (channel,) = slack.workspace.channels
    assert receipt.channel_id == channel.channel_id
    assert receipt.remote_id == channel.messages[0]["ts"]
    assert channel.messages[0]["metadata"]["event_type"] == "slamon_notice"


async def test_a_message_is_found_among_many_long_ones(slack: SlackStandIn) -> None:
    """A page of Slack's history is longer than any other answer: it was not read, so nothing was ever found."""
    sink = SlackSink(SlackTarget(token=TOKEN, channel="late-orders", api_url=slack.api_url))
    receipt = await sink.send(outgoing(), now=NOW)
    for _ in range(20):
        await slack.say("#late-orders", "x" * (ANSWER_LIMIT // 10))
    sought = Sought(key="notice_id", value=outgoing().notice_id, since=NOW - 1)
    found = await sink.find(sought, now=NOW)
    await sink.close()
    assert found is not None
    assert found.remote == receipt.remote


@pytest.mark.parametrize(
    ("code", "reason", "permanent"),
    [
        ("invalid_auth", "auth", True),
        ("token_revoked", "auth", True),
        ("missing_scope", "auth", True),
        ("channel_not_found", "not_found", True),
        ("not_in_channel", "not_found", True),
        ("is_archived", "not_found", True),
        ("invalid_blocks", "rejected", True),
        ("msg_too_long", "rejected", True),
        ("msg_blocks_too_long", "rejected", True),
        ("internal_error", "server_error", False),
        ("fatal_error", "server_error", False),
        ("service_unavailable", "server_error", False),
        ("request_timeout", "server_error", False),
        ("message_limit_exceeded", "rate_limited", False),
        ("something_new", "server_error", False),
    ],
)
async def test_each_error_of_slack(slack: SlackStandIn, code: str, reason: str, permanent: bool) -> None:
    slack.script.push(Reply(Act.REFUSE, error=code))
    error = await _outcome(slack)
    assert (error.reason, error.permanent, str(error)) == (reason, permanent, f"Slack said {code}")


async def test_an_error_code_is_not_trusted_to_be_one(slack: SlackStandIn) -> None:
    slack.script.push(Reply(Act.REFUSE, error=f"no\n{TOKEN}"))
    error = await _outcome(slack)
    assert str(error) == "Slack said an error without a proper name"


async def test_a_wrong_token_and_a_wrong_channel_are_permanent(slack: SlackStandIn) -> None:
    assert (await _outcome(slack, token="xoxb-other")).reason == "auth"
    assert (await _outcome(slack, channel="#elsewhere")).reason == "not_found"


async def test_slacks_own_pace_is_told_with_retry_after(slack: SlackStandIn, tmp_path: Path) -> None:
    sink = SlackSink(SlackTarget(token=TOKEN, channel="#late-orders", api_url=slack.api_url))
    for _ in range(3):
        await sink.send(outgoing(), now=NOW)
    await sink.close()
    error = await _outcome(slack)
    assert (error.reason, error.permanent, error.retry_after) == ("rate_limited", False, 1.0)
    assert [row["accepted"] for row in read_ledger(tmp_path / "ledger")] == [True, True, True, False]


async def test_nobody_listening_is_known_not_to_have_taken_it() -> None:
    target = SlackTarget(token=TOKEN, channel="#x", api_url=f"http://127.0.0.1:{free_port()}/api/")
    sink = SlackSink(target)
    with pytest.raises(SinkError) as refused:
        await sink.send(outgoing(), now=NOW)
    await sink.close()
    assert (refused.value.reason, refused.value.permanent) == ("unreachable", False)
    assert "127.0.0.1" not in str(refused.value) + repr(refused.value.__context__)


async def test_slack_sdk_logs_nothing_whatever_the_level(slack: SlackStandIn, caplog: pytest.LogCaptureFixture) -> None:
    slack.script.push(Reply(Act.WEIRD_BODY))
    with caplog.at_level(logging.DEBUG):
        await _outcome(slack)
    assert "127.0.0.1" not in caplog.text
    assert TOKEN not in caplog.text


def test_the_token_does_not_show() -> None:
    target = SlackTarget(token=TOKEN, channel="#x")
    assert TOKEN not in repr(target) + repr(SlackSink(target))


async def test_loopback_needs_no_proxy(slack: SlackStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk sends everything, loopback too, through HTTPS_PROXY unless its `proxy` is taken away."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    sink = SlackSink(SlackTarget(token=TOKEN, channel="#late-orders", api_url=slack.api_url))
    assert (await sink.send(outgoing(), now=NOW)).remote_id
    await sink.close()
