from typing import Any

import pytest

from slamon.web.pages.shape import whole_explanation, whole_notice, whole_order
from slamon.web.pages.timeline import Moment, timeline

NOTHING = whole_explanation({})


def at(day: int, hour: int = 9) -> str:
    return f"2026-03-{day:02}T{hour:02}:00:00Z"


def event(day: int, kind: str, **fields: Any) -> dict[str, Any]:
    blank = dict.fromkeys(("status", "system", "reason", "actor"))
    return {"occurred_at": at(day), "type": kind, **blank, **fields}


def order(**fields: Any) -> dict[str, Any]:
    return whole_order({"order_id": "o", "as_of": at(30), "verdict": "on_track", **fields})


def said(*events: dict[str, Any]) -> list[Moment]:
    return timeline(order(), whole_explanation({"events": events}), [])


@pytest.mark.parametrize(
    ("told", "who", "text", "word", "more"),
    [
        (event(2, "status", status="A", system="mes"), "mes", "says", "A", None),
        (event(2, "status", status="A", system="crm", actor="ann"), "crm", "says", "A", "by ann"),
        (event(2, "status", status="A", actor="ann"), "ann", "says", "A", None),
        (event(2, "status", status="A"), "somebody", "says", "A", None),
        (event(2, "hold", system="crm", reason="paper"), "crm", "put it on hold", None, "paper"),
        (event(2, "release", system="crm"), "crm", "released it", None, None),
        (event(2, "note", system="crm", reason="hm", actor="ann"), "crm", "noted something", None, "hm; by ann"),
        (event(2, "cancel", system="crm"), "crm", "cancelled it", None, None),
    ],
)
def test_what_a_system_said(told: dict[str, Any], who: str, text: str, word: str | None, more: str | None) -> None:
    (moment,) = said(told)
    assert (moment.at, moment.who, moment.text, moment.word, moment.more) == (at(2), who, text, word, more)


def test_a_promise_is_told_once_by_what_it_did() -> None:
    stated = {"at": at(3), "date": at(20), "by": "crm", "actor": "ann", "reason": None, "effect": "revised"}
    told = whole_explanation({"events": [event(3, "promise", system="crm")], "promises": [stated]})
    (moment,) = timeline(order(), told, [])
    assert (moment.kind, moment.text) == ("promise", "promises 20 Mar 2026, 09:00 UTC")
    assert moment.more == "took the place of the date in force; by ann"


@pytest.mark.parametrize(
    ("verdict", "finished_at", "passes"),
    [("breached", None, True), ("broken", at(25), True), ("kept", at(19), False), ("on_track", None, False)],
)
def test_the_clock_starts_and_the_date_passes(verdict: str, finished_at: str | None, passes: bool) -> None:
    promise = {"started_at": at(1), "due_at": at(20)}
    moments = timeline(order(verdict=verdict, promise=promise, finished_at=finished_at), NOTHING, [])
    texts = [moment.text for moment in moments]
    assert texts == ["The clock of the promise starts", *(["The promised date passes"] if passes else [])]


def test_notices_are_part_of_the_story() -> None:
    told = [{"notice_id": "n1", "kind": "at_risk", "at": at(5), "standing": True}]
    told += [{"notice_id": "n2", "kind": "breached", "at": at(6), "standing": False}]
    told += [{"notice_id": "n3", "kind": "retracted", "at": at(7), "standing": False, "retracts": "n2"}]
    moments = timeline(order(), NOTHING, map(whole_notice, told))
    assert [(m.notice_id, m.text, m.more) for m in moments] == [
        ("n1", "Notice: at risk", None),
        ("n2", "Notice: breached", "does not stand any more"),
        ("n3", "Notice: retracted", None),
    ]


def test_all_is_in_order_of_time_and_silences_are_told() -> None:
    story = whole_explanation({"events": [event(9, "status", status="B", system="mes"), event(2, "note")]})
    moments = timeline(order(promise={"started_at": at(2, 20)}), story, [])
    assert [moment.at for moment in moments] == [at(2), at(2, 20), at(9)]
    assert [moment.quiet for moment in moments] == [None, None, "6 days 13 hours"]
