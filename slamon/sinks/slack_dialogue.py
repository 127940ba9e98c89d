"""The dialogue that asks until when to snooze, or what date to promise: its view, and what it answers. Pure."""

from typing import Any

import msgspec

from slamon.notices.answers import Action
from slamon.orders.event import DAY, SECOND, Instant
from slamon.sinks.slack_press import LONGEST_REASON, WHEN, WHY, Press

_TITLES = {Action.SNOOZE: "Snooze", Action.PROMISE: "New promise"}
_LABELS = {Action.SNOOZE: "Until when?", Action.PROMISE: "What date is promised now?"}


def dialogue(press: Press, now: Instant) -> dict[str, Any]:
    """The view for `views.open`: a date and a time, a reason; it carries what it is about."""
    about = msgspec.json.encode({"notice_id": press.notice_id, "order_id": press.order_id}).decode()
    when: dict[str, Any] = {"type": "datetimepicker", "action_id": str(press.action)}
    if press.action == Action.SNOOZE:
        when["initial_date_time"] = (now + DAY) // SECOND
    why = {"type": "plain_text_input", "action_id": WHY, "max_length": LONGEST_REASON}
    return {
        "type": "modal",
        "callback_id": str(press.action),
        "private_metadata": about,
        "title": _plain(_TITLES[press.action]),
        "submit": _plain("Save"),
        "close": _plain("Cancel"),
        "blocks": [
            {"type": "input", "block_id": WHEN, "label": _plain(_LABELS[press.action]), "element": when},
            {"type": "input", "block_id": WHY, "label": _plain("Why?"), "element": why, "optional": True},
        ],
    }


def complaint(press: Press, now: Instant) -> str | None:
    """What is wrong with the time that was chosen; None when nothing is."""
    if press.when is None:
        return "Choose a date and a time."
    return "Choose a time in the future." if press.when <= now else None


def stays_open(text: str) -> dict[str, Any]:
    """The answer to a submission that was not taken: the dialogue stays, with a sentence at the time."""
    return {"response_action": "errors", "errors": {WHEN: text}}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
