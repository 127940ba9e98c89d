"""Modals."""

from typing import Any

import pytest

from slamon.demo.standins.slack.refused import Refused
from slamon.demo.standins.slack.triggers import new_trigger
from slamon.demo.standins.slack.views import Views
from tests.samples import NOW


def plain(length: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": "x" * length}


INPUT = {"type": "input", "block_id": "when", "label": plain(4), "element": {"type": "datepicker", "action_id": "on"}}
MODAL = {"type": "modal", "title": plain(24), "submit": plain(24), "blocks": [INPUT], "callback_id": "promise"}


@pytest.mark.parametrize(
    ("changes", "error", "place"),
    [
        ({"type": "home"}, "invalid_arguments", "/view/type"),
        ({"title": plain(25)}, "invalid_arguments", "/view/title/text"),
        ({"title": None}, "invalid_arguments", "/view/title"),
        ({"submit": plain(25)}, "invalid_arguments", "/view/submit/text"),
        ({"submit": None}, "invalid_arguments", "/view/submit"),
        ({"callback_id": "x" * 256}, "invalid_arguments", "/view/callback_id"),
        ({"private_metadata": "x" * 3_001}, "invalid_arguments", "/view/private_metadata"),
        ({"blocks": [{"type": "divider"}] * 101}, "invalid_arguments", "/view/blocks"),
        ({"blocks": None}, "invalid_arguments", "/view/blocks"),
        ({"blocks": [{"type": "section"}]}, "invalid_arguments", "/view/blocks/0"),
        ({"private_metadata": "x" * 250_000}, "view_too_large", ""),
    ],
)
def test_beyond_the_limits(changes: dict[str, Any], error: str, place: str) -> None:
    views, trigger = Views(), new_trigger(NOW)
    with pytest.raises(Refused) as refused:
        views.open(trigger, {**MODAL, **changes}, NOW)
    assert refused.value.error == error
    assert all(message.endswith(f"[json-pointer:{place}]") for message in refused.value.messages)
    assert views.open(trigger, MODAL, NOW), "a refused view uses up no trigger"


def test_an_opened_view_is_kept_with_an_id() -> None:
    views = Views()
    first, second = (views.open(new_trigger(NOW), MODAL, NOW) for _ in range(2))
    assert first["id"] != second["id"]
    assert views.opened == {first["id"]: first, second["id"]: second}
    assert (first["callback_id"], first["private_metadata"], first["state"]) == ("promise", "", {"values": {}})


def test_a_view_needs_a_trigger() -> None:
    with pytest.raises(Refused, match="invalid_trigger_id"):
        Views().open(None, MODAL, NOW)


def test_a_view_that_is_none() -> None:
    with pytest.raises(Refused, match="invalid_arguments"):
        Views().open(new_trigger(NOW), "modal", NOW)
