from typing import Any

import pytest

from slamon.notices.notice import DeliveryState
from slamon.notices.words import parsed
from slamon.sla.causes import Cause
from slamon.sla.divergence import DivergenceKind
from slamon.sla.explained import Effect
from slamon.sla.verdict import Verdict
from slamon.web.pages import words
from slamon.web.pages.shape import whole_order

NOW = parsed("2026-05-04T12:00:00Z")


def order(**fields: Any) -> dict[str, Any]:
    due_at = fields.pop("due_at", "2026-05-02T11:00:00Z")
    return whole_order({"order_id": "o", "verdict": "breached", "promise": {"due_at": due_at}, **fields})


@pytest.mark.parametrize(
    ("told", "late"),
    [
        (order(overdue_seconds=176_400), "2 days 1 hour late"),
        (order(overdue_seconds=0), "late by now"),
        (order(overdue_seconds=None), "late by now"),
        (order(verdict="at_risk", due_at="2026-05-04T17:30:00Z", overdue_seconds=0), "5 hours 30 minutes left"),
        (order(verdict="on_track", due_at="2026-05-24T12:00:00Z", overdue_seconds=0), "20 days left"),
        (order(verdict="on_track", overdue_seconds=0), "in time so far"),
        (order(verdict="not_started", due_at=None), "no date promised"),
        (order(verdict="cancelled"), "cancelled"),
        (order(verdict="cancelled", due_at=None), "cancelled"),
        (order(verdict="broken", finished_at="2026-05-04T11:00:00Z"), "finished 2 days late"),
        (order(verdict="kept", finished_at="2026-05-02T11:00:00Z"), "finished in time"),
    ],
)
def test_how_late_an_order_is(told: dict[str, Any], late: str) -> None:
    assert words.lateness(told, NOW) == late


def test_how_long_is_left_is_not_said_where_now_is_not_known() -> None:
    assert words.lateness(order(verdict="at_risk", overdue_seconds=0), None) == "in time so far"


@pytest.mark.parametrize(
    ("step", "move"),
    [
        (None, None),
        ({"status": "X", "system": "mes", "role": None}, "mes"),
        ({"status": "X", "system": "crm", "role": "operator"}, "an operator (crm)"),
        ({"status": "X", "system": "\u202ecrm", "role": None}, "crm"),
    ],
)
def test_whose_move_it_is(step: dict[str, Any] | None, move: str | None) -> None:
    assert words.move(order(next_step=step)) == move


def test_since_when_an_order_stands_where_it_does() -> None:
    stages = [
        {"from": "A", "to": "B", "entered_at": "2026-05-01T00:00:00Z", "left_at": "2026-05-02T00:00:00Z"},
        {"from": "B", "to": "C", "entered_at": "2026-05-02T00:00:00Z", "left_at": None},
    ]
    assert words.since(order(status="B", stages=stages)) == "2026-05-02T00:00:00Z"
    assert words.since(order(status="BB", stages=stages)) is None
    assert words.since(order(status="A", stages=stages[:1])) is None


def test_a_hold_lasts_until_its_release_or_the_orders_end() -> None:
    holds = [{"from": "x", "to": "y", "reason": None}, {"from": "y", "to": None, "reason": "paper"}]
    assert words.held(order(holds=holds)) == holds[1]
    assert words.held(order(holds=holds[:1])) is None
    assert words.held(order(holds=holds, finished_at="2026-05-02T00:00:00Z")) is None
    assert words.held(order(holds=holds, verdict="cancelled")) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ann & Sons <b>", "Ann & Sons <b>"),
        ("a\nb\tc\x00d", "a b c d"),
        ("\u202eevil\u2069\u200b\ufeff", "evil"),
        ("soft\u00adhy\u2062phen\U000e0041", "softhyphen"),
        ("Анна שלום \U0001f600", "Анна שלום \U0001f600"),
        ("\ud800", "\ufffd"),
        ("x" * 2000, "x" * 2000),
        ("x" * 2001, "x" * 2000 + "…"),
    ],
)
def test_text_from_outside_is_one_visible_line(text: str, shown: str) -> None:
    assert words.shown(text) == shown


def test_names_in_lists_are_short() -> None:
    assert (words.brief(None), words.brief("Ann"), words.brief("x" * 100)) == (None, "Ann", "x" * 100)
    assert words.brief("x" * 101) == "x" * 99 + "…"


@pytest.mark.parametrize(
    ("share", "said"),
    [(None, None), (0, "0 %"), (0.001, "under 1 %"), (0.5, "50 %"), (0.9999, "over 99 %"), (1, "100 %")],
)
def test_shares(share: float | None, said: str | None) -> None:
    assert words.percent(share) == said


def test_lengths_words_and_counts() -> None:
    assert (words.span(90_000), words.span(None)) == ("1 day 1 hour", None)
    assert (words.plain("at_risk"), words.times(2)) == ("At risk", "twice")


def test_every_word_of_the_core_has_plain_words() -> None:
    assert set(words.VERDICTS) == set(Verdict)
    for word in Cause:
        row = {"cause": str(word), "who": "X"}
        assert words.cause(row).endswith(("X", "X was down", "X was missing")), word
        assert "X" not in words.cause(row | {"who": None})
    for effect in Effect:
        assert words.effect(str(effect)) != str(effect)
    for state in DeliveryState:
        assert words.state({"state": str(state)}), state
    for kind in DivergenceKind:
        told = words.divergence({"kind": str(kind), "system": "mes", "status": "A", "expected": "B"})
        assert told.startswith("mes "), kind


def test_words_of_a_later_version_are_shown_as_they_are() -> None:
    assert words.cause({"cause": "new_word", "who": "X"}) == "New word: X"
    assert words.effect("new_word") == "new_word"
    assert words.state({"state": "new_word"}) == "new_word"
    assert words.answer({"action": "shrug_off"}) == "shrug off"
    assert words.divergence({"kind": "odd", "system": "mes"}) == "mes: odd"


def test_a_divergence_without_a_status_says_so() -> None:
    row = {"kind": "behind", "system": "mes", "status": None, "expected": "B"}
    assert words.divergence(row) == "mes stands at nothing known and has not reported B"


@pytest.mark.parametrize(
    ("action", "said"),
    [("acknowledge", "acknowledged"), ("told", "told the customer"), ("not_ours", "said it is not theirs")],
)
def test_what_people_did(action: str, said: str) -> None:
    assert words.answer({"action": action}) == said
