"""A modal on the page of the Slack stand-in: what it says, its inputs, and the buttons that send or close it."""

import datetime as dt
import html
from collections.abc import Mapping

from slamon.demo.standins.slack.mrkdwn_html import mrkdwn_html, plain_html
from slamon.demo.standins.slack.refused import Json

PREFIX = "value."
"""Of the names under which the form sends what was put in, before the `action_id`."""

_DATE_INPUTS = {"datepicker": "date", "timepicker": "time", "datetimepicker": "datetime-local"}
_INITIAL = ("initial_value", "initial_date", "initial_time", "initial_user")


def modal_html(view: Json, errors: Mapping[str, object]) -> str:
    """Write a modal; `errors` by block, as the app answered them to what was sent."""
    blocks = "".join(_block(block, number, errors) for number, block in enumerate(view["blocks"]))
    submit = f'<button class="button primary">{_plain(view["submit"])}</button>' if view.get("submit") else ""
    close = _plain(view["close"]) if view.get("close") else "Close"
    return (
        f'<form class="modal" method="post" action="/-/submit"><h2>{_plain(view["title"])}</h2>'
        f'<input type="hidden" name="view_id" value="{html.escape(view["id"])}">{blocks}<div class="actions">{submit}'
        f'<button class="button" formaction="/-/close" formnovalidate>{close}</button></div></form>'
    )


def values_of(form: Mapping[str, str], view: Json) -> dict[str, object]:
    """What the form of a modal sent, by `action_id`, as Slack holds it: nothing is null, a moment is in seconds."""
    kinds = {
        block["element"].get("action_id", f"a{number}"): block["element"]["type"]
        for number, block in enumerate(view["blocks"])
        if block["type"] == "input"
    }
    return {action_id: _value(kind, form.get(f"{PREFIX}{action_id}", "")) for action_id, kind in kinds.items()}


def _value(kind: str, text: str) -> object:
    if kind == "datetimepicker" and text:
        return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp())
    return text or None


def _block(block: Json, number: int, errors: Mapping[str, object]) -> str:
    match block["type"]:
        case "section" if block.get("text"):
            text = block["text"]
            shown = mrkdwn_html(text["text"]) if text["type"] == "mrkdwn" else plain_html(text["text"])
            return f"<p>{shown}</p>"
        case "header":
            return f"<p><b>{_plain(block['text'])}</b></p>"
        case "input":
            error = errors.get(block.get("block_id", f"b{number}"))
            told = f'<span class="error">{plain_html(str(error))}</span>' if error else ""
            required = "" if block.get("optional") else " required"
            shown = _input(block["element"], number, required)
            return f"<label><b>{_plain(block['label'])}</b>{shown}{told}</label>"
        case _:
            return ""


def _input(element: Json, number: int, required: str) -> str:
    name = f'name="{html.escape(PREFIX + element.get("action_id", f"a{number}"))}"{required}'
    if "options" in element:
        options = "".join(
            f'<option value="{html.escape(option["value"])}">{_plain(option["text"])}</option>'
            for option in element["options"]
        )
        return f"<select {name}>{options}</select>"
    initial = next((str(element[key]) for key in _INITIAL if element.get(key)), "")
    if element.get("initial_date_time"):
        initial = dt.datetime.fromtimestamp(element["initial_date_time"], dt.UTC).strftime("%Y-%m-%dT%H:%M")
    if element.get("multiline"):
        return f"<textarea {name}>{html.escape(initial)}</textarea>"
    kind = _DATE_INPUTS.get(element["type"], "text")
    return f'<input type="{kind}" {name} value="{html.escape(initial)}">'


def _plain(text: Json) -> str:
    return plain_html(text["text"])
