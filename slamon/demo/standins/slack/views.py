"""Modals: `views.open` with its limits, and what was opened."""

import json

from slamon.demo.standins.slack.blocks import VIEW_BLOCKS_LIMIT, check_blocks
from slamon.demo.standins.slack.channels import BOT_ID
from slamon.demo.standins.slack.objects import ID_LIMIT, PLAIN, check_optional, check_strings, check_text
from slamon.demo.standins.slack.refused import Json, Refused
from slamon.demo.standins.slack.triggers import Triggers

APP_ID, TEAM_ID = "A0SLAMON", "T0SLAMON"

VIEW_LIMIT = 250_000
TITLE_LIMIT = 24
PRIVATE_METADATA_LIMIT = 3_000


class Views:
    """The modals of a workspace, by id."""

    def __init__(self) -> None:
        self.opened: dict[str, Json] = {}
        self._triggers = Triggers()

    def open(self, trigger: object, view: object, now: int) -> Json:
        """Open a modal at `now` (microseconds); returns it as Slack shows it. Raises Refused."""
        wanted = _checked(view)
        self._triggers.exchange(trigger, now)
        view_id = f"V{len(self.opened) + 1:09d}"
        self.opened[view_id] = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "close": None,
            "submit": None,
            **wanted,
            "id": view_id,
            "team_id": TEAM_ID,
            "app_id": APP_ID,
            "bot_id": BOT_ID,
            "root_view_id": view_id,
            "previous_view_id": None,
            "hash": f"{now // 1_000_000}.{view_id[-8:]}",
            "state": {"values": {}},
        }
        return self.opened[view_id]


def _checked(view: object) -> Json:
    if not isinstance(view, dict) or view.get("type") != "modal":
        raise Refused("invalid_arguments", "must be a modal [json-pointer:/view/type]")
    if len(json.dumps(view)) > VIEW_LIMIT:
        raise Refused("view_too_large")
    try:
        check_text(view.get("title"), "/view/title", TITLE_LIMIT, PLAIN)
        check_optional(view, "/view", {"submit": TITLE_LIMIT, "close": TITLE_LIMIT})
        check_strings(view, "/view", {"callback_id": ID_LIMIT, "private_metadata": PRIVATE_METADATA_LIMIT})
        check_blocks(view.get("blocks"), "/view/blocks", VIEW_BLOCKS_LIMIT)
    except Refused as refused:
        raise Refused("invalid_arguments", *refused.messages) from None
    asks = any(block["type"] == "input" for block in view["blocks"])
    if asks and view.get("submit") is None:
        raise Refused("invalid_arguments", "`submit` is required with an input block [json-pointer:/view/submit]")
    return view
