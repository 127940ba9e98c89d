"""What a message says: its text, blocks and metadata, taken out of a call and held against the limits."""

import json
import re
from collections.abc import Mapping
from typing import Any

from slamon.demo.standins.slack.blocks import check_blocks
from slamon.demo.standins.slack.refused import Json, Refused

TEXT_LIMIT = 40_000
"""Slack cuts longer posts and refuses longer edits; both are refused here: nobody wants half a message."""
METADATA_LIMIT = 8_000
"""Characters of the payload as JSON. Slack documents `metadata_too_large` but no number: this one is cautious."""

_EVENT_TYPE = re.compile(r"\w{1,255}", re.ASCII)
_SCALARS = (str, int, float, bool)


def checked_content(arguments: Mapping[str, Any]) -> Json:
    """Take text, blocks and metadata out of a call. Raises Refused."""
    content: Json = {}
    text, blocks, metadata = (arguments.get(key) for key in ("text", "blocks", "metadata"))
    if text is not None:
        if not isinstance(text, str) or len(text) > TEXT_LIMIT:
            raise Refused("msg_too_long" if isinstance(text, str) else "invalid_arguments")
        content["text"] = text
    if blocks is not None:
        check_blocks(blocks)
        content["blocks"] = blocks
    if metadata is not None:
        _check_metadata(metadata)
        content["metadata"] = metadata
    return content


def edited_content(before: Json, arguments: Mapping[str, Any]) -> Json:
    """What a message becomes by `chat.update`. Raises Refused.

    Blocks that are not given stay unless a text is given, which then takes their place; `[]` clears them.
    Metadata that is not given stays; `{}` clears it (Slack's reference of the method).
    """
    clears = arguments.get("metadata") == {}
    content = checked_content({**arguments, "metadata": None} if clears else arguments)
    if not content.keys() & {"text", "blocks"}:
        raise Refused("no_text")
    after = {**before, **content}
    if "text" in content and "blocks" not in content:
        after.pop("blocks", None)
    if clears:
        after.pop("metadata", None)
    if not after.get("text") and not after.get("blocks"):
        raise Refused("no_text")
    return after


def _check_metadata(metadata: object) -> None:
    event_type = metadata.get("event_type") if isinstance(metadata, dict) else None
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    if not isinstance(event_type, str) or not isinstance(payload, dict):
        raise Refused("invalid_metadata_format")
    if not _EVENT_TYPE.fullmatch(event_type) or not all(map(_is_plain, payload.values())):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(payload, ensure_ascii=False)) > METADATA_LIMIT:
        raise Refused("metadata_too_large")


def _is_plain(value: object) -> bool:
    """Strings, numbers, booleans, and objects and lists of them: what Slack's types allow in a payload."""
    match value:
        case dict():
            return all(isinstance(part, _SCALARS) for part in value.values())
        case list():
            return all(isinstance(part, _SCALARS) or (isinstance(part, dict) and _is_plain(part)) for part in value)
        case _:
            return isinstance(value, _SCALARS)
