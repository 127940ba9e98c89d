"""The way of an interaction to the app."""

import json
import urllib.parse
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.signature import Clock, SignatureVerifier

from slamon.demo.ports import free_port
from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.slack import SlackStandIn
from slamon.demo.standins.slack.delivery import RequestUrl
from slamon.demo.standins.slack.interactions import Person
from slamon.demo.standins.slack.triggers import new_trigger
from slamon.orders.event import SECOND
from tests.samples import NOW

BUTTON = {"type": "button", "action_id": "told", "value": "n-1", "text": {"type": "plain_text", "text": "Told"}}
BLOCKS = [{"type": "actions", "elements": [BUTTON]}]
INPUT = {"type": "plain_text_input", "action_id": "reason"}
LABEL = {"type": "plain_text", "text": "Why"}
MODAL = {
    "type": "modal",
    "title": LABEL,
    "submit": LABEL,
    "blocks": [{"type": "input", "block_id": "why", "label": LABEL, "element": INPUT}],
}


class _Noon(Clock):
    def now(self) -> float:
        return NOW / SECOND


class App:
    """Takes interactions as an app does."""

    def __init__(self) -> None:
        self.status = 200
        self.answer: dict[str, Any] | None = None
        self.got: list[dict[str, Any]] = []
        self.verifier = SignatureVerifier("hush", _Noon())

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self.verifier.is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        self.got.append(json.loads(urllib.parse.parse_qs(body.decode())["payload"][0]))
        return web.Response(status=self.status, text="" if self.answer is None else json.dumps(self.answer))


@pytest.fixture
async def app() -> App:
    return App()


@pytest.fixture
async def slack(app: App, tmp_path: Path) -> AsyncIterator[SlackStandIn]:
    application = web.Application()
    application.router.add_post("/slack/interactions", app.take)
    async with TestServer(application) as server:
        target = RequestUrl(str(server.make_url("/slack/interactions")), "hush")
        stand_in = SlackStandIn(tmp_path / "ledger", clock=lambda: NOW, interactions=target)
        await stand_in.start()
        yield stand_in
        await stand_in.stop()


def posted(slack: SlackStandIn) -> str:
    return str(slack.workspace.post({"channel": "#late", "blocks": BLOCKS}, NOW)[1]["ts"])


async def test_a_pressed_button_is_posted_and_signed(slack: SlackStandIn, app: App, tmp_path: Path) -> None:
    heard = await slack.delivery.press("#late", posted(slack), "told", Person("U7", "bob"))
    assert (heard.accepted, heard.error, heard.content) == (True, None, None)
    (payload,) = app.got
    assert (payload["actions"][0]["value"], payload["user"]["id"]) == ("n-1", "U7")
    assert payload["response_url"].startswith(f"{slack.url}/actions/")
    (row,) = read_ledger(tmp_path / "ledger")
    assert (row["method"], row["accepted"]) == ("interaction.block_actions", True)
    assert row["request"] == {"payload": payload, "answer": None}


async def test_a_submitted_modal_and_the_apps_answer(slack: SlackStandIn, app: App) -> None:
    view = slack.views.open(new_trigger(NOW), MODAL, NOW)
    app.answer = {"response_action": "errors", "errors": {"why": "say more"}}
    heard = await slack.delivery.submit(view["id"], {"reason": "so"})
    assert (heard.accepted, heard.content) == (True, app.answer)
    assert app.got[0]["view"]["state"]["values"]["why"]["reason"]["value"] == "so"


@pytest.mark.parametrize(
    ("target", "error"),
    [
        (lambda url: RequestUrl(url, "other"), "http_401"),
        (lambda url: RequestUrl(f"{url}/elsewhere", "hush"), "http_404"),
        (lambda _: RequestUrl(f"http://127.0.0.1:{free_port()}/", "hush"), "ClientConnectorError"),
        (lambda _: None, "no_way_to_the_app"),
    ],
)
async def test_what_goes_wrong_is_told_and_written_down(
    slack: SlackStandIn, target: Any, error: str, tmp_path: Path
) -> None:
    assert slack.delivery.target is not None
    slack.delivery.target = target(slack.delivery.target.url)
    heard = await slack.delivery.press("#late", posted(slack), "told")
    assert (heard.accepted, heard.error) == (False, error)
    (row,) = read_ledger(tmp_path / "ledger")
    assert (row["accepted"], row["error"]) == (False, error)


async def test_buttons_can_be_pressed_where_there_is_a_way(slack: SlackStandIn) -> None:
    assert slack.delivery.is_possible
    slack.delivery.target = None
    assert not slack.delivery.is_possible


@pytest.mark.parametrize(
    ("channel", "ts", "action"), [("#x", None, "told"), ("#late", "1.0", "told"), ("#late", None, "x")]
)
async def test_what_is_not_there_cannot_be_pressed(
    slack: SlackStandIn, channel: str, ts: str | None, action: str
) -> None:
    real = posted(slack)
    with pytest.raises(KeyError):
        await slack.delivery.press(channel, ts or real, action)
    with pytest.raises(KeyError):
        await slack.delivery.submit("V0", {})
