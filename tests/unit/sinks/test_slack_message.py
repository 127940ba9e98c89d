"""What is posted to Slack for one notice."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.demo.standins.slack.blocks import ALL_BLOCKS_LIMIT
from slamon.demo.standins.slack.content import checked_content
from slamon.notices.notice import NoticeKind
from slamon.notices.text import notice_text
from slamon.sinks.message import OutgoingNotice
from slamon.sinks.slack_blocks import local_time
from slamon.sinks.slack_message import slack_message
from tests.samples import NOW, order_json, outgoing

NOTICE = "5b1c3a52-0000-5000-8000-000000000001"
OWN_DATE = re.compile(r"<!date\^-?\d+\^\{date_short_pretty\}, \{time\}\|[0-9A-Za-z ,:]+>")
NASTY = st.sampled_from(
    [
        "<!channel>",
        "<https://evil|your invoice>",
        "<!date^0^{date}|<!here>>",
        "`" * 50,
        "*bold* _it_ ~gone~",
        "a\nb\r\x00\x1b[31m\u202etxt.exe",
        "<" * 40_000,
        "&" * 3_000,
        "x" * 40_000,
        "\u2066\u2028",
    ]
) | st.text(max_size=50)

ABOUT_ORDERS = [k for k in NoticeKind if k not in {NoticeKind.LAG, NoticeKind.SERVICE, NoticeKind.SOURCE_SILENT}]


def mrkdwn_fields(message: dict[str, Any]) -> Iterator[str]:
    yield message["text"]
    for block in message["blocks"]:
        if block["type"] == "actions":  # words of ours, and ids
            continue
        for text in block.get("elements", [block.get("text")]):
            assert (text["type"], text["verbatim"]) == ("mrkdwn", True)
            yield text["text"]


BUTTONS = [
    {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": label}, "value": NOTICE} | style
    for action, label, style in (
        ("acknowledge", "Acknowledge", {"style": "primary"}),
        ("snooze", "Snooze until…", {}),
        ("promise", "New promise…", {}),
        ("told", "Customer told", {}),
        ("not_ours", "Not ours", {}),
    )
]


def test_a_message_as_slack_gets_it() -> None:
    assert slack_message(outgoing(), "#late-orders") == {
        "channel": "#late-orders",
        "text": "Order A-1001 for ACME GmbH is 2 days 3 hours late. Promised for 2 May 2026, 09:00 UTC.",
        "blocks": [
            _section("*Order A-1001 for ACME GmbH is 2 days 3 hours late.*"),
            _section("Promised for <!date^1777712400^{date_short_pretty}, {time}|2 May 2026, 09:00 UTC>."),
            {"type": "actions", "block_id": "slamon:A-1001", "elements": BUTTONS},
            {
                "type": "context",
                "elements": [
                    _mrkdwn(":red_circle: Promise missed"),
                    _mrkdwn("due <!date^1777712400^{date_short_pretty}, {time}|2 May 2026, 09:00 UTC>"),
                    _mrkdwn("manager m-1"),
                    _mrkdwn("notice 5b1c3a52-0000-5000-8000-000000000001"),
                ],
            },
        ],
        "metadata": {
            "event_type": "slamon_notice",
            "event_payload": {
                "notice_id": "5b1c3a52-0000-5000-8000-000000000001",
                "order_id": "A-1001",
                "kind": "breached",
            },
        },
        "unfurl_links": False,
        "unfurl_media": False,
        "link_names": False,
        "parse": "none",
    }


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def test_a_notice_about_a_source_names_it_instead_of_an_order() -> None:
    notice = outgoing(
        kind=NoticeKind.SOURCE_SILENT, subject="mes", order=None, text="Source mes is silent.", due_at=None
    )
    message = slack_message(notice, "#x")
    assert message["metadata"]["event_payload"] == {
        "notice_id": notice.notice_id,
        "subject": "mes",
        "kind": "source_silent",
    }
    assert message["blocks"][0]["text"]["text"] == "*Source mes is silent.*"


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_has_its_label(kind: NoticeKind) -> None:
    context = slack_message(outgoing(kind=kind), "#x")["blocks"][-1]["elements"]
    assert re.fullmatch(r":\w+: [A-Z][a-z ]+", context[0]["text"])


def waits(left_at: str | None) -> list[dict[str, Any]]:
    return [{"from": "SUBMITTED", "to": "PRICE_CALCULATED", "left_at": left_at}]


@pytest.mark.parametrize(
    ("kind", "order", "label"),
    [
        (NoticeKind.STAGE_OVERDUE, {"stages": waits(None)}, ":large_orange_circle: Waiting too long"),
        (NoticeKind.STAGE_OVERDUE, {"stages": waits("2026-05-04T12:00:00Z")}, ":large_green_circle: Moved on"),
        (NoticeKind.STAGE_OVERDUE, {"verdict": "cancelled", "stages": waits(None)}, ":white_circle: Cancelled"),
        (NoticeKind.AT_RISK, {"verdict": "at_risk"}, ":large_yellow_circle: At risk"),
        (NoticeKind.AT_RISK, {"verdict": "kept"}, ":large_green_circle: Finished in time"),
        (NoticeKind.BREACHED, {"verdict": "cancelled"}, ":red_circle: Promise missed"),
    ],
)
def test_a_warning_that_is_over_says_how_it_ended(kind: NoticeKind, order: dict[str, Any], label: str) -> None:
    notice = outgoing(kind=kind, stage="SUBMITTED", order=order_json() | order)
    assert slack_message(notice, "#x")["blocks"][-1]["elements"][0]["text"] == label


def test_a_star_from_outside_does_not_end_the_bold() -> None:
    blocks = slack_message(outgoing(text="Order A*1 is late. Promised for *never*."), "#x")["blocks"]
    assert blocks[0]["text"]["text"] == "*Order A\u22171 is late.*"
    assert blocks[1]["text"]["text"] == "Promised for *never*."


def test_a_reinstated_notice_says_so() -> None:
    message = slack_message(outgoing(reinstated=True), "#x")
    assert message["text"].startswith("Stands again after all: Order A-1001")
    assert message["blocks"][0]["text"]["text"].startswith("*Stands again after all: Order A-1001")


def test_without_due_date_and_manager_there_are_no_empty_fields() -> None:
    notice = outgoing(due_at=None, order=order_json(manager_id=None), text="Short.")
    blocks = slack_message(notice, "#x")["blocks"]
    assert [block["type"] for block in blocks] == ["section", "actions", "context"]
    assert len(blocks[-1]["elements"]) == 2


@given(NASTY, NASTY, NASTY, st.sampled_from(ABOUT_ORDERS))
def test_nothing_from_outside_survives_as_markup_and_slack_takes_it(
    client: str, status: str, manager: str, kind: NoticeKind
) -> None:
    order = order_json(order_id=client[:128], client_name=client, client_id=status, status=status)
    order["manager_id"] = manager
    text = notice_text(kind, order, stage=status, due_at=NOW, at=NOW, now=NOW)
    _harmless(outgoing(kind=kind, order=order, subject=client[:128], text=text))


@given(NASTY, st.booleans())
def test_a_text_of_any_making_is_harmless(text: str, reinstated: bool) -> None:
    _harmless(replace(outgoing(), text=text, reinstated=reinstated))


def _harmless(notice: OutgoingNotice) -> None:
    message = slack_message(notice, "#late-orders")
    for text in mrkdwn_fields(message):
        rest = OWN_DATE.sub("", text)
        assert "<" not in rest
        assert ">" not in rest
        assert not re.search(r"&(?!(amp|lt|gt);)", rest)
        for character in rest:
            assert unicodedata.category(character) not in {"Cc", "Zl", "Zp", "Cs"}
            assert character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    checked_content(message)  # raises where Slack would refuse
    assert sum(map(len, mrkdwn_fields(message))) - len(message["text"]) <= 9_000 < ALL_BLOCKS_LIMIT
    payload = message["metadata"]["event_payload"]
    assert all(isinstance(value, str) for value in payload.values())
    json.dumps(message)


def test_a_time_is_shown_in_the_readers_zone() -> None:
    assert OWN_DATE.fullmatch(local_time(NOW))
