"""Stand-ins as processes of their own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slamon.demo.ports import free_port
from slamon.demo.standins.ledger import read_ledger
from slamon.errors import SinkError
from slamon.sinks.webhook import WebhookSink, WebhookTarget
from tests.samples import outgoing


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, "-m", "slamon.demo.standins", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


async def test_slack_in_its_own_process(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    with running("slack", "--ledger", str(ledger), "--channel", "#late-orders") as (process, said):
        assert said["endpoint"] == f"{said['url']}/api/"
        client = AsyncWebClient("xoxb-1", base_url=said["endpoint"])
        assert (await client.chat_postMessage(channel="#late-orders", text="late"))["ok"]
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert [row["accepted"] for row in read_ledger(ledger)] == [True]


async def test_slack_with_limits_and_a_way_to_the_app(tmp_path: Path) -> None:
    limits = ("--per-second", "0.1", "--burst", "1", "--reads-per-minute", "1")
    app = (
        "--app-token",
        "xapp-1",
        "--interactions-url",
        f"http://127.0.0.1:{free_port()}/",
        "--signing-secret",
        "hush",
    )
    button = {"type": "button", "action_id": "told", "text": {"type": "plain_text", "text": "Told"}}
    with running("slack", "--ledger", str(tmp_path / "ledger"), *limits, *app) as (_, said):
        client = AsyncWebClient("xoxb-1", base_url=said["endpoint"], retry_handlers=[])
        blocks = [{"type": "actions", "elements": [button]}]
        place = await client.chat_postMessage(channel="#late-orders", text="late", blocks=blocks)
        await client.conversations_history(channel=place["channel"])
        with pytest.raises(SlackApiError, match="ratelimited"):
            await client.chat_postMessage(channel="#late-orders", text="late")
        with pytest.raises(SlackApiError, match="ratelimited"):
            await client.conversations_history(channel=place["channel"])
        with pytest.raises(SlackApiError, match="invalid_auth"):
            await client.apps_connections_open(app_token="xapp-2")
        pressed = {"channel": place["channel"], "ts": place["ts"], "action_id": "told"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{said['url']}/-/press", json=pressed) as answer,
        ):
            assert (await answer.json())["error"] == "ClientConnectorError"


async def test_a_webhook_receiver_killed_with_9_has_written_what_it_took(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    now = int(ledger.parent.stat().st_mtime * 1_000_000)
    with running("webhook", "--ledger", str(ledger), "--secret", "hush") as (process, said):
        sink = WebhookSink(WebhookTarget("crm", said["endpoint"], ("hush",)))
        await sink.send(outgoing(), now=now)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with pytest.raises(SinkError, match=r"no connection|the connection broke"):
            await sink.send(outgoing(), now=now)
        await sink.close()
    assert [row["id"] for row in read_ledger(ledger)] == [outgoing().notice_id]


def test_the_kind_is_one_of_two() -> None:
    command = [sys.executable, "-m", "slamon.demo.standins", "pager", "--ledger", "x"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "slack" in run.stderr
