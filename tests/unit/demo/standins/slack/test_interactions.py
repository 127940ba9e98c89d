"""What Slack sends when a person acts."""

import json
import urllib.parse
from typing import Any

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from slamon.demo.standins.slack.interactions import (
    Person,
    Place,
    actions_of,
    block_actions,
    signature,
    signed,
    view_submission,
)
from slamon.demo.standins.slack.refused import Refused
from slamon.demo.standins.slack.triggers import Triggers
from slamon.orders.event import SECOND
from tests.samples import NOW

LATE = Place("C1", "late-orders", "http://here/actions/")


class At(Clock):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds


def button(action_id: str, value: str = "n-1") -> dict[str, Any]:
    text = {"type": "plain_text", "text": action_id.title()}
    return {"type": "button", "action_id": action_id, "text": text, "value": value, "confirm": {}}


MESSAGE = {
    "ts": "5.000000",
    "text": "late",
    "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "late"}, "accessory": button("told")},
        {"type": "divider"},
        {"type": "actions", "block_id": "answers", "elements": [button("acknowledge"), button("snooze")]},
    ],
}


def test_a_pressed_button() -> None:
    payload = block_actions(MESSAGE, "snooze", LATE, now=NOW, person=Person("U7", "bob"))
    assert payload["type"] == "block_actions"
    assert payload["user"] == {"id": "U7", "username": "bob", "name": "bob", "team_id": "T0SLAMON"}
    assert payload["actions"] == [
        {
            "type": "button",
            "action_id": "snooze",
            "block_id": "answers",
            "text": {"type": "plain_text", "text": "Snooze"},
            "value": "n-1",
            "action_ts": f"{NOW // SECOND}.000000",
        }
    ]
    place = {"type": "message", "message_ts": "5.000000", "channel_id": "C1", "is_ephemeral": False}
    assert payload["container"] == place
    assert payload["channel"] == {"id": "C1", "name": "late-orders"}
    assert payload["response_url"] == "http://here/actions/C1/5.000000"
    Triggers().exchange(payload["trigger_id"], NOW)  # raises where Slack would refuse it


def test_a_button_beside_a_section_in_a_thread() -> None:
    payload = block_actions({**MESSAGE, "thread_ts": "4.000000"}, "told", LATE, now=NOW)
    assert payload["actions"][0]["block_id"] == "b0"
    assert payload["container"]["thread_ts"] == "4.000000"


def test_a_button_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        block_actions(MESSAGE, "explode", LATE, now=NOW)
    assert [element["action_id"] for _, element in actions_of(MESSAGE)] == ["told", "acknowledge", "snooze"]
    assert list(actions_of({"ts": "1.000000", "text": "x"})) == []


OPTIONS = [{"text": {"type": "plain_text", "text": word}, "value": word} for word in ("day", "week")]


@pytest.mark.parametrize(
    ("element", "given", "held"),
    [
        ({"type": "datepicker"}, "2026-05-09", {"selected_date": "2026-05-09"}),
        ({"type": "timepicker"}, "12:00", {"selected_time": "12:00"}),
        ({"type": "datetimepicker"}, 1_777_896_000, {"selected_date_time": 1_777_896_000}),
        ({"type": "users_select"}, "U7", {"selected_user": "U7"}),
        ({"type": "static_select", "options": OPTIONS}, "week", {"selected_option": OPTIONS[1]}),
        ({"type": "static_select", "options": OPTIONS}, None, {"selected_option": None}),
        ({"type": "plain_text_input"}, "the workshop burnt", {"value": "the workshop burnt"}),
        ({"type": "plain_text_input"}, None, {"value": None}),
    ],
)
def test_a_submitted_modal(element: dict[str, Any], given: object, held: dict[str, Any]) -> None:
    block = {"type": "input", "block_id": "when", "element": {**element, "action_id": "on"}}
    view = {"id": "V1", "callback_id": "promise", "private_metadata": "n-1", "blocks": [{"type": "divider"}, block]}
    payload = view_submission(view, {"on": given}, now=NOW)
    assert payload["type"] == "view_submission"
    assert payload["view"]["private_metadata"] == "n-1"
    assert payload["view"]["state"] == {"values": {"when": {"on": {"type": element["type"], **held}}}}
    assert "state" not in view, "the view itself is left alone"


def test_the_signature_is_the_one_that_slack_documents() -> None:
    """The example of docs.slack.dev, "Verifying requests from Slack"."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    assert signature("8f742231b10e8888abcd99yyyzzz85a5", body, now=1_531_420_618 * SECOND) == {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }


@pytest.mark.parametrize(("secret", "later", "good"), [("hush", 300, True), ("hush", 301, False), ("other", 0, False)])
def test_slack_sdk_believes_it(secret: str, later: int, good: bool) -> None:
    headers, body = signed("hush", {"type": "block_actions", "text": "späť & <so>"}, now=NOW)
    verifier = SignatureVerifier(secret, At(NOW / SECOND + later))
    assert verifier.is_valid_request(body, headers) is good


def test_the_body_is_a_form_with_a_payload() -> None:
    headers, body = signed("hush", {"type": "block_actions", "text": "späť & <so>"}, now=NOW)
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    (payload,) = urllib.parse.parse_qs(body.decode())["payload"]
    assert json.loads(payload) == {"type": "block_actions", "text": "späť & <so>"}


def test_what_is_pressed_stays_within_slacks_own_limits() -> None:
    with pytest.raises(Refused):
        Triggers().exchange(block_actions(MESSAGE, "told", LATE, now=NOW)["trigger_id"], NOW + 4 * SECOND)
