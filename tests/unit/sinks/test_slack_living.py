"""Messages of Slack that live: found again, edited, followed by a thread, grown as a digest."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slamon.demo.standins.script import Act, Reply, Rule
from slamon.demo.standins.slack import SlackStandIn
from slamon.demo.standins.slack.channels import Channel
from slamon.errors import SinkError
from slamon.notices.digest import Digest, item_of
from slamon.notices.links import Links
from slamon.notices.notice import NoticeKind
from slamon.orders.event import SECOND
from slamon.sinks.message import Found, OutgoingLine, Sought
from slamon.sinks.slack import SlackSink, SlackTarget
from tests.samples import NOW, order_json, outgoing

LINE = OutgoingLine(line_id="A-1001:3", order_id="A-1001", thread="", text="Moved on.\nNew promise.")


class Living:
    """A sink, and the channel that it posts to."""

    def __init__(self, stand_in: SlackStandIn) -> None:
        self.stand_in = stand_in
        links = Links("https://slamon.test")
        self.sink = SlackSink(SlackTarget(token="xoxb-1", channel="#late", api_url=stand_in.api_url, links=links))

    @property
    def channel(self) -> Channel:
        return self.stand_in.workspace.channel("late")

    async def posted(self) -> str:
        return str((await self.sink.send(outgoing(), now=NOW)).remote)

    def fails(self, error: str, *methods: str) -> None:
        rule = Rule((Reply(Act.REFUSE, error=error),), methods=frozenset(methods), times=1)
        self.stand_in.script.rule(rule, now=NOW)


@pytest.fixture
async def living(tmp_path: Path) -> AsyncIterator[Living]:
    stand_in = SlackStandIn(tmp_path / "ledger", clock=lambda: NOW, channels=("#late",))
    await stand_in.start()
    made = Living(stand_in)
    yield made
    await made.sink.close()
    await stand_in.stop()


def _digest(*names: str) -> Digest:
    items = [
        item_of(name, NoticeKind.BREACHED, order_json(order_id=name), "Said.", stage=None, now=NOW) for name in names
    ]
    return Digest("d-1", NOW).with_items(items)


async def test_an_edit_says_something_else_and_leaves_what_it_is_known_by(living: Living) -> None:
    remote = await living.posted()
    await living.sink.edit(outgoing(text="Order A-1001 is finished.", mention=("U1",)), remote, now=NOW)
    (message,) = living.channel.messages
    assert message["text"] == "Order A-1001 is finished. <@U1>"
    assert message["blocks"][0]["text"]["text"] == "*Order A-1001 is finished.* <@U1>"
    found = await living.sink.find(Sought(key="notice_id", value=outgoing().notice_id, since=NOW - SECOND), now=NOW)
    assert found == Found(remote)


async def test_a_line_goes_to_the_thread_and_is_found_there(living: Living) -> None:
    remote = await living.posted()
    line = OutgoingLine(line_id="A-1001:3", order_id="A-1001", thread=remote, text=LINE.text, mention=("U1",))
    receipt = await living.sink.reply(line, now=NOW)
    root, reply = living.channel.messages
    assert (reply["thread_ts"], reply["text"]) == (root["ts"], "Moved on.\nNew promise. <@U1>")
    assert "subtype" not in reply
    sought = Sought(key="line_id", value="A-1001:3", since=NOW - SECOND, thread=remote)
    assert await living.sink.find(sought, now=NOW) == Found(str(receipt.remote))


async def test_a_notice_goes_to_the_thread_of_its_orders_message(living: Living) -> None:
    """A broken promise is told to the whole channel too."""
    remote = await living.posted()
    for kind in (NoticeKind.AT_RISK, NoticeKind.BREACHED):
        await living.sink.send(outgoing(kind=kind, thread=remote, notice_id=str(kind)), now=NOW)
    root, quiet, loud = living.channel.messages
    assert quiet["thread_ts"] == loud["thread_ts"] == root["ts"]
    assert [message.get("subtype") for message in (quiet, loud)] == [None, "thread_broadcast"]


async def test_a_digest_grows_where_it_is(living: Living) -> None:
    """One message, its count in metadata and blocks; found with the count that it says last."""
    first = await living.sink.digest(_digest("a"), None, now=NOW)
    again = await living.sink.digest(_digest("a", "b"), first.remote, now=NOW)
    assert again.remote == first.remote
    (message,) = living.channel.messages
    assert message["metadata"]["event_payload"] == {"digest_id": "d-1", "count": 2}
    assert message["text"] == ":rotating_light: 2 notices at once: 2 promise missed"
    sought = Sought(key="digest_id", value="d-1", since=NOW - SECOND)
    assert await living.sink.find(sought, now=NOW) == Found(str(first.remote), 2)


@pytest.mark.parametrize(
    ("error", "reason", "permanent"),
    [
        ("message_not_found", "rejected", True),
        ("edit_window_closed", "rejected", True),
        ("invalid_auth", "auth", True),
        ("internal_error", "server_error", False),
    ],
)
async def test_what_slack_says_to_an_edit(living: Living, error: str, reason: str, permanent: bool) -> None:
    remote = await living.posted()
    for call in (living.sink.edit(outgoing(), remote, now=NOW), living.sink.digest(_digest("a"), remote, now=NOW)):
        living.fails(error, "chat.update")
        with pytest.raises(SinkError) as refused:
            await call
        assert (refused.value.reason, refused.value.permanent) == (reason, permanent)


async def test_a_message_that_is_gone_can_not_be_edited(living: Living) -> None:
    remote = await living.posted()
    with pytest.raises(SinkError, match="message_not_found"):
        await living.sink.edit(outgoing(), remote.partition("|")[0] + "|1.000001", now=NOW)


async def test_a_look_up_that_fails_says_so(living: Living) -> None:
    await living.posted()
    living.fails("ratelimited", "conversations.history")
    with pytest.raises(SinkError) as refused:
        await living.sink.find(Sought(key="notice_id", value="n", since=NOW - SECOND), now=NOW)
    assert (refused.value.reason, refused.value.permanent) == ("rate_limited", False)


async def test_after_an_answer_the_channel_is_known_by_its_id(living: Living) -> None:
    """The list of all channels is not asked for then."""
    await living.posted()
    living.fails("internal_error", "conversations.list")
    assert await living.sink.find(Sought(key="notice_id", value="n", since=NOW - SECOND), now=NOW) is None
    assert (
        await living.sink.find(Sought(key="notice_id", value=outgoing().notice_id, since=NOW - SECOND), now=NOW)
        is not None
    )


async def test_a_post_whose_answer_never_came_is_found(living: Living) -> None:
    living.stand_in.script.push(Reply(Act.ACCEPT_THEN_RESET))
    with pytest.raises(SinkError) as lost:
        await living.sink.send(outgoing(), now=NOW)
    assert lost.value.reason == "connection_lost"
    found = await living.sink.find(Sought(key="notice_id", value=outgoing().notice_id, since=NOW - SECOND), now=NOW)
    assert found == Found(f"{living.channel.channel_id}|{living.channel.messages[0]['ts']}")


def test_what_would_be_sent_can_be_shown(living: Living) -> None:
    payload = living.sink.payload(outgoing(), now=NOW)
    assert payload["channel"] == "#late"
    assert payload["metadata"]["event_payload"]["order_id"] == "A-1001"
