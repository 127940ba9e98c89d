"""Blocks and their limits, as documented."""

from typing import Any

import pytest

from slamon.demo.standins.slack.blocks import ALL_BLOCKS_LIMIT, check_blocks, text_length
from slamon.demo.standins.slack.refused import Refused


def text(length: int, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": "x" * length}


def section(length: int, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": text(length), **more}


def button(action_id: str = "ack") -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": text(3, "plain_text")}


def actions(*elements: object) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


DIVIDER = {"type": "divider"}
INPUT = {"type": "input", "label": text(5, "plain_text"), "element": {"type": "datepicker"}}


@pytest.mark.parametrize(
    ("blocks", "place"),
    [
        ([DIVIDER] * 51, ""),
        (["text"], "/0"),
        ([{}], "/0/type"),
        ([DIVIDER, {"type": "carousel"}], "/1/type"),
        ([{"type": ["divider"]}], "/0/type"),
        ([section(3_001)], "/0/text/text"),
        ([section(0)], "/0/text/text"),
        ([{"type": "section"}], "/0"),
        ([{"type": "section", "text": "bare"}], "/0/text"),
        ([{"type": "section", "fields": [text(1)] * 11}], "/0/fields"),
        ([{"type": "section", "fields": [text(2_001)]}], "/0/fields/0/text"),
        ([section(1, accessory={"type": "plain_text_input"})], "/0/accessory/type"),
        ([section(1, block_id="b" * 256)], "/0/block_id"),
        ([section(1, block_id="b"), section(1, block_id="b")], "/1/block_id"),
        ([{"type": "header", "text": text(151, "plain_text")}], "/0/text/text"),
        ([{"type": "header", "text": text(1)}], "/0/text/type"),
        ([{"type": "context", "elements": [text(1)] * 11}], "/0/elements"),
        ([{"type": "context", "elements": []}], "/0/elements"),
        ([{"type": "context", "elements": [button()]}], "/0/elements/0/type"),
        ([actions()], "/0/elements"),
        ([actions(*[button(str(number)) for number in range(26)])], "/0/elements"),
        ([actions(button(), button())], "/0/elements/1/action_id"),
        ([actions(text(1))], "/0/elements/0/type"),
        ([{**INPUT, "label": text(2_001, "plain_text")}], "/0/label/text"),
        ([{**INPUT, "element": button()}], "/0/element/type"),
        ([{"type": "image", "image_url": "https://x"}], "/0/alt_text"),
        ([{"type": "markdown", "text": "x" * 12_001}], "/0/text"),
    ],
)
def test_beyond_the_limits(blocks: list[object], place: str) -> None:
    with pytest.raises(Refused) as refused:
        check_blocks(blocks)
    assert refused.value.error == "invalid_blocks"
    assert refused.value.messages[0].endswith(f"[json-pointer:/blocks{place}]")


@pytest.mark.parametrize("blocks", ["[]", {}, 5])
def test_what_is_no_list(blocks: object) -> None:
    with pytest.raises(Refused, match="invalid_blocks_format"):
        check_blocks(blocks)


def test_all_text_together_has_a_limit() -> None:
    check_blocks([section(3_000)] * 3)
    with pytest.raises(Refused, match="msg_blocks_too_long"):
        check_blocks([section(2_900)] * 4)


def test_within_the_limits() -> None:
    check_blocks([])
    check_blocks([DIVIDER] * 50)
    check_blocks(
        [
            section(3_000, block_id="b" * 255, accessory=button()),
            {"type": "section", "fields": [text(100)] * 10},
            {"type": "header", "text": text(150, "plain_text")},
            {"type": "context", "elements": [{"type": "image", "image_url": "https://x", "alt_text": "x"}, text(9)]},
            actions(*[button(str(number)) for number in range(25)]),
            actions(button("0")),
            {"type": "image", "image_url": "https://x", "alt_text": "x"},
            {"type": "markdown", "text": "*x*"},
            INPUT,
        ]
    )


def test_the_text_of_blocks_is_counted_wherever_it_is() -> None:
    fields = {"type": "section", "fields": [text(10)] * 3}
    assert text_length([section(100, accessory=button()), fields, actions(button(), button())]) == 139
    assert text_length(section(3_000)) * 3 < ALL_BLOCKS_LIMIT
