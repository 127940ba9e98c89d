"""What is posted to Slack for a digest."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.demo.standins.slack.content import checked_content
from slamon.notices.digest import Digest, Item
from slamon.notices.links import Links
from slamon.notices.notice import NoticeKind
from slamon.orders.event import DAY
from slamon.sinks.slack_digest import slack_digest
from tests.samples import HOUR, NOW
from tests.unit.sinks.test_slack_message import NASTY, OWN_DATE, mrkdwn_fields

LINKS = Links("https://slamon.test")
OWN_LINK = re.compile(r"<https://slamon\.test/[^<>|]*\|[^<>|]*>")
ITEMS = st.builds(
    Item,
    st.uuids().map(str),
    st.sampled_from(NoticeKind),
    st.none() | NASTY.map(lambda text: text[:128] or "x"),
    st.none() | NASTY.map(lambda text: text[:80]),
    st.none() | NASTY.map(lambda text: text[:80]),
    st.none() | NASTY.map(lambda text: text[:160]),
    st.integers(0, 30 * DAY),
    NASTY,
)


def _item(kind: NoticeKind = NoticeKind.BREACHED, number: int = 1, **changes: Any) -> Item:
    content: dict[str, Any] = {
        "order_id": f"A-{number}",
        "client": "ACME & Sons",
        "stage": "PACKAGING",
        "cause": "queue mes",
    }
    content |= {"late": number * HOUR, "text": "Said.", "notice_id": f"n-{number}", "kind": kind}
    return Item(**(content | changes))


def _digest(*items: Item, **changes: Any) -> Digest:
    return Digest("d-1", NOW, **changes).with_items(items)


def _texts(digest: Digest, links: Links | None = LINKS) -> list[str]:
    return [block["text"]["text"] for block in slack_digest(digest, "#late", links)["blocks"] if "text" in block]


def test_a_digest_as_slack_gets_it() -> None:
    digest = _digest(*(_item(number=number) for number in (1, 2)), _item(NoticeKind.AT_RISK, 3, client=None, late=0))
    message = slack_digest(digest, "#late", LINKS)
    assert message["channel"] == "#late"
    assert message["text"] == ":rotating_light: 3 notices at once: 2 promise missed, 1 at risk"
    assert message["metadata"] == {
        "event_type": "slamon_digest",
        "event_payload": {"digest_id": "d-1", "count": 3},
    }
    assert message["blocks"][0]["block_id"] == "digest:d-1:3"
    head, sorts, worst = _texts(digest)
    assert OWN_DATE.sub("then", head) == "*:rotating_light: 3 notices at once*\nsince then"
    assert sorts.splitlines() == [
        "*What:* promise missed 2, at risk 1",
        "*Where:* PACKAGING 3",
        "*Why:* queue mes 3",
        "*Clients:* ACME &amp; Sons 2, unknown 1",
    ]
    assert worst.splitlines() == [
        "*The worst:*",
        "• <https://slamon.test/orders/A-2|A-2> for ACME &amp; Sons: 2 hours late, at PACKAGING",
        "• <https://slamon.test/orders/A-1|A-1> for ACME &amp; Sons: 1 hour late, at PACKAGING",
        "• <https://slamon.test/orders/A-3|A-3>: at risk, at PACKAGING",
    ]
    checked_content(message)


@pytest.mark.parametrize(
    ("count", "morning", "title"),
    [
        (1, False, ":rotating_light: 1 notice at once"),
        (1_234, False, ":rotating_light: 1,234 notices at once"),
        (1, True, ":sunrise: 1 notice was kept for you"),
        (2, True, ":sunrise: 2 notices were kept for you"),
    ],
)
def test_the_title_says_how_many_and_why_together(count: int, morning: bool, title: str) -> None:
    digest = _digest(*(_item(number=number) for number in range(count)), morning=morning)
    assert slack_digest(digest, "#late")["text"].startswith(f"{title}: ")


def test_more_kinds_than_are_named_are_told_as_others() -> None:
    digest = _digest(*(_item(kind, number) for number, kind in enumerate(NoticeKind)))
    message = slack_digest(digest, "#late")
    assert message["text"].endswith(f", {len(NoticeKind) - 5} others")


def test_a_notice_about_no_order_is_told_by_its_text() -> None:
    worst = _texts(_digest(_item(NoticeKind.SOURCE_SILENT, order_id=None, text="Source <mes> is silent.")))[-1]
    assert worst.splitlines()[1] == "• Source &lt;mes&gt; is silent."


def test_without_pages_there_are_no_links() -> None:
    message = slack_digest(_digest(_item()), "#late", None)
    assert "http" not in str(message)
    assert [part["text"] for part in message["blocks"][-1]["elements"]] == ["digest d-1"]


@given(st.lists(ITEMS, min_size=1, max_size=30), st.sampled_from([LINKS, None]))
def test_slack_takes_every_digest_and_nothing_from_outside_survives_as_markup(
    items: list[Item], links: Links | None
) -> None:
    message = slack_digest(_digest(*items), "#late", links)
    checked_content(message)  # raises where Slack would refuse
    assert message["metadata"]["event_payload"]["count"] == len(items)
    for text in mrkdwn_fields(message):
        rest = OWN_LINK.sub("", OWN_DATE.sub("", text))
        assert "<" not in rest
        assert ">" not in rest
        assert not re.search(r"&(?!(amp|lt|gt);)", rest)
