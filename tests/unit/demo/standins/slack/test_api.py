"""What the Slack stand-in answers to each method."""

from typing import Any

import pytest

from slamon.demo.standins.script import GOOD_SERVICE, Act, Reply
from slamon.demo.standins.slack.api import Answer, SlackApi, Tokens
from slamon.demo.standins.slack.channels import Workspace
from slamon.demo.standins.slack.pace import Pace
from slamon.orders.event import SECOND
from tests.samples import NOW

METADATA = {"event_type": "slamon_notice", "event_payload": {"notice_id": "n-1"}}


class Harness:
    def __init__(self, token: str | None = None, per_second: float | None = None) -> None:
        self.now = NOW
        pace = Pace(per_second)
        self.api = SlackApi(Workspace(), clock=lambda: self.now, tokens=Tokens(token), pace=pace)

    def call(self, method: str, reply: Reply = GOOD_SERVICE, **arguments: Any) -> Answer:
        return self.api.answer(method, arguments, "xoxb-1", reply)

    def post(self, text: str, **arguments: Any) -> dict[str, Any]:
        return self.call("chat.postMessage", channel="#c", text=text, **arguments).content


@pytest.mark.parametrize(("token", "error"), [(None, "not_authed"), ("", "not_authed"), ("b", "invalid_auth")])
def test_the_token_comes_first(token: str | None, error: str) -> None:
    api = Harness(token="a").api
    assert api.answer("auth.test", {}, token, GOOD_SERVICE).content == {"ok": False, "error": error}


def test_auth_test_names_the_bot() -> None:
    assert Harness().call("auth.test").content["bot_id"] == "B0SLAMON"


def test_a_method_that_is_not_there() -> None:
    assert Harness().call("chat.explode").content["error"] == "unknown_method"


def test_a_post_is_answered_with_its_place() -> None:
    answer = Harness().post("x")
    assert answer["ok"]
    assert answer["message"]["ts"] == answer["ts"]


@pytest.mark.parametrize("act", [Act.HANG, Act.RESET, Act.SERVER_ERROR, Act.RATE_LIMITED, Act.REFUSE])
def test_an_act_that_does_not_accept_changes_nothing(act: Act) -> None:
    harness = Harness()
    answer = harness.call("chat.postMessage", Reply(act), channel="#c", text="x")
    assert not answer.content["ok"]
    assert harness.api.workspace.channels == []


@pytest.mark.parametrize("act", [Act.ACCEPT_THEN_HANG, Act.ACCEPT_THEN_RESET])
def test_an_act_that_accepts_keeps_the_message(act: Act) -> None:
    harness = Harness()
    harness.call("chat.postMessage", Reply(act), channel="#c", text="x")
    assert len(harness.api.workspace.channels[0].messages) == 1


def test_the_pace_of_a_channel() -> None:
    harness = Harness(per_second=1)
    assert [harness.post("x")["ok"] for _ in range(4)] == [True, True, True, False]
    limited = harness.call("chat.postMessage", channel="#c", text="x")
    assert limited.is_limited
    assert limited.retry_after == "1"
    assert harness.call("chat.postMessage", channel="#d", text="x").content["ok"], "another channel is free"
    harness.now += SECOND
    assert harness.post("x")["ok"]


def test_the_channels_own_edits_count_in_its_pace() -> None:
    harness = Harness(per_second=1)
    posted = harness.post("x")
    edits = [harness.call("chat.update", channel=posted["channel"], ts=posted["ts"], text="y") for _ in range(4)]
    assert edits[-1].is_limited


def test_history_shows_metadata_on_demand() -> None:
    harness = Harness()
    first = harness.post("a", metadata=METADATA)
    harness.post("b")
    harness.post("reply", thread_ts=first["ts"])
    place = {"channel": first["channel"]}
    plain = harness.call("conversations.history", **place).content
    assert [message["text"] for message in plain["messages"]] == ["b", "a"]
    assert "metadata" not in plain["messages"][1]
    full = harness.call("conversations.history", include_all_metadata="1", **place).content
    assert full["messages"][1]["metadata"] == METADATA


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("chat.postMessage", "xapp-1", "not_allowed_token_type"),
        ("apps.connections.open", "xoxb-1", "not_allowed_token_type"),
        ("apps.connections.open", "letmein", "invalid_auth"),
        ("apps.connections.open", "xapp-2", "invalid_auth"),
        ("apps.connections.open", "xapp-1", "no_permission"),
    ],
)
def test_socket_mode_has_a_token_of_its_own(method: str, token: str, error: str) -> None:
    api = SlackApi(Workspace(), clock=lambda: NOW, tokens=Tokens(app="xapp-1"))
    assert api.answer(method, {}, token, GOOD_SERVICE).content["error"] == error


def test_a_connection_is_opened_where_socket_mode_is_on() -> None:
    api = SlackApi(Workspace(), clock=lambda: NOW, connect=lambda: "ws://there")
    answer = api.answer("apps.connections.open", {}, "xapp-1", GOOD_SERVICE)
    assert answer.content == {"ok": True, "url": "ws://there"}


def test_a_channel_has_one_pace_under_all_its_names() -> None:
    harness = Harness(per_second=1)
    channel = harness.post("x")["channel"]
    answers = [harness.call("chat.postMessage", channel=name, text="x") for name in ("c", channel, "#c")]
    assert [answer.is_limited for answer in answers] == [False, False, True]


def test_history_wants_the_channels_id() -> None:
    harness = Harness()
    harness.post("x")
    assert harness.call("conversations.history", channel="#c").content["error"] == "channel_not_found"
