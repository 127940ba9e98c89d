"""A modal on the page."""

from typing import Any

import pytest

from slamon.demo.standins.slack.modal import modal_html, values_of

EVIL = '"><script>alert(1)</script>'


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def view(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "V1", "title": plain("New promise"), "submit": plain("Promise"), "blocks": list(blocks), **more}


def asked(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    named = {"action_id": "on", **element}
    return {"type": "input", "block_id": "when", "label": plain("Until when"), "element": named, **more}


OPTIONS = [{"text": plain("tomorrow"), "value": "P1D"}, {"text": plain("next week"), "value": "P1W"}]


CHOICE = '<option value="P1D">tomorrow</option><option value="P1W">next week</option>'


@pytest.mark.parametrize(
    ("element", "shown"),
    [
        ({"type": "datepicker", "initial_date": "2026-05-09"}, '<input type="date" {} value="2026-05-09">'),
        ({"type": "timepicker"}, '<input type="time" {} value="">'),
        (
            {"type": "datetimepicker", "initial_date_time": 1_777_896_000},
            '<input type="datetime-local" {} value="2026-05-04T12:00">',
        ),
        ({"type": "plain_text_input", "initial_value": "so"}, '<input type="text" {} value="so">'),
        ({"type": "plain_text_input", "multiline": True}, "<textarea {}></textarea>"),
        ({"type": "static_select", "options": OPTIONS}, f"<select {{}}>{CHOICE}</select>"),
    ],
)
def test_each_kind_of_input(element: dict[str, Any], shown: str) -> None:
    asked_for = shown.format('name="value.on" required')
    assert f"<label><b>Until when</b>{asked_for}</label>" in modal_html(view(asked(element)), {})


def test_what_a_modal_says() -> None:
    said = {"type": "section", "text": {"type": "mrkdwn", "text": "*A-1* is late"}}
    page = modal_html(view(said, {"type": "header", "text": plain("Why")}, {"type": "divider"}), {})
    assert "<h2>New promise</h2>" in page
    assert "<p><b>A-1</b> is late</p><p><b>Why</b></p>" in page
    assert ">Promise</button>" in page
    assert ">Close</button>" in page


def test_a_modal_that_only_tells_can_only_be_closed() -> None:
    page = modal_html(view(submit=None, close=plain("Enough")), {})
    assert page.count("<button") == 1
    assert 'formaction="/-/close" formnovalidate>Enough</button>' in page


def test_an_input_may_be_left_out_and_may_be_wrong() -> None:
    page = modal_html(view(asked({"type": "datepicker"}, optional=True)), {"when": "in the past <!>"})
    assert "required" not in page
    assert '<span class="error">in the past &lt;!&gt;</span>' in page


def test_nothing_in_a_modal_becomes_a_tag() -> None:
    options = [{"text": plain(EVIL), "value": EVIL}]
    select = {"type": "static_select", "action_id": EVIL, "options": options}
    written = {"type": "plain_text_input", "initial_value": EVIL, "multiline": True}
    modal = view(asked(select, label=plain(EVIL)), asked(written), title=plain(EVIL), close=plain(EVIL), id=EVIL)
    assert "<script" not in modal_html(modal, {"when": EVIL})


@pytest.mark.parametrize(
    ("element", "sent", "held"),
    [
        ({"type": "datepicker"}, "2026-05-09", "2026-05-09"),
        ({"type": "datetimepicker"}, "2026-05-04T12:00", 1_777_896_000),
        ({"type": "datetimepicker"}, "", None),
        ({"type": "plain_text_input"}, "", None),
        ({"type": "plain_text_input"}, "so", "so"),
    ],
)
def test_what_the_form_sends(element: dict[str, Any], sent: str, held: object) -> None:
    assert values_of({"view_id": "V1", "value.on": sent}, view({"type": "divider"}, asked(element))) == {"on": held}


def test_what_the_form_does_not_send_is_nothing() -> None:
    assert values_of({}, view(asked({"type": "plain_text_input"}))) == {"on": None}
