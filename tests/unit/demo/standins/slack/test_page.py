"""The page that shows the channels."""

from html.parser import HTMLParser

from slamon.demo.standins.slack.channels import Channel, Workspace
from slamon.demo.standins.slack.page import channel_page
from slamon.sinks.slack_message import slack_message
from tests.samples import NOW, outgoing


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def _parsed(channels: list[Channel]) -> _Tags:
    tags = _Tags()
    tags.feed(channel_page(channels))
    return tags


def test_an_empty_workspace_says_so() -> None:
    assert "No messages yet" in _parsed([]).text


def test_a_notice_is_shown_as_its_blocks() -> None:
    workspace = Workspace()
    workspace.post(slack_message(outgoing(), "#late-orders"), NOW)
    text = _parsed(workspace.channels).text
    assert "# late-orders" in text
    assert "Order A-1001 for ACME GmbH is 2 days 3 hours late." in text
    assert "Promise missed" in text
    assert ":red_circle:" not in text
    assert "2 May 2026, 09:00 UTC" in text
    assert "12:00:00 UTC" in text


def test_edits_replies_and_plain_texts() -> None:
    workspace = Workspace()
    channel, message = workspace.post({"channel": "#c", "text": "before"}, NOW)
    workspace.post({"channel": "#c", "text": "answer", "thread_ts": message["ts"]}, NOW)
    workspace.update({"channel": channel.channel_id, "ts": message["ts"], "text": "second"}, NOW)
    page = channel_page(workspace.channels)
    assert '<article class="reply">' in page
    assert "(edited)" in page
    assert "before" not in page


def test_replies_stand_below_their_message() -> None:
    workspace = Workspace()
    _, message = workspace.post({"channel": "#c", "text": "late!"}, NOW)
    workspace.post({"channel": "#c", "text": "newer!"}, NOW)
    workspace.post({"channel": "#c", "text": "told!", "thread_ts": message["ts"]}, NOW)
    workspace.post({"channel": "#c", "text": "shipped!", "thread_ts": message["ts"]}, NOW)
    text = _parsed(workspace.channels).text
    places = [text.index(word) for word in ("newer!", "late!", "told!", "shipped!")]
    assert places == sorted(places)


def test_an_old_thread_that_goes_on_keeps_its_root() -> None:
    workspace = Workspace()
    _, root = workspace.post({"channel": "#c", "text": "late!"}, NOW)
    for number in range(200):
        workspace.post({"channel": "#c", "text": f"message {number}!"}, NOW)
    workspace.post({"channel": "#c", "text": "shipped!", "thread_ts": root["ts"]}, NOW)
    text = _parsed(workspace.channels).text
    assert text.index("message 199!") < text.index("late!") < text.index("shipped!")


def test_nothing_in_a_message_becomes_a_tag() -> None:
    workspace = Workspace()
    evil = '<script>alert(1)</script><img src=x onerror="alert(1)">&lt;script&gt;'
    header = {"type": "header", "text": {"type": "plain_text", "text": evil}}
    section = {"type": "section", "fields": [{"type": "mrkdwn", "text": evil}]}
    workspace.post({"channel": f"#{evil}", "text": evil, "blocks": [header, section, {"type": "divider"}]}, NOW)
    workspace.post({"channel": f"#{evil}", "text": evil}, NOW)
    assert not _parsed(workspace.channels).seen & {"script", "img", "iframe", "object", "link"}


def test_a_long_channel_shows_its_newest() -> None:
    workspace = Workspace()
    for number in range(201):
        workspace.post({"channel": "#c", "text": f"message {number}!"}, NOW)
    text = _parsed(workspace.channels).text
    assert "the newest 200 of 201" in text
    assert "message 200!" in text
    assert "message 0!" not in text
