"""The Slack stand-in keeps to the documented Web API, as slack_sdk's own client sees it.

Tables of calls and what they are answered. What is measured or cautious where Slack documents nothing stands at the
constants of `slamon.demo.standins.slack`.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.script import Act, Reply, Rule
from slamon.demo.standins.slack import SlackStandIn
from slamon.demo.standins.slack.memory import read_workspace
from slamon.demo.standins.slack.triggers import new_trigger
from slamon.orders.event import SECOND
from tests.samples import NOW

pytestmark = pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")

TOKEN, APP_TOKEN = "xoxb-1", "xapp-1"
METADATA = {"event_type": "slamon_notice", "event_payload": {"notice_id": "n-1", "order_id": "A-1", "kind": "breached"}}
PLAIN = {"type": "plain_text", "text": "x"}
BUTTON = {"type": "button", "action_id": "acknowledge", "text": PLAIN, "value": "n-1"}
MODAL = {"type": "modal", "title": PLAIN, "blocks": [{"type": "section", "text": PLAIN}]}


@dataclass
class Slack:
    """The stand-in with a clock that is moved by hand, a client, and a channel in which something was said."""

    stand_in: SlackStandIn
    ledger: Path
    client: AsyncWebClient
    now: int = NOW
    known: dict[str, Any] = field(default_factory=dict)
    """What arguments may name as `{late}` and the like."""

    def filled(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {
            key: value.format(**self.known) if isinstance(value, str) else value for key, value in arguments.items()
        }

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """What Slack answers, ok or not, through slack_sdk's method of that name."""
        try:
            answer = await getattr(self.client, method.replace(".", "_"))(**self.filled(arguments))
        except SlackApiError as error:
            answer = error.response
        data: dict[str, Any] = answer.data
        return data

    def rows(self) -> list[dict[str, Any]]:
        return list(read_ledger(self.ledger))


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[Slack]:
    ledger = tmp_path / "ledger"
    holder: list[Slack] = []
    stand_in = SlackStandIn(
        ledger,
        clock=lambda: holder[0].now if holder else NOW,
        token=TOKEN,
        app_token=APP_TOKEN,
        channels=("#late-orders", "#quiet"),
    )
    await stand_in.start()
    there = Slack(stand_in, ledger, AsyncWebClient(TOKEN, base_url=stand_in.api_url, retry_handlers=[]))
    holder.append(there)
    root = await there.client.chat_postMessage(channel="#late-orders", text="late", metadata=METADATA)
    reply = await there.client.chat_postMessage(channel=root["channel"], text="told", thread_ts=root["ts"])
    human = await stand_in.say("#late-orders", "why?")
    quiet = stand_in.workspace.channel("quiet").channel_id
    there.known = {
        "late": root["channel"], "quiet": quiet, "root": root["ts"], "reply": reply["ts"], "human": human["ts"],
        "trigger": new_trigger(NOW), "old": new_trigger(NOW - 4 * SECOND),
    }  # fmt: skip
    yield there
    await stand_in.stop()


def section(length: int, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}, **more}


def blocks(*content: dict[str, Any]) -> dict[str, Any]:
    return {"channel": "#late-orders", "text": "x", "blocks": list(content)}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def text(kind: str, length: int) -> dict[str, Any]:
    return {"type": kind, "text": "x" * length}


def metadata(event_type: str, **payload: object) -> dict[str, Any]:
    return {"event_type": event_type, "event_payload": payload}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    # Where to post
    ("chat.postMessage", {"channel": "#elsewhere", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "C0", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "{late}", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ("chat.postMessage", {"channel": "{quiet}", "text": "x", "thread_ts": "{root}"}, "thread_not_found"),
    ("chat.postMessage", {"channel": "{late}", "text": "x", "thread_ts": "{reply}"}, "invalid_thread_ts"),
    ("chat.postMessage", {"channel": "{late}", "text": "x", "thread_ts": "0"}, "invalid_thread_ts"),
    # What to post
    ("chat.postMessage", {"channel": "#late-orders", "text": ""}, "no_text"),
    ("chat.postMessage", {"channel": "#late-orders", "text": "x" * 40_001}, "msg_too_long"),
    ("chat.postMessage", blocks(*[{"type": "divider"}] * 51), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "carousel"}), "invalid_blocks"),
    ("chat.postMessage", blocks(section(3_001)), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "section", "fields": [text("mrkdwn", 1)] * 11}), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "section", "fields": [text("mrkdwn", 2_001)]}), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "header", "text": text("plain_text", 151)}), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "context", "elements": [PLAIN] * 11}), "invalid_blocks"),
    ("chat.postMessage", blocks(actions(*[{**BUTTON, "action_id": str(n)} for n in range(26)])), "invalid_blocks"),
    ("chat.postMessage", blocks(actions({**BUTTON, "text": text("plain_text", 76)})), "invalid_blocks"),
    ("chat.postMessage", blocks(actions({**BUTTON, "value": "v" * 2_001})), "invalid_blocks"),
    ("chat.postMessage", blocks(actions({**BUTTON, "url": "u" * 3_001})), "invalid_blocks"),
    ("chat.postMessage", blocks(actions({**BUTTON, "action_id": "a" * 256})), "invalid_blocks"),
    ("chat.postMessage", blocks(section(1, block_id="b" * 256)), "invalid_blocks"),
    ("chat.postMessage", blocks(section(1, block_id="b"), section(1, block_id="b")), "invalid_blocks"),
    ("chat.postMessage", blocks(*[section(3_000)] * 4), "msg_blocks_too_long"),
    ("chat.postMessage", {**blocks(), "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ("chat.postMessage", {**blocks(), "metadata": metadata("two words")}, "invalid_metadata_schema"),
    ("chat.postMessage", {**blocks(), "metadata": metadata("x", note=None)}, "invalid_metadata_schema"),
    ("chat.postMessage", {**blocks(), "metadata": metadata("x", note="x" * 8_000)}, "metadata_too_large"),
    # What to edit
    ("chat.update", {"channel": "#late-orders", "ts": "{root}", "text": "x"}, "channel_not_found"),
    ("chat.update", {"channel": "{late}", "ts": "1.000001", "text": "x"}, "message_not_found"),
    ("chat.update", {"channel": "{quiet}", "ts": "{root}", "text": "x"}, "message_not_found"),
    ("chat.update", {"channel": "{late}", "ts": "{human}", "text": "x"}, "cant_update_message"),
    ("chat.update", {"channel": "{late}", "ts": "{root}", "text": ""}, "no_text"),
    ("chat.update", {"channel": "{late}", "ts": "{root}", "text": "x" * 40_001}, "msg_too_long"),
    ("chat.update", {"channel": "{late}", "ts": "{root}", "blocks": [{"type": "carousel"}]}, "invalid_blocks"),
    # What to read
    ("conversations.history", {"channel": "#late-orders"}, "channel_not_found"),
    ("conversations.history", {"channel": "{late}", "cursor": "nonsense"}, "invalid_cursor"),
    ("conversations.history", {"channel": "{late}", "limit": -1}, "invalid_limit"),
    ("conversations.history", {"channel": "{late}", "oldest": "yesterday"}, "invalid_ts_oldest"),
    ("conversations.history", {"channel": "{late}", "latest": "now"}, "invalid_ts_latest"),
    ("conversations.replies", {"channel": "late-orders", "ts": "{root}"}, "channel_not_found"),
    ("conversations.replies", {"channel": "{late}", "ts": "1.000001"}, "thread_not_found"),
    ("conversations.list", {"cursor": "nonsense"}, "invalid_cursor"),
    # Modals, Socket Mode and the rest
    ("views.open", {"trigger_id": "nonsense", "view": MODAL}, "invalid_trigger_id"),
    ("views.open", {"trigger_id": "{old}", "view": MODAL}, "expired_trigger_id"),
    ("views.open", {"trigger_id": "{trigger}", "view": {**MODAL, "title": text("x", 25)}}, "invalid_arguments"),
    ("apps.connections.open", {"app_token": TOKEN}, "not_allowed_token_type"),
    ("apps.connections.open", {"app_token": "xapp-2"}, "invalid_auth"),
    ("auth.test", {"token": "xoxb-2"}, "invalid_auth"),
    ("chat.getPermalink", {"channel": "{late}", "message_ts": "{root}"}, "unknown_method"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "arguments", "error"), REFUSED)
async def test_what_slack_refuses(slack: Slack, method: str, arguments: dict[str, Any], error: str) -> None:
    before = [list(channel.messages) for channel in slack.stand_in.workspace.channels]
    answer = await slack.call(method, **arguments)
    assert (answer["ok"], answer["error"]) == (False, error)
    assert [list(channel.messages) for channel in slack.stand_in.workspace.channels] == before
    row = slack.rows()[-1]
    assert (row["method"], row["accepted"], row["error"]) == (method, False, error)


TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("chat.postMessage", {"channel": "late-orders", "text": "x"}),
    ("chat.postMessage", {"channel": "{late}", "text": "x" * 40_000, "metadata": METADATA}),
    ("chat.postMessage", blocks(*[section(3_000)] * 3, *[{"type": "divider"}] * 47)),
    ("chat.postMessage", blocks({"type": "section", "fields": [text("mrkdwn", 900)] * 10})),
    ("chat.postMessage", blocks(actions(*[{**BUTTON, "action_id": str(n)} for n in range(25)]))),
    ("chat.postMessage", blocks(section(1, block_id="b" * 255, accessory={**BUTTON, "url": "u" * 3_000}))),
    ("chat.postMessage", {"channel": "{late}", "text": "x", "thread_ts": "{root}", "reply_broadcast": True}),
    ("chat.update", {"channel": "{late}", "ts": "{root}", "text": "x", "blocks": []}),
    ("chat.update", {"channel": "{late}", "ts": "{reply}", "text": "x"}),
    ("conversations.history", {"channel": "{late}", "limit": 1, "include_all_metadata": True}),
    ("conversations.replies", {"channel": "{late}", "ts": "{root}"}),
    ("conversations.list", {"exclude_archived": True, "limit": 1, "types": "public_channel"}),
    ("views.open", {"trigger_id": "{trigger}", "view": MODAL}),
    ("apps.connections.open", {"app_token": APP_TOKEN}),
    ("auth.test", {}),
]


@pytest.mark.parametrize(("method", "arguments"), TAKEN)
async def test_what_slack_takes_is_on_disk_before_it_answers(
    slack: Slack, method: str, arguments: dict[str, Any]
) -> None:
    assert (await slack.call(method, **arguments))["ok"]
    row = slack.rows()[-1]
    assert (row["method"], row["accepted"], row["at"]) == (method, True, "2026-05-04T12:00:00Z")


@pytest.mark.parametrize(
    ("arguments", "after"),
    [
        ({"text": "later"}, ("later", None, METADATA)),
        ({"text": "later", "blocks": [section(1)]}, ("later", [section(1)], METADATA)),
        ({"blocks": [section(1)]}, ("late", [section(1)], METADATA)),
        ({"text": "later", "blocks": []}, ("later", [], METADATA)),
        ({"text": "later", "metadata": metadata("b")}, ("later", None, metadata("b"))),
        ({"text": "later", "metadata": {}}, ("later", None, None)),
    ],
)  # fmt: skip
async def test_what_an_edit_leaves(slack: Slack, arguments: dict[str, Any], after: tuple[object, ...]) -> None:
    answer = await slack.call("chat.update", channel="{late}", ts="{root}", **arguments)
    assert (answer["channel"], answer["ts"]) == (slack.known["late"], slack.known["root"])
    history = await slack.call("conversations.history", channel="{late}", include_all_metadata=True)
    (message,) = (message for message in history["messages"] if message["ts"] == slack.known["root"])
    assert (message["text"], message.get("blocks"), message.get("metadata")) == after
    assert "edited" in message
    versions = read_workspace(slack.ledger).channel("late-orders").versions(slack.known["root"])
    assert [version["text"] for version in versions] == ["late", after[0]]


async def test_a_text_alone_takes_the_blocks_away_and_blocks_alone_keep_the_text(slack: Slack) -> None:
    """What chat.update documents: previous blocks are only retained if the text argument is not provided."""
    place = {"channel": "{late}", "ts": "{root}"}
    await slack.call("chat.update", **place, text="a", blocks=[section(1)])
    only_blocks = await slack.call("chat.update", **place, blocks=[section(2)])
    only_text = await slack.call("chat.update", **place, text="b")
    assert (only_blocks["message"]["text"], only_blocks["message"]["blocks"]) == ("a", [section(2)])
    assert (only_text["message"]["text"], only_text["message"].get("blocks")) == ("b", None)


async def test_a_channel_and_its_threads_read_page_by_page(slack: Slack) -> None:
    for number in range(5):
        await slack.call("chat.postMessage", channel="{late}", text=str(number))
        await slack.call("chat.postMessage", channel="{late}", text=f"re {number}", thread_ts="{root}")
    await slack.call("chat.postMessage", channel="{late}", text="all", thread_ts="{root}", reply_broadcast=True)
    place = slack.filled({"channel": "{late}"})
    history = [
        message["text"]
        async for page in await slack.client.conversations_history(**place, limit=3)
        for message in page["messages"]
    ]
    thread = [
        message["text"]
        async for page in await slack.client.conversations_replies(**place, ts=slack.known["root"], limit=3)
        for message in page["messages"]
    ]
    names = [
        channel["name"] async for page in await slack.client.conversations_list(limit=1) for channel in page["channels"]
    ]
    assert history == ["all", "4", "3", "2", "1", "0", "why?", "late"]
    assert thread == ["late", "told", "re 0", "re 1", "re 2", "re 3", "re 4", "all"]
    assert names == ["late-orders", "quiet"]


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ({"oldest": "{root}"}, ["why?"]),
        ({"oldest": "{root}", "inclusive": True}, ["why?", "late"]),
        ({"latest": "{human}"}, ["late"]),
        ({"latest": "{root}", "inclusive": True, "limit": 1}, ["late"]),
        ({"oldest": "{human}"}, []),
    ],
)
async def test_a_channel_read_by_time(slack: Slack, arguments: dict[str, Any], shown: list[str]) -> None:
    history = await slack.call("conversations.history", channel="{late}", **arguments)
    assert [message["text"] for message in history["messages"]] == shown


@pytest.mark.parametrize("asked", [True, False])
async def test_metadata_is_shown_when_it_is_asked_for(slack: Slack, asked: bool) -> None:
    history = await slack.call("conversations.history", channel="{late}", include_all_metadata=asked)
    assert history["messages"][-1].get("metadata") == (METADATA if asked else None)


@pytest.mark.parametrize("form", ["json", "form", "query"])
async def test_arguments_in_every_form(slack: Slack, form: str) -> None:
    message = {"channel": "#late-orders", "text": "x", "metadata": METADATA, "blocks": [section(1)]}
    texts = {key: json.dumps(value) if isinstance(value, dict | list) else value for key, value in message.items()}
    sent: dict[str, dict[str, Any]] = {"json": {"json": message}, "form": {"data": texts}, "query": {"params": texts}}
    answer = await slack.client.api_call("chat.postMessage", **sent[form])
    assert (answer["message"]["metadata"], answer["message"]["blocks"]) == (METADATA, [section(1)])
    assert slack.rows()[-1]["request"] == message


SLOW = Reply(Act.ACCEPT_THEN_HANG, seconds=0.01)


@dataclass(frozen=True)
class Failure:
    reply: Reply
    seen: str
    """The HTTP status and Slack's error, or what became of the connection."""
    stored: bool = False
    released: bool = False


FAILURES = {
    "429": Failure(Reply(Act.RATE_LIMITED, retry_after="30"), "429 ratelimited 30"),
    "500": Failure(Reply(Act.SERVER_ERROR), "500"),
    "503": Failure(Reply(Act.SERVER_ERROR, status=503), "503"),
    "refused": Failure(Reply(Act.REFUSE, error="channel_not_found"), "200 channel_not_found"),
    "revoked": Failure(Reply(Act.REFUSE, error="token_revoked"), "200 token_revoked"),
    "hang for a while": Failure(Reply(Act.HANG, seconds=0.01), "503"),
    "hang until released": Failure(Reply(Act.HANG), "503", released=True),
    "reset": Failure(Reply(Act.RESET), "no answer"),
    "accepted, then reset": Failure(Reply(Act.ACCEPT_THEN_RESET), "no answer", stored=True),
    "accepted, then lost": Failure(Reply(Act.ACCEPT_THEN_HANG), "503", stored=True, released=True),
    "accepted, slowly": Failure(SLOW, "200 ok", stored=True),
}


async def _seen(slack: Slack, text: str) -> str:
    """Post without slack_sdk, which reads errors into what it gets."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url, call = f"{slack.stand_in.api_url}chat.postMessage", {"channel": "#late-orders", "text": text}
    try:
        async with aiohttp.ClientSession() as session, session.post(url, json=call, headers=headers) as answer:
            is_json = answer.content_type == "application/json"
            error = (await answer.json()).get("error", "ok") if is_json else None
            told = (str(answer.status), error, answer.headers.get("Retry-After"))
    except aiohttp.ClientConnectionError:
        return "no answer"
    return " ".join(word for word in told if word)


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
async def test_scripted_failures(slack: Slack, failure: Failure) -> None:
    slack.stand_in.script.rule(Rule((failure.reply,), methods=frozenset({"chat.postMessage"}), times=1))
    call = asyncio.create_task(_seen(slack, "mine"))
    while failure.released and not call.done():
        await asyncio.wait([call], timeout=0.01)
        slack.stand_in.release()
    assert await call == failure.seen
    row = slack.rows()[-1]
    assert (row["act"], row["accepted"]) == (str(failure.reply.act), failure.stored)
    stored = [message["text"] for message in read_workspace(slack.ledger).channel("late-orders").messages]
    assert stored.count("mine") == failure.stored
    assert (await slack.call("chat.postMessage", channel="{late}", text="after"))["ok"]


async def test_failures_by_turns_for_a_time_and_one_channel(slack: Slack) -> None:
    limited, broken = Reply(Act.RATE_LIMITED, retry_after="1"), Reply(Act.REFUSE, error="fatal_error")
    rule = Rule((limited, broken), channels=frozenset({"#late-orders"}), seconds=600)
    slack.stand_in.script.rule(rule, now=slack.now)
    errors = [
        (await slack.call("chat.postMessage", channel=channel, text="x")).get("error")
        for channel in ("{late}", "#quiet", "#late-orders", "{late}")
    ]
    assert errors == ["ratelimited", None, "fatal_error", "ratelimited"]
    assert (await slack.call("conversations.history", channel="{late}"))["ok"]
    slack.now += 600 * SECOND
    assert (await slack.call("chat.postMessage", channel="{late}", text="x"))["ok"]


async def _stand_in(tmp_path: Path, **limits: Any) -> tuple[SlackStandIn, AsyncWebClient]:
    stand_in = SlackStandIn(tmp_path / "paced", clock=lambda: NOW, **limits)
    await stand_in.start()
    return stand_in, AsyncWebClient(TOKEN, base_url=stand_in.api_url, retry_handlers=[])


async def test_the_pace_of_a_channel(tmp_path: Path) -> None:
    stand_in, client = await _stand_in(tmp_path, per_second=0.5, burst=2)
    posted = await client.chat_postMessage(channel="#late", text="x")
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y")
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel="#late", text="z")
    await client.chat_postMessage(channel="#other", text="x")
    await stand_in.stop()
    response = limited.value.response
    assert (response.status_code, response.data) == (429, {"ok": False, "error": "ratelimited"})
    assert response.headers["Retry-After"] == "2"


async def test_the_tier_of_reading(tmp_path: Path) -> None:
    stand_in, client = await _stand_in(tmp_path, reads_per_minute=2)
    posted = await client.chat_postMessage(channel="#late", text="x")
    for _ in range(2):
        await client.conversations_history(channel=posted["channel"])
    with pytest.raises(SlackApiError) as limited:
        await client.conversations_history(channel=posted["channel"])
    await client.conversations_replies(channel=posted["channel"], ts=posted["ts"])
    await stand_in.stop()
    assert limited.value.response.headers["Retry-After"] == "60"


async def test_a_view_is_recorded_and_its_trigger_used_up(slack: Slack) -> None:
    opened = await slack.call("views.open", trigger_id="{trigger}", view=MODAL)
    assert slack.stand_in.views.opened == {opened["view"]["id"]: opened["view"]}
    again = await slack.call("views.open", trigger_id="{trigger}", view=MODAL)
    assert again["error"] == "exchanged_trigger_id"
