"""The dialogue for a time."""

import json

import pytest

from slamon.demo.standins.slack.triggers import new_trigger
from slamon.demo.standins.slack.views import Views
from slamon.notices.answers import Action
from slamon.orders.event import SECOND, Instant
from slamon.sinks.slack_dialogue import complaint, dialogue, stays_open
from slamon.sinks.slack_press import Press
from tests.samples import NOW


def press(action: Action = Action.SNOOZE, when: Instant | None = None, order_id: str | None = "o-1") -> Press:
    return Press(action, "n-1", order_id, "U7", "7.1", when)


@pytest.mark.parametrize("action", [Action.SNOOZE, Action.PROMISE])
@pytest.mark.parametrize("order_id", [None, "o-1", "x" * 128])
def test_slack_takes_the_view_and_it_carries_what_it_is_about(action: Action, order_id: str | None) -> None:
    view = dialogue(press(action, order_id=order_id), NOW)
    opened = Views().open(new_trigger(NOW), view, NOW)  # raises where Slack would refuse it
    assert json.loads(opened["private_metadata"]) == {"notice_id": "n-1", "order_id": order_id}
    assert opened["callback_id"] == str(action)


@pytest.mark.parametrize(
    ("when", "wrong"),
    [(None, "Choose a date and a time."), (NOW, "Choose a time in the future."), (NOW + SECOND, None)],
)
def test_only_a_time_in_the_future_will_do(when: Instant | None, wrong: str | None) -> None:
    assert complaint(press(when=when), NOW) == wrong


def test_it_stays_open_with_a_sentence() -> None:
    assert stays_open("Choose.") == {"response_action": "errors", "errors": {"when": "Choose."}}
