"""What a message to Slack carries besides its words: thread, people, links, answers, buttons."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.demo.standins.slack.content import checked_content
from slamon.notices.links import Links
from slamon.notices.notice import NoticeKind
from slamon.notices.story import MOST_LINES
from slamon.sinks.message import OutgoingLine
from slamon.sinks.slack_message import block_id_of, slack_line, slack_message
from tests.samples import order_json, outgoing
from tests.unit.sinks.test_slack_message import NASTY, OWN_DATE, mrkdwn_fields

LINKS = Links("https://slamon.test")
OPEN = [NoticeKind.AT_RISK, NoticeKind.BREACHED, NoticeKind.STAGE_OVERDUE, NoticeKind.DIVERGENCE]


def _blocks(links: Links | None = None, **changes: Any) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = slack_message(outgoing(**changes), "#late", links)["blocks"]
    return blocks


@pytest.mark.parametrize("kind", NoticeKind)
def test_in_a_thread_only_a_broken_promise_is_told_to_the_whole_channel(kind: NoticeKind) -> None:
    message = slack_message(outgoing(kind=kind, thread="C1|17.5"), "#late")
    assert (message["channel"], message["thread_ts"]) == ("C1", "17.5")
    assert message.get("reply_broadcast", False) is (kind is NoticeKind.BREACHED)


def test_a_message_of_its_own_is_in_no_thread() -> None:
    assert {"thread_ts", "reply_broadcast"}.isdisjoint(slack_message(outgoing(), "#late"))


def test_the_people_whom_it_concerns_are_called_where_slack_looks() -> None:
    """In the text, which is what it notifies with, and in the first block; a name that is none is left out."""
    message = slack_message(outgoing(mention=("U1", "U2> <!channel")), "#late")
    assert message["text"].endswith(" <@U1>")
    assert message["blocks"][0]["text"]["text"].endswith("* <@U1>")
    assert "!channel" not in str(message)


def test_it_links_to_the_order_and_to_why() -> None:
    context = _blocks(LINKS)[-1]["elements"]
    assert context[3]["text"] == (
        "<https://slamon.test/orders/A-1001|order> · <https://slamon.test/orders/A-1001#explain|why>"
    )
    assert "http" not in str(_blocks(None))
    assert "http" not in str(_blocks(LINKS, kind=NoticeKind.SOURCE_SILENT, order=None))


def test_the_last_answers_are_shown() -> None:
    said = tuple(f"Acknowledged by <ann> number {number}." for number in range(5))
    answers = _blocks(answers=said)[2]["text"]["text"]
    assert answers.splitlines() == [f"Acknowledged by &lt;ann&gt; number {number}." for number in (2, 3, 4)]
    shown = _blocks(answers=("Snoozed by ann, until 4 May 2026, 12:00 UTC.",))[2]["text"]["text"]
    assert OWN_DATE.search(shown)


@pytest.mark.parametrize("kind", NoticeKind)
def test_what_somebody_has_to_act_on_can_be_answered(kind: NoticeKind) -> None:
    """While the order is open; the buttons carry the notice's id."""
    actions = [block for block in _blocks(kind=kind) if block["type"] == "actions"]
    assert len(actions) == (kind in OPEN)
    for block in actions:
        assert {button["value"] for button in block["elements"]} == {outgoing().notice_id}
    for over in ({"finished_at": "2026-05-03T09:00:00Z"}, {"verdict": "cancelled"}):
        assert "actions" not in {block["type"] for block in _blocks(kind=kind, order=order_json(**over))}


@pytest.mark.parametrize(
    ("order_id", "named"), [("A-1", True), ("x" * 248, True), ("x" * 249, False), ("ü" * 4_000, False)]
)
def test_the_block_of_buttons_names_its_order_where_slack_lets_it(order_id: str, *, named: bool) -> None:
    block_id = block_id_of(order_id)
    assert (block_id == f"slamon:{order_id}") is named
    assert len(block_id) <= 255
    assert block_id_of(order_id + "y") != block_id


@given(st.text(min_size=240, max_size=300))
def test_slack_takes_the_buttons_of_every_order(order_id: str) -> None:
    checked_content(slack_message(outgoing(subject=order_id), "#late"))


def test_a_line_goes_to_its_thread_and_is_known_by_its_id() -> None:
    line = OutgoingLine(
        line_id="A-1:3", order_id="A-1", thread="C1|17.5", text="Moved <on>.\nReminder.", mention=("U1",)
    )
    message = slack_line(line)
    assert (message["channel"], message["thread_ts"], "reply_broadcast" in message) == ("C1", "17.5", False)
    assert message["text"] == message["blocks"][0]["text"]["text"] == "Moved &lt;on&gt;.\nReminder. <@U1>"
    assert message["metadata"] == {
        "event_type": "slamon_story",
        "event_payload": {"line_id": "A-1:3", "order_id": "A-1"},
    }


def test_as_many_long_lines_as_may_wait_fit_into_one_reply() -> None:
    text = "\n".join(["Acknowledged by ann: " + "&" * 400] * MOST_LINES)
    message = slack_line(OutgoingLine(line_id="A-1:3", order_id="A-1", thread="C1|1", text=text, mention=("U1",) * 5))
    checked_content(message)
    assert message["text"].count("Acknowledged by ann: &amp;") == MOST_LINES


@given(st.lists(NASTY, min_size=1, max_size=12), st.lists(NASTY, max_size=6))
def test_lines_and_answers_of_any_making_are_harmless(lines: list[str], answers: list[str]) -> None:
    line = OutgoingLine(line_id="A-1:3", order_id="A-1", thread="C1|17.5", text="\n".join(["x", *lines][:12]))
    said = tuple(f"Told: {answer}" for answer in answers)
    for message in (slack_line(line), slack_message(outgoing(answers=said), "#late")):
        checked_content(message)  # raises where Slack would refuse
        for text in mrkdwn_fields(message):
            rest = OWN_DATE.sub("", text)
            assert "<" not in rest
            assert ">" not in rest
