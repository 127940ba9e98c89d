"""Finds messages that may have been posted, in a channel's history and in threads."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slamon.demo.standins.script import Act, Reply, Rule
from slamon.demo.standins.slack import SlackStandIn
from slamon.demo.standins.slack.channels import Channel
from slamon.orders.event import SECOND, Instant
from slamon.sinks.message import Found, Sought
from slamon.sinks.slack_search import Search
from tests.samples import NOW


class Place:
    """A stand-in with one channel, and a clock that a test moves by hand."""

    def __init__(self, ledger: Path) -> None:
        self.now: Instant = NOW
        self.stand_in = SlackStandIn(ledger, clock=lambda: self.now, channels=("#late", "#other"))

    @property
    def channel(self) -> Channel:
        return self.stand_in.workspace.channel("late")

    @property
    def client(self) -> Callable[[], AsyncWebClient]:
        return lambda: AsyncWebClient(token="xoxb-1", base_url=self.stand_in.api_url)

    def search(self, channel: str = "#late") -> Search:
        return Search(self.client, channel)

    def post(self, thread: str | None = None, *, key: str = "notice_id", value: str = "n-1", **more: object) -> str:
        """Post a message with metadata; returns its `ts`."""
        metadata = {"event_type": "slamon", "event_payload": {key: value, **more}}
        arguments = {"channel": "#late", "text": "Said.", "metadata": metadata, "thread_ts": thread}
        return str(self.stand_in.workspace.post(arguments, self.now)[1]["ts"])

    def remote(self, ts: str) -> str:
        return f"{self.channel.channel_id}|{ts}"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    made = Place(tmp_path / "ledger")
    await made.stand_in.start()
    yield made
    await made.stand_in.stop()


def _sought(
    value: str = "n-1", *, since: Instant = NOW - SECOND, thread: str | None = None, key: str = "notice_id"
) -> Sought:
    return Sought(key=key, value=value, since=since, thread=thread)


@pytest.mark.parametrize("channel", ["#late", "late"])
async def test_a_channel_is_found_by_its_name(place: Place, channel: str) -> None:
    """The history is asked for by id; that is looked up once."""
    ts = place.post()
    search = place.search(channel)
    assert await search.find(_sought()) == Found(place.remote(ts))
    assert search.channel_id == place.channel.channel_id
    assert await search.find(_sought("n-2")) is None


async def test_an_id_is_taken_as_it_is(place: Place) -> None:
    search = place.search(place.channel.channel_id)
    assert search.channel_id == place.channel.channel_id
    assert await search.find(_sought()) is None


async def test_it_goes_through_all_pages_of_the_history(place: Place) -> None:
    """Two hundred messages a page, the newest first."""
    ts = place.post()
    for number in range(450):
        place.post(value=f"other-{number}")
    assert await place.search().find(_sought()) == Found(place.remote(ts))


async def test_what_is_older_is_not_looked_through(place: Place) -> None:
    place.post()
    place.now += 10 * SECOND
    assert await place.search().find(_sought(since=NOW + SECOND)) is None


async def test_a_thread_is_looked_through_and_then_the_channel(place: Place) -> None:
    """A notice belongs under its order's message, but may have been posted before there was one."""
    root = place.post(value="root")
    reply = place.post(root, key="line_id", value="o-1:3")
    alone = place.post(value="n-2")
    search, thread = place.search(), place.remote(root)
    assert await search.find(_sought("o-1:3", key="line_id", thread=thread)) == Found(place.remote(reply))
    assert await search.find(_sought("n-2", thread=thread)) == Found(place.remote(alone))
    assert await search.find(_sought("n-3", thread=thread)) is None
    assert await search.find(_sought("o-1:3", key="line_id")) is None


async def test_a_thread_that_is_gone_does_not_keep_it_from_looking_in_the_channel(place: Place) -> None:
    ts = place.post()
    found = await place.search().find(_sought(thread=place.remote("1.000001")))
    assert found == Found(place.remote(ts))


async def test_who_answers_for_slack_may_not_know_every_method(place: Place) -> None:
    """A gateway that answers 404 to one way of looking leaves the other; it must not hold a notice for ever."""
    nowhere = AsyncWebClient(token="xoxb-1", base_url=f"{place.stand_in.api_url}nowhere/")
    clients = iter([nowhere, place.client(), nowhere, nowhere])
    ts = place.post()
    search = Search(lambda: next(clients), place.channel.channel_id)
    assert await search.find(_sought(thread=place.remote(ts))) == Found(place.remote(ts))
    assert await search.find(_sought(thread=place.remote(ts))) is None


async def test_people_write_there_too(place: Place) -> None:
    place.stand_in.workspace.say("#late", "n-1", NOW)
    ts = place.post()
    place.stand_in.workspace.say("#late", "who?", NOW)
    assert await place.search().find(_sought()) == Found(place.remote(ts))


@pytest.mark.parametrize(
    ("said", "block_id", "count"),
    [
        (3, "digest:d-1:3", 3),
        (3, "digest:d-1:7", 7),
        (7, "digest:d-1:3", 7),
        (3, "digest:d-1:x", 3),
        (3, "b", 3),
        ("many", "b", None),
    ],
)
async def test_how_many_a_digest_counts_is_what_it_says_last(
    place: Place, said: object, block_id: str, count: int | None
) -> None:
    """In its metadata, or in the id of a block, which an edit replaces for certain."""
    block = {"type": "section", "block_id": block_id, "text": {"type": "mrkdwn", "text": "x"}}
    payload = {"digest_id": "d-1", "count": said}
    metadata = {"event_type": "slamon_digest", "event_payload": payload}
    arguments = {"channel": "#late", "text": "x", "blocks": [block], "metadata": metadata}
    ts = str(place.stand_in.workspace.post(arguments, NOW)[1]["ts"])
    assert await place.search().find(_sought("d-1", key="digest_id")) == Found(place.remote(ts), count)


@pytest.mark.parametrize("method", ["conversations.list", "conversations.history"])
@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel", "channel_not_found", "access_denied"])
async def test_what_this_app_may_not_read_is_not_found(place: Place, method: str, error: str) -> None:
    """It is sent again then: at least once, as to receivers that can't be asked."""
    place.post()
    place.stand_in.script.rule(Rule((Reply(Act.REFUSE, error=error),), methods=frozenset([method])), now=NOW)
    assert await place.search().find(_sought()) is None


@pytest.mark.parametrize("method", ["conversations.list", "conversations.history"])
@pytest.mark.parametrize("error", ["internal_error", "ratelimited", "invalid_auth"])
async def test_what_can_not_be_asked_now_is_asked_later(place: Place, method: str, error: str) -> None:
    place.post()
    place.stand_in.script.rule(Rule((Reply(Act.REFUSE, error=error),), methods=frozenset([method]), times=1), now=NOW)
    search = place.search()
    with pytest.raises(SlackApiError, match=error):
        await search.find(_sought())
    assert await search.find(_sought()) is not None
