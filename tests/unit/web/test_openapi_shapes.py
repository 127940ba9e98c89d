"""The shapes of the API's OpenAPI document."""

import pytest

from slamon.notices.answers import Action
from slamon.notices.notice import DeliveryState
from slamon.notices.record import Delivery
from slamon.notices.report import deliveries_json
from slamon.sla.causes import Cause
from slamon.web.openapi_shapes import ANSWER, CAUSE, SCHEMAS, WORD, array_of, object_of
from tests.builders import T0


def test_objects_and_lists() -> None:
    assert object_of(a=WORD) == {"type": "object", "properties": {"a": {"type": "string"}}}
    assert array_of("Order") == {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}


def test_words_of_the_core_are_those_of_the_document() -> None:
    assert set(CAUSE["enum"]) == {str(cause) for cause in Cause}
    assert set(ANSWER["action"]["enum"]) == {str(action) for action in Action}


def test_a_delivery_has_the_fields_described() -> None:
    (shown,) = deliveries_json({"slack": Delivery(DeliveryState.DIGESTED, 1, digest_id="d-1")}, T0)
    assert set(shown) == set(SCHEMAS["Delivery"]["properties"])


@pytest.mark.parametrize("name", ["Orders", "Notices", "Summary"])
def test_what_is_gathered_says_how_much_of_it_was_reached(name: str) -> None:
    assert {"as_of", "complete", "reached"} <= set(SCHEMAS[name]["properties"])


def test_an_answer_needs_its_author() -> None:
    assert SCHEMAS["AnswerGiven"]["required"] == ["by"]
