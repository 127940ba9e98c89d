"""Buttons, menus and inputs."""

from typing import Any

import pytest

from slamon.demo.standins.slack.elements import IN_ACTIONS, IN_INPUT, IN_SECTION, check_element
from slamon.demo.standins.slack.refused import Refused


def button(**changes: Any) -> dict[str, Any]:
    text = {"type": "plain_text", "text": "x" * 75}
    return {"type": "button", "action_id": "a" * 255, "text": text, "value": "v" * 2_000, **changes}


OPTION = {"text": {"type": "plain_text", "text": "x"}, "value": "x"}


@pytest.mark.parametrize(
    ("element", "place"),
    [
        ("button", ""),
        ({}, "/type"),
        ({"type": "carousel"}, "/type"),
        ({"type": ["button"]}, "/type"),
        ({"type": "plain_text_input"}, "/type"),
        (button(action_id="a" * 256), "/action_id"),
        (button(action_id=""), "/action_id"),
        (button(text={"type": "plain_text", "text": "x" * 76}), "/text/text"),
        (button(text={"type": "mrkdwn", "text": "x"}), "/text/type"),
        (button(value="v" * 2_001), "/value"),
        (button(url="u" * 3_001), "/url"),
        (button(style="loud"), "/style"),
        (button(confirm={}), "/confirm/title"),
        ({"type": "static_select"}, "/options"),
        ({"type": "static_select", "options": [OPTION] * 101}, "/options"),
        ({"type": "overflow", "options": [OPTION] * 6}, "/options"),
        ({"type": "datepicker", "placeholder": {"type": "plain_text", "text": "x" * 151}}, "/placeholder/text"),
    ],
)
def test_beyond_the_limits(element: object, place: str) -> None:
    with pytest.raises(Refused, match="invalid_blocks") as refused:
        check_element(element, "/e", IN_ACTIONS)
    assert refused.value.messages[0].endswith(f"[json-pointer:/e{place}]")


@pytest.mark.parametrize(
    ("element", "kinds"),
    [
        (button(), IN_ACTIONS),
        (button(style="danger", url="u" * 3_000), IN_SECTION),
        ({"type": "static_select", "options": [OPTION] * 100}, IN_ACTIONS),
        ({"type": "plain_text_input"}, IN_INPUT),
        ({"type": "datetimepicker"}, IN_INPUT),
        ({"type": "image", "image_url": "https://x", "alt_text": "x"}, IN_SECTION),
    ],
)
def test_within_the_limits(element: dict[str, Any], kinds: frozenset[str]) -> None:
    assert check_element(element, "/e", kinds) is element


def test_an_image_needs_its_words() -> None:
    with pytest.raises(Refused, match="invalid_blocks"):
        check_element({"type": "image", "image_url": "https://x"}, "/e", IN_SECTION)
