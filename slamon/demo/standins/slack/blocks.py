"""Block Kit as Slack lets it in: the kinds of blocks with their limits, and the limit on all their text."""

from collections.abc import Callable
from typing import TypeAlias

from slamon.demo.standins.slack.elements import IN_ACTIONS, IN_INPUT, IN_SECTION, check_element
from slamon.demo.standins.slack.objects import (
    ANY_TEXT,
    ID_LIMIT,
    PLAIN,
    check_optional,
    check_string,
    check_strings,
    check_text,
    invalid,
    items,
    json_object,
)
from slamon.demo.standins.slack.refused import Json, Refused

BLOCKS_LIMIT = 50
VIEW_BLOCKS_LIMIT = 100
SECTION_LIMIT = 3_000
FIELDS = 10
FIELD_LIMIT = 2_000
HEADER_LIMIT = 150
CONTEXT_ELEMENTS = 10
ACTIONS_ELEMENTS = 25
MARKDOWN_LIMIT = 12_000
ALL_BLOCKS_LIMIT = 11_000
"""Undocumented: 9,597 characters in all blocks passed, 11,341 failed (bolt-js issue 2509)."""

Checker: TypeAlias = Callable[[Json, str], None]


def check_blocks(blocks: object, path: str = "/blocks", most: int = BLOCKS_LIMIT) -> None:
    """Check a whole list of blocks. Raises Refused."""
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format", f"must be an array [json-pointer:{path}]")
    ids: set[str] = set()
    for item, place in items(blocks, path, most, least=0):
        block = json_object(item, place)
        kind = block.get("type")
        if not isinstance(kind, str) or kind not in _CHECKERS:
            raise invalid(f"unsupported type: {kind}", f"{place}/type")
        _check_id(block.get("block_id"), f"{place}/block_id", ids)
        _CHECKERS[kind](block, place)
    if sum(map(text_length, blocks)) > ALL_BLOCKS_LIMIT:
        raise Refused("msg_blocks_too_long")


def text_length(part: object) -> int:
    """Count the characters of all texts inside a block."""
    if isinstance(part, list):
        return sum(map(text_length, part))
    if not isinstance(part, dict):
        return 0
    own = part.get("text")
    return len(own) if isinstance(own, str) else sum(map(text_length, part.values()))


def _check_id(value: object, path: str, seen: set[str]) -> None:
    if value is None:
        return
    found = check_string(value, path, ID_LIMIT)
    if found in seen:
        raise invalid(f"`{path.rpartition('/')[2]}` already exists", path)
    seen.add(found)


def _check_section(block: Json, path: str) -> None:
    fields = block.get("fields")
    if block.get("text") is None and not fields:
        raise invalid("missing required field: text", path)
    if block.get("text") is not None:
        check_text(block["text"], f"{path}/text", SECTION_LIMIT)
    if fields is not None:
        for text, place in items(fields, f"{path}/fields", FIELDS):
            check_text(text, place, FIELD_LIMIT)
    if block.get("accessory") is not None:
        check_element(block["accessory"], f"{path}/accessory", IN_SECTION)


def _check_context(block: Json, path: str) -> None:
    for element, place in items(block.get("elements"), f"{path}/elements", CONTEXT_ELEMENTS):
        if json_object(element, place).get("type") in ANY_TEXT:
            check_text(element, place, SECTION_LIMIT)
        else:
            check_element(element, place, {"image"})


def _check_actions(block: Json, path: str) -> None:
    ids: set[str] = set()
    for element, place in items(block.get("elements"), f"{path}/elements", ACTIONS_ELEMENTS):
        _check_id(check_element(element, place, IN_ACTIONS).get("action_id"), f"{place}/action_id", ids)


def _check_header(block: Json, path: str) -> None:
    check_text(block.get("text"), f"{path}/text", HEADER_LIMIT, PLAIN)


def _check_input(block: Json, path: str) -> None:
    check_text(block.get("label"), f"{path}/label", 2_000, PLAIN)
    check_optional(block, path, {"hint": 2_000})
    check_element(block.get("element"), f"{path}/element", IN_INPUT)


def _check_image(block: Json, path: str) -> None:
    check_string(block.get("alt_text"), f"{path}/alt_text", 2_000)
    check_strings(block, path, {"image_url": 3_000})


def _check_markdown(block: Json, path: str) -> None:
    check_string(block.get("text"), f"{path}/text", MARKDOWN_LIMIT)


_CHECKERS: dict[str, Checker] = {
    "section": _check_section,
    "context": _check_context,
    "header": _check_header,
    "divider": lambda _block, _path: None,
    "actions": _check_actions,
    "input": _check_input,
    "image": _check_image,
    "markdown": _check_markdown,
}
