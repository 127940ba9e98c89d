"""What Slack says when somebody presses a button or fills in a dialogue of ours, as an answer to a notice. Pure."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec

from slamon.notices.answers import NEEDS, Action
from slamon.notices.words import parsed
from slamon.orders.event import DAY, SECOND, Instant, instant

BLOCK: Final = "slamon:"
"""A block's id is this and the order's id."""
WHEN, WHY = "when", "why"
"""The blocks of a dialogue."""
LONGEST_REASON: Final = 500

_LONGEST = 255
_FIELDS = 20
_FIRST_DAY, _LAST_DAY = 0, 253_402_214_400  # the years that datetime knows, in seconds
_match_length = re.compile(r"P(?:([0-9]{1,4})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?)?", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class Press:
    """One answer; `when` is the time that was chosen, None where none was. `nonce` names this very press.

    `trigger_id` opens a dialogue, within 3 s; `in_dialogue`: it comes from one.
    """

    action: Action
    notice_id: str
    order_id: str | None
    by: str
    nonce: str | None
    when: Instant | None = None
    reason: str | None = None
    trigger_id: str | None = None
    in_dialogue: bool = False

    @property
    def lacks(self) -> str | None:
        """The time that has to be asked for; None when nothing is missing."""
        return NEEDS.get(self.action) if self.when is None else None


def read_form(body: bytes) -> dict[str, Any] | None:
    """The JSON in the field `payload` of a form; None where there is none."""
    try:
        stated = parse_qs(body.decode(), max_num_fields=_FIELDS).get("payload", [""])[0]
        payload = msgspec.json.decode(stated)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def read_press(payload: Mapping[str, Any], now: Instant) -> Press | None:
    """The answer in a payload of Slack's; None for everything that is none of ours."""
    match payload.get("type"):
        case "block_actions":
            actions = payload.get("actions")
            found = (_pressed(payload, action, now) for action in (actions if isinstance(actions, list) else ()))
            return next((press for press in found if press is not None), None)
        case "view_submission":
            return _submitted(payload)
        case _:
            return None


def _pressed(payload: Mapping[str, Any], element: object, now: Instant) -> Press | None:
    name, by = _text(element, "action_id"), _text(payload, "user", "id")
    if name is None or name not in {*Action} or by is None:
        return None
    action = Action(name)
    notice_id, order_id = _subject(payload, element)
    is_button = _text(element, "type") in (None, "button")
    when = None if is_button else _chosen(element, action, now)
    if notice_id is None or (when is None and not is_button):
        return None
    nonce, trigger_id = _text(element, "action_ts"), _text(payload, "trigger_id")
    return Press(action, notice_id, order_id, by, nonce, when, trigger_id=trigger_id)


def _subject(payload: Mapping[str, Any], element: object) -> tuple[str | None, str | None]:
    """The notice and its order: as the element says, else as a button beside it, else as the message's metadata."""
    block = _text(element, "block_id") or ""
    order_id = block.removeprefix(BLOCK) if block.startswith(BLOCK) else None
    about = _at(payload, "message", "metadata", "event_payload")
    notice_id = _text(element, "value")
    option = _text(element, "selected_option", "value")
    if notice_id is None and option is not None and "|" in option:
        notice_id = option.rpartition("|")[0]
    if notice_id is None:
        notice_id = next(_beside(payload, block), None) or _text(about, "notice_id")
    return notice_id, order_id or _text(about, "order_id")


def _beside(payload: Mapping[str, Any], block_id: str) -> Iterator[str]:
    blocks = _at(payload, "message", "blocks")
    for block in blocks if isinstance(blocks, list) else ():
        elements = _at(block, "elements")
        if _text(block, "block_id") == block_id and isinstance(elements, list):
            for element in elements:
                value = _text(element, "value")
                if _text(element, "action_id") in {*Action} and value is not None:
                    yield value


def _submitted(payload: Mapping[str, Any]) -> Press | None:
    view = payload.get("view")
    name, by, kept = (
        _text(view, "callback_id"),
        _text(payload, "user", "id"),
        _text(view, "private_metadata", most=3000),
    )
    about = _json(kept)
    notice_id = _text(about, "notice_id")
    if name not in NEEDS or by is None or notice_id is None:
        return None
    chosen = _at(view, "state", "values", WHEN, name, "selected_date_time")
    reason = _text(view, "state", "values", WHY, WHY, "value", most=None)
    return Press(
        Action(name),
        notice_id,
        _text(about, "order_id"),
        by,
        f"{_text(view, 'id')}:{_text(view, 'hash')}",
        _seconds(chosen),
        None if reason is None else reason.strip()[:LONGEST_REASON] or None,
        in_dialogue=True,
    )


def _chosen(element: object, action: Action, now: Instant) -> Instant | None:
    date = _text(element, "selected_date")
    if date is not None:
        return _day(date, action)
    option = _text(element, "selected_option", "value")
    if option is not None:
        return _time_or_length(option.rpartition("|")[2], now)
    return _seconds(_at(element, "selected_date_time"))


def _day(date: str, action: Action) -> Instant | None:
    """A promise for a day is kept until its end; who snoozes until a day wants to hear on it."""
    try:
        begins = instant(dt.datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=dt.UTC))
    except ValueError:
        return None
    return begins + DAY - SECOND if action == Action.PROMISE else begins


def _time_or_length(text: str, now: Instant) -> Instant | None:
    length = _match_length(text)
    if length is not None and any(length.groups()):
        days, hours, minutes = (int(group or 0) for group in length.groups())
        return now + days * DAY + (hours * 60 + minutes) * 60 * SECOND
    return parsed(text)


def _seconds(value: object) -> Instant | None:
    is_time = isinstance(value, int) and not isinstance(value, bool) and _FIRST_DAY < value < _LAST_DAY
    return int(str(value)) * SECOND if is_time else None


def _json(text: str | None) -> object:
    try:
        return None if text is None else msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _at(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: object, *path: str, most: int | None = _LONGEST) -> str | None:
    """A text that is not empty and not too long; None for anything else."""
    found = _at(value, *path)
    return found if isinstance(found, str) and found and (most is None or len(found) <= most) else None
