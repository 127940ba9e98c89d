"""One message on the page."""

from typing import Any

import pytest

from slamon.demo.standins.slack.article import Article
from slamon.demo.standins.slack.channels import Channel, Workspace
from tests.samples import NOW

EVIL = '"><script>alert(1)</script>'


def posted(*blocks: dict[str, Any]) -> tuple[Channel, dict[str, Any]]:
    workspace = Workspace()
    return workspace.post({"channel": "#c", "text": "late", "blocks": list(blocks)}, NOW)


def shown(*blocks: dict[str, Any], can_press: bool = True) -> str:
    channel, message = posted(*blocks)
    return Article(channel, message, can_press=can_press).html()


def button(**changes: Any) -> dict[str, Any]:
    label = {"type": "plain_text", "text": "Acknowledge"}
    return {"type": "button", "action_id": "acknowledge", "value": "n-1", "text": label, **changes}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def test_a_button_leads_to_the_app() -> None:
    channel, message = posted(actions(button(style="primary")))
    page = Article(channel, message, can_press=True).html()
    assert '<form method="post" action="/-/press">' in page
    assert f'name="channel" value="{channel.channel_id}"' in page
    assert f'name="ts" value="{message["ts"]}"' in page
    assert 'name="action_id" value="acknowledge"' in page
    assert '<button class="button primary">Acknowledge</button>' in page


def test_a_button_that_leads_nowhere_cannot_be_pressed() -> None:
    page = shown(actions(button(style="danger")), can_press=False)
    assert '<button class="button danger" disabled>Acknowledge</button>' in page
    assert "<form" not in page


@pytest.mark.parametrize(
    ("url", "link"),
    [("https://slamon/orders/A-1?a=1&b=2", True), ("http://127.0.0.1:8080/", True), ("javascript:alert(1)", False)],
)
def test_a_button_with_an_address_is_a_link(url: str, link: bool) -> None:
    page = shown(actions(button(url=url)))
    assert ("<a " in page) is link
    assert "javascript" not in page
    if link:
        assert f'href="{url.replace("&", "&amp;")}" rel="noreferrer"' in page


def test_menus_and_accessories_are_shown() -> None:
    text = {"type": "mrkdwn", "text": "*late*"}
    menu = {
        "type": "static_select",
        "action_id": "snooze",
        "placeholder": {"type": "plain_text", "text": "Snooze until"},
        "options": [{"text": {"type": "plain_text", "text": "tomorrow"}, "value": "1d"}],
    }
    page = shown({"type": "section", "text": text, "accessory": button()}, actions(menu), {"type": "divider"})
    assert "<b>late</b>" in page
    assert "Acknowledge</button></form>" in page
    assert "disabled>Snooze until</button>" in page
    assert "<hr>" in page


def test_what_a_person_wrote_is_theirs() -> None:
    workspace = Workspace()
    message = workspace.say("#c", "why?", NOW, "U<7>")
    page = Article(workspace.channel("c"), message, can_press=True).html()
    assert '<span class="who">U&lt;7&gt;</span>' in page
    assert "APP" not in page


def test_nothing_in_a_button_becomes_a_tag() -> None:
    label = {"type": "plain_text", "text": EVIL}
    page = shown(
        actions(button(text=label, action_id=EVIL), button(text=label, url=f"https://x/{EVIL}", action_id="b"))
    )
    assert "<script" not in page
