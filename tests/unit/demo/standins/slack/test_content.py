"""Text, blocks and metadata of a message."""

from typing import Any

import pytest

from slamon.demo.standins.slack.content import checked_content, edited_content
from slamon.demo.standins.slack.refused import Refused

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
METADATA = {"event_type": "slamon_notice", "event_payload": {"notice_id": "n-1"}}
BEFORE = {"ts": "1.000000", "text": "x", "blocks": [SECTION], "metadata": METADATA}


def metadata(**payload: object) -> dict[str, Any]:
    return {"metadata": {"event_type": "slamon_notice", "event_payload": payload}}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": 5}, "invalid_arguments"),
        ({"blocks": "[]"}, "invalid_blocks_format"),
        ({"blocks": [{"type": "carousel"}]}, "invalid_blocks"),
        ({"metadata": "x"}, "invalid_metadata_format"),
        ({"metadata": {}}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "x", "event_payload": []}}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "", "event_payload": {}}}, "invalid_metadata_schema"),
        ({"metadata": {"event_type": "two words", "event_payload": {}}}, "invalid_metadata_schema"),
        (metadata(order_id=None), "invalid_metadata_schema"),
        (metadata(order={"deep": {"deeper": 1}}), "invalid_metadata_schema"),
        (metadata(orders=[[1]]), "invalid_metadata_schema"),
        (metadata(note="x" * 8_000), "metadata_too_large"),
    ],
)
def test_beyond_the_limits(arguments: dict[str, Any], error: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_content(arguments)
    assert refused.value.error == error


def test_within_the_limits() -> None:
    arguments = {
        "text": "x" * 40_000,
        "blocks": [SECTION] * 50,
        **metadata(count=5, share=0.5, is_late=True, order={"id": "A-1"}, worst=["A-1", "A-2"], groups=[{"n": 1}]),
    }
    assert checked_content({**arguments, "channel": "#c"}) == arguments


@pytest.mark.parametrize(
    ("arguments", "changed"),
    [
        ({"text": "y", "blocks": [SECTION, SECTION]}, {"text": "y", "blocks": [SECTION, SECTION]}),
        ({"blocks": [SECTION, SECTION]}, {"blocks": [SECTION, SECTION]}),
        ({"text": "y", "blocks": []}, {"text": "y", "blocks": []}),
        ({"text": "y", "blocks": [SECTION], **metadata(n=2)}, {"text": "y", **metadata(n=2)}),
    ],
)
def test_an_edit_keeps_what_it_does_not_name(arguments: dict[str, Any], changed: dict[str, Any]) -> None:
    assert edited_content(BEFORE, arguments) == {**BEFORE, **changed}


def test_a_text_alone_takes_the_place_of_the_blocks() -> None:
    assert edited_content(BEFORE, {"text": "y"}) == {"ts": "1.000000", "text": "y", "metadata": METADATA}


def test_empty_metadata_clears_it() -> None:
    assert "metadata" not in edited_content(BEFORE, {"text": "y", "metadata": {}})


@pytest.mark.parametrize("arguments", [{}, {"metadata": METADATA}, {"text": ""}, {"text": "", "blocks": []}])
def test_an_edit_needs_content(arguments: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="no_text"):
        edited_content(BEFORE, arguments)


def test_a_refused_edit_leaves_the_message_alone() -> None:
    before = dict(BEFORE)
    with pytest.raises(Refused, match="msg_too_long"):
        edited_content(before, {"text": "x" * 40_001})
    assert before == BEFORE
