"""What blocks are made of: texts, ids, options and confirmations, held against Slack's limits.

A `path` is a JSON pointer to the part that is checked; Slack's own messages name it too.
"""

from collections.abc import Collection, Iterator
from typing import Any

from slamon.demo.standins.slack.refused import Json, Refused

ID_LIMIT = 255
OPTION_TEXT_LIMIT = 75
OPTION_VALUE_LIMIT = 150
PLACEHOLDER_LIMIT = 150

PLAIN = frozenset({"plain_text"})
ANY_TEXT = frozenset({"mrkdwn", "plain_text"})


def invalid(message: str, path: str) -> Refused:
    """Make the refusal of a part of a block."""
    return Refused("invalid_blocks", f"{message} [json-pointer:{path}]")


def json_object(value: object, path: str) -> Json:
    """Take an object. Raises Refused."""
    if not isinstance(value, dict):
        raise invalid("must provide an object", path)
    return value


def items(value: object, path: str, most: int, least: int = 1) -> Iterator[tuple[Any, str]]:
    """Go through a list of `least` to `most` items, each with its path. Raises Refused."""
    if not isinstance(value, list):
        raise invalid("must be an array", path)
    if len(value) > most:
        raise invalid(f"no more than {most} items allowed", path)
    if len(value) < least:
        raise invalid(f"no fewer than {least} items allowed", path)
    return ((item, f"{path}/{number}") for number, item in enumerate(value))


def check_string(value: object, path: str, most: int) -> str:
    """Take a string of 1 to `most` characters. Raises Refused."""
    if not isinstance(value, str):
        raise invalid("must be a string", path)
    if not value:
        raise invalid("must be more than 0 characters", path)
    if len(value) > most:
        raise invalid(f"must be less than {most + 1} characters", path)
    return value


def check_text(value: object, path: str, most: int, kinds: Collection[str] = ANY_TEXT) -> None:
    """Take a text object of 1 to `most` characters. Raises Refused."""
    text = json_object(value, path)
    if str(text.get("type")) not in kinds:
        raise invalid(f"unsupported type: {text.get('type')}", f"{path}/type")
    check_string(text.get("text"), f"{path}/text", most)


def check_optional(value: Json, path: str, limits: dict[str, int]) -> None:
    """Hold those plain texts against their limits that are there. Raises Refused."""
    for name, most in limits.items():
        if value.get(name) is not None:
            check_text(value[name], f"{path}/{name}", most, PLAIN)


def check_strings(value: Json, path: str, limits: dict[str, int]) -> None:
    """Hold those strings against their limits that are there. Raises Refused."""
    for name, most in limits.items():
        if value.get(name) is not None:
            check_string(value[name], f"{path}/{name}", most)


def check_options(value: object, path: str, most: int) -> None:
    """Check the options of a menu. Raises Refused."""
    for item, place in items(value, path, most):
        option = json_object(item, place)
        check_text(option.get("text"), f"{place}/text", OPTION_TEXT_LIMIT)
        check_string(option.get("value"), f"{place}/value", OPTION_VALUE_LIMIT)


def check_confirm(value: object, path: str) -> None:
    """Check the question that is asked before an action. Raises Refused."""
    confirm = json_object(value, path)
    check_text(confirm.get("title"), f"{path}/title", 100, PLAIN)
    check_text(confirm.get("text"), f"{path}/text", 300)
    check_text(confirm.get("confirm"), f"{path}/confirm", 30, PLAIN)
    check_text(confirm.get("deny"), f"{path}/deny", 30, PLAIN)
