"""What Slack sends when a person acts: payloads of a pressed button and of a submitted modal, signed with v0 HMAC.

Shapes as in docs.slack.dev, "block_actions payload" and "view_submission payload". Times are microseconds.
"""

import hashlib
import hmac
import json
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slamon.demo.standins.slack.refused import Json
from slamon.demo.standins.slack.triggers import new_trigger
from slamon.demo.standins.slack.views import APP_ID, TEAM_ID

_KEPT = frozenset({"type", "action_id", "text", "value", "style", "url"})

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts."""

    user_id: str = "U0ANN"
    name: str = "ann"


ANN = Person()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message is; `url` is what the app could answer to."""

    channel_id: str
    name: str
    url: str = "https://hooks.slack.test/actions/"


def block_actions(message: Json, action_id: str, place: Place, *, now: int, person: Person = ANN) -> Json:
    """Press the button or take the choice `action_id` of a message. Raises KeyError where it has none."""
    block_id, element = _element(message, action_id)
    container: Json = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": place.channel_id,
        "is_ephemeral": False,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    kept = {key: value for key, value in element.items() if key in _KEPT}
    action: Json = {**kept, "block_id": block_id, "action_ts": _ts(now)}
    return _payload("block_actions", person, now) | {
        "container": container,
        "channel": {"id": place.channel_id, "name": place.name},
        "message": message,
        "state": {"values": {}},
        "response_url": f"{place.url}{place.channel_id}/{message['ts']}",
        "actions": [action],
    }


def view_submission(view: Json, values: Mapping[str, object], *, now: int, person: Person = ANN) -> Json:
    """Submit a modal with `values` by action id: what its inputs hold, in the form of their kind."""
    state: dict[str, Json] = {}
    for number, block in enumerate(view["blocks"]):
        if block["type"] == "input":
            element = block["element"]
            action_id = element.get("action_id", f"a{number}")
            given = {"type": element["type"], **_held(element, values.get(action_id))}
            state[block.get("block_id", f"b{number}")] = {action_id: given}
    submitted = {**view, "state": {"values": state}}
    return _payload("view_submission", person, now) | {"view": submitted, "response_urls": []}


def signed(secret: str, payload: Json, *, now: int) -> tuple[dict[str, str], bytes]:
    """The headers and the body of the POST to an app's request URL."""
    body = urllib.parse.urlencode({"payload": json.dumps(payload, separators=(",", ":"))}).encode()
    return {"Content-Type": FORM, **signature(secret, body, now=now)}, body


def signature(secret: str, body: bytes, *, now: int) -> dict[str, str]:
    """The headers that sign a body: `v0=` HMAC-SHA256 over `v0:{seconds}:{body}`."""
    seconds = str(now // 1_000_000)
    mac = hmac.digest(secret.encode(), b"v0:" + seconds.encode() + b":" + body, hashlib.sha256)
    return {"X-Slack-Request-Timestamp": seconds, "X-Slack-Signature": f"v0={mac.hex()}"}


def actions_of(message: Json) -> Iterator[tuple[str, Json]]:
    """All elements of a message that can be acted on, each with the id of its block."""
    for number, block in enumerate(message.get("blocks") or []):
        elements = block.get("elements", []) if block["type"] == "actions" else [block.get("accessory")]
        for element in elements:
            if element and "action_id" in element:
                yield block.get("block_id", f"b{number}"), element


def _element(message: Json, action_id: str) -> tuple[str, Json]:
    for block_id, element in actions_of(message):
        if element["action_id"] == action_id:
            return block_id, element
    raise KeyError(action_id)


def _payload(kind: str, person: Person, now: int) -> Json:
    return {
        "type": kind,
        "user": {"id": person.user_id, "username": person.name, "name": person.name, "team_id": TEAM_ID},
        "api_app_id": APP_ID,
        "token": "verification-token-of-old",
        "trigger_id": new_trigger(now),
        "team": {"id": TEAM_ID, "domain": "slamon-demo"},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _held(element: Json, value: object) -> Json:
    """What an input holds, named as its kind names it."""
    match element["type"]:
        case "datepicker":
            return {"selected_date": value}
        case "timepicker":
            return {"selected_time": value}
        case "datetimepicker":
            return {"selected_date_time": value}
        case "users_select":
            return {"selected_user": value}
        case "static_select" | "radio_buttons":
            chosen = [option for option in element["options"] if option["value"] == value]
            return {"selected_option": chosen[0] if chosen else None}
        case _:
            return {"value": value}


def _ts(now: int) -> str:
    return f"{now // 1_000_000}.{now % 1_000_000:06d}"
