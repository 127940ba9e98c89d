"""Presses of Slack's buttons at the Request URL."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from slamon.demo.standins.slack.interactions import Person, Place, block_actions, signed, view_submission
from slamon.errors import SinkError
from slamon.orders.event import SECOND
from slamon.sinks.slack_signature import SIGNATURE, TIMESTAMP
from slamon.web.interactions import MOST_BYTES, Interactions
from slamon.web.refusal import Refusal
from slamon.web.site import INTERACTIONS
from tests.fakes.orders_api import T0, FakeWorker, notice_head
from tests.fakes.sites import Served, refusing

PATH = "/slack/interactions"
SECRET = "hush"
NOTICES = [notice_head(f"o-{number}", 1) for number in range(4)]
ANN = Person("U7", "ann")
LATER = T0 // SECOND + 86_400


class Dialogues:
    """Keeps the views that were opened."""

    def __init__(self) -> None:
        self.opened: list[dict[str, Any]] = []
        self.fault: SinkError | None = None

    async def open(self, trigger_id: str, view: dict[str, Any]) -> None:
        assert trigger_id
        if self.fault is not None:
            raise self.fault
        self.opened.append({**view, "id": "V1", "hash": "9.abc"})


def press(action: str, notice_id: str = "o-1#1", order_id: str = "o-1", **more: Any) -> dict[str, Any]:
    text = {"type": "plain_text", "text": action}
    button = {"type": "button", "action_id": action, "text": text, "value": notice_id}
    block = {"type": "actions", "block_id": f"slamon:{order_id}", "elements": [button]}
    message = {"ts": "5.000000", "text": "late", "blocks": [block]}
    return block_actions(message, action, Place("C1", "late"), now=T0, person=ANN) | more


class Slack:
    """Slack before one worker."""

    def __init__(self, worker: FakeWorker | None = None, secret: str | None = SECRET) -> None:
        self.worker = worker or FakeWorker(notices=NOTICES)
        self.dialogues = Dialogues()
        self.served = Served(self.worker, signing_secret=secret, dialogues=self.dialogues)

    async def send(self, payload: Mapping[str, Any], **changed: str) -> tuple[int, Any]:
        headers, body = signed(SECRET, dict(payload), now=T0)
        return await self.post(body, {**headers, **changed})

    async def post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        status, _, text = await self.served.ask("POST", PATH, body=body, headers=headers)
        return status, json.loads(text) if text else None

    def answers(self) -> list[tuple[str, str, str, str]]:
        return [(one.notice_id, one.action, one.by, one.via) for one in self.worker.answered]


@pytest.mark.parametrize("action", ["acknowledge", "told", "not_ours"])
async def test_a_button_answers(action: str) -> None:
    slack = Slack()
    async with slack.served:
        assert await slack.send(press(action)) == (200, None)
    assert slack.answers() == [("o-1#1", action, "U7", "slack")]
    assert slack.dialogues.opened == []


@pytest.mark.parametrize(("action", "field"), [("snooze", "until"), ("promise", "promised_at")])
async def test_a_time_is_asked_for_in_a_dialogue(action: str, field: str) -> None:
    slack = Slack()
    async with slack.served:
        assert await slack.send(press(action)) == (200, None)
        assert slack.answers() == []
        (view,) = slack.dialogues.opened
        past = view_submission(view, {action: LATER - 10**6}, now=T0, person=ANN)
        status, said = await slack.send(past)
        assert (status, said["response_action"], list(said["errors"])) == (200, "errors", ["when"])
        assert slack.answers() == []
        good = view_submission(view, {action: LATER, "why": "machine down"}, now=T0, person=ANN)
        assert await slack.send(good) == (200, None)
    assert slack.answers() == [("o-1#1", action, "U7", "slack")]
    (answer,) = slack.worker.answered
    assert (getattr(answer, field), answer.reason, answer.at) == (LATER * SECOND, "machine down", T0)


async def test_a_press_sent_again_has_the_same_nonce() -> None:
    slack = Slack()
    payload = press("told")
    async with slack.served:
        await slack.send(payload)
        slack.served.now += SECOND
        await slack.send(payload)
    first, again = slack.worker.answered
    assert first.nonce == again.nonce is not None
    assert first.at != again.at


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {TIMESTAMP: str(T0 // SECOND)},
        {SIGNATURE: "v0=" + "0" * 64},
        {TIMESTAMP: str(T0 // SECOND), SIGNATURE: "v0=" + "0" * 64},
        {TIMESTAMP: "soon", SIGNATURE: "v0=" + "0" * 64},
        {TIMESTAMP: str(T0 // SECOND), SIGNATURE: "v0=xyz"},
    ],
)
async def test_without_slacks_signature_nothing_is_done(headers: dict[str, str]) -> None:
    slack = Slack()
    _, body = signed(SECRET, press("told"), now=T0)
    async with slack.served:
        status, said = await slack.post(body, {"Content-Type": "application/x-www-form-urlencoded", **headers})
    assert status == 401
    assert "signature" in said["error"]
    assert slack.answers() == []


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_an_old_or_future_signature_counts_no_more(seconds: int) -> None:
    slack = Slack()
    slack.served.now = T0 + seconds * SECOND
    async with slack.served:
        assert (await slack.send(press("told")))[0] == 401


async def test_without_a_signing_secret_there_is_no_such_path() -> None:
    slack = Slack(secret=None)
    async with slack.served:
        assert (await slack.send(press("told")))[0] == 404
    assert slack.answers() == []


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "shortcut"},
        {"type": "view_closed", "view": {}},
        {"type": ["block_actions"]},
        press("told", actions=[]),
        press("told", actions=[{"action_id": "delete", "value": "o-1#1"}]),
    ],
)
async def test_what_is_not_known_is_ignored(payload: dict[str, Any]) -> None:
    slack = Slack()
    async with slack.served:
        assert await slack.send(payload) == (200, None)
    assert slack.answers() == []


async def test_a_body_without_payload_is_ignored_and_one_too_long_refused() -> None:
    slack = Slack()
    async with slack.served:
        headers, _ = signed(SECRET, {}, now=T0)
        assert (await slack.post(b"ssl_check=1", headers))[0] == 401
        payload = press("told") | {"padding": "x" * (MOST_BYTES - 20_000)}
        assert (await slack.send(payload))[0] == 200  # more than other paths take
        assert (await slack.send(payload | {"padding": "x" * MOST_BYTES}))[0] == 413
    assert len(slack.answers()) == 1


async def test_an_unknown_notice_is_404_and_a_dialogue_says_so() -> None:
    slack = Slack()
    async with slack.served:
        assert (await slack.send(press("told", "unknown")))[0] == 404
        await slack.send(press("promise", "unknown"))
        (view,) = slack.dialogues.opened
        status, said = await slack.send(view_submission(view, {"promise": LATER}, now=T0))
    assert (status, said["errors"]) == (200, {"when": "Not saved: no such notice."})


async def test_a_worker_that_can_not_be_reached_is_503() -> None:
    worker = FakeWorker(notices=NOTICES, local=[])
    with refusing() as url:
        worker.peers = dict.fromkeys(range(4), url)
        slack = Slack(worker)
        async with slack.served:
            assert (await slack.send(press("told")))[0] == 503


async def test_a_dialogue_that_can_not_be_opened_is_503() -> None:
    slack = Slack()
    slack.dialogues.fault = SinkError("auth", "Slack said invalid_auth", permanent=True)
    async with slack.served:
        status, said = await slack.send(press("snooze"))
    assert status == 503
    assert "invalid_auth" in said["error"]


class Hanging(FakeWorker):
    """Never comes to an end."""

    async def answer(self, *_: object) -> None:
        await asyncio.Event().wait()


async def test_slack_does_not_wait_longer_than_it_would() -> None:
    whole = Slack(Hanging(notices=NOTICES)).served.app[INTERACTIONS]
    patient = Interactions(whole.answering, whole.dialogues, whole.clock, patience=0.01)
    with pytest.raises(Refusal, match="in time"):
        await patient.handle(press("told"))
