"""What is read of Slack's payloads; everything else is nobody's."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.demo.standins.slack.interactions import Person, Place, block_actions, signed, view_submission
from slamon.notices.answers import Action
from slamon.orders.event import DAY, SECOND, Instant
from slamon.sinks.slack_dialogue import dialogue
from slamon.sinks.slack_press import Press, read_form, read_press
from tests.samples import NOW

PLACE = Place("C1", "late-orders")
BOB = Person("U7", "bob")
DAY_BEGINS = 1_778_284_800 * SECOND
"""2026-05-09."""


def button(action: str, value: str = "n-1") -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": action}, "value": value}


def message(*elements: dict[str, Any], block_id: str = "slamon:o-1") -> dict[str, Any]:
    return {
        "ts": "5.000000",
        "text": "late",
        "blocks": [{"type": "actions", "block_id": block_id, "elements": elements}],
    }


def pressed(*elements: dict[str, Any], block_id: str = "slamon:o-1", **more: Any) -> dict[str, Any]:
    """The payload of pressing the first of these elements; `more` is what was chosen."""
    shown = message(*elements, block_id=block_id)
    shown["blocks"][0]["elements"] = list(elements)
    payload = block_actions(shown, elements[0]["action_id"], PLACE, now=NOW, person=BOB)
    payload["actions"][0] |= more
    return payload


@pytest.mark.parametrize("action", [*Action])
def test_a_button(action: Action) -> None:
    payload = pressed(button(action))
    assert read_press(payload, NOW) == Press(
        action, "n-1", "o-1", "U7", f"{NOW // SECOND}.000000", trigger_id=payload["trigger_id"]
    )


def test_only_a_time_is_asked_for() -> None:
    lacking = {action: read_press(pressed(button(action)), NOW) for action in Action}
    assert {action: press and press.lacks for action, press in lacking.items()} == {
        "acknowledge": None,
        "snooze": "until",
        "promise": "promised_at",
        "told": None,
        "not_ours": None,
    }


@pytest.mark.parametrize("block_id", ["b0", "other:o-1", "slamon:"])
def test_a_block_of_another_name_names_no_order(block_id: str) -> None:
    press = read_press(pressed(button("told"), block_id=block_id), NOW)
    assert press is not None
    assert press.order_id is None


def test_the_metadata_of_the_message_names_what_the_element_does_not() -> None:
    payload = pressed(
        {"type": "datetimepicker", "action_id": "snooze"}, block_id="b0", selected_date_time=1_778_284_800
    )
    payload["message"]["metadata"] = {"event_payload": {"notice_id": "n-9", "order_id": "o-9"}}
    press = read_press(payload, NOW)
    assert press is not None
    assert (press.notice_id, press.order_id, press.when) == ("n-9", "o-9", DAY_BEGINS)


def test_a_button_beside_it_names_the_notice() -> None:
    payload = pressed({"type": "datepicker", "action_id": "promise"}, button("told"), selected_date="2026-05-09")
    press = read_press(payload, NOW)
    assert press is not None
    assert (press.notice_id, press.order_id) == ("n-1", "o-1")


@pytest.mark.parametrize(
    ("action", "chosen", "when"),
    [
        ("snooze", {"type": "datetimepicker", "selected_date_time": 1_778_284_800}, DAY_BEGINS),
        ("snooze", {"type": "datepicker", "selected_date": "2026-05-09"}, DAY_BEGINS),
        ("promise", {"type": "datepicker", "selected_date": "2026-05-09"}, DAY_BEGINS + DAY - SECOND),
        ("snooze", {"type": "static_select", "selected_option": {"value": "n-1|PT4H"}}, NOW + 4 * 3600 * SECOND),
        ("snooze", {"type": "static_select", "selected_option": {"value": "n-1|P1DT30M"}}, NOW + DAY + 1800 * SECOND),
        ("promise", {"type": "static_select", "selected_option": {"value": "n-1|2026-05-09T00:00:00Z"}}, DAY_BEGINS),
    ],
)
def test_a_time_that_is_chosen_is_taken(action: str, chosen: dict[str, Any], when: Instant) -> None:
    press = read_press(pressed({"action_id": action, "type": chosen["type"]}, button("told"), **chosen), NOW)
    assert press is not None
    assert (press.notice_id, press.when, press.lacks) == ("n-1", when, None)


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"selected_date_time": None},
        {"selected_date_time": "soon"},
        {"selected_date_time": True},
        {"selected_date_time": 10**30},
        {"selected_date": "2026-02-30"},
        {"selected_option": {"value": "n-1|P"}},
        {"selected_option": {"value": "n-1|next week"}},
        {"selected_option": None},
    ],
)
def test_without_a_time_that_can_be_read_a_choice_says_nothing(chosen: dict[str, Any]) -> None:
    assert read_press(pressed({"type": "static_select", "action_id": "snooze"}, button("told"), **chosen), NOW) is None


def submitted(action: Action, values: dict[str, Any]) -> dict[str, Any]:
    view = dialogue(Press(action, "n-1", "o-1", "U7", "7.1"), NOW)
    return view_submission({**view, "id": "V1", "hash": "9.abc"}, values, now=NOW, person=BOB)


@pytest.mark.parametrize("reason", [None, " machine down "])
def test_a_dialogue(reason: str | None) -> None:
    press = read_press(submitted(Action.PROMISE, {"promise": 1_778_284_800, "why": reason}), NOW)
    stripped = None if reason is None else reason.strip()
    assert press == Press(Action.PROMISE, "n-1", "o-1", "U7", "V1:9.abc", DAY_BEGINS, stripped, in_dialogue=True)


@pytest.mark.parametrize("changed", [{"private_metadata": "{"}, {"private_metadata": "[]"}, {"callback_id": "told"}])
def test_another_dialogue_is_not_ours(changed: dict[str, str]) -> None:
    payload = submitted(Action.SNOOZE, {"snooze": 1_778_284_800})
    assert read_press(payload | {"view": payload["view"] | changed}, NOW) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
PARTS = ("actions", "user", "view", "message", "trigger_id")


@given(st.sampled_from(["block_actions", "view_submission", "shortcut"]), st.sampled_from(PARTS), JSON)
def test_whatever_slack_may_send_is_read_or_not(kind: str, part: str, anything: object) -> None:
    whole = pressed(button("told")) if kind == "block_actions" else submitted(Action.SNOOZE, {"snooze": 1_778_284_800})
    found = read_press(whole | {"type": kind, part: anything}, NOW)
    assert found is None or (found.by == "U7" and found.notice_id == "n-1")


@pytest.mark.parametrize(
    "changed", [{"action_id": "delete"}, {"action_id": 7}, {"value": ""}, {"value": None}, {"value": "x" * 256}]
)
def test_other_buttons_are_ignored(changed: dict[str, Any]) -> None:
    payload = pressed(button("told"))
    payload["message"] = {}
    payload["actions"][0] |= changed
    assert read_press(payload, NOW) is None


def test_a_form_holds_the_payload() -> None:
    payload = pressed(button("told"))
    assert read_form(signed("hush", payload, now=NOW)[1]) == payload


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"ssl_check=1", b"payload=", b"payload=[]", b"payload={", b"\xff", b"&".join([b"a=1"] * 30)),
        urlencode({"payload": "[" * 9000}).encode(),
        urlencode({"payload": json.dumps("text")}).encode(),
    ],
)
def test_a_form_without_one(body: bytes) -> None:
    assert read_form(body) is None
