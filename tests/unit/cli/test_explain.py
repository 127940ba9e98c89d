"""`slamon explain`."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from slamon.orders.event import EventType, OrderEvent
from slamon.sla.explained import explanation_json
from slamon.sla.explaining import explanation
from slamon.sla.policy import HoldTerms, SlaPolicy
from slamon.sla.standing import order_report
from tests.builders import AGREED, HOUR, MINUTE, ORDER, T0, book, day, entries, order_event, promised, told
from tests.command_line import slamon
from tests.fakes.daemon import scripted_daemon

PATH = f"/api/v1/orders/{ORDER}/explain"
HELD = book(SlaPolicy(name="patient", holds=HoldTerms(pauses_promise=True)), divergence=AGREED)


def _explained(*events: OrderEvent, now: float = 9, rules: Any = HELD) -> dict[str, Any]:
    report = order_report(ORDER, entries(*events), day(now), rules)
    shown: dict[str, Any] = json.loads(json.dumps(explanation_json(explanation(report))))
    return shown


def _shown(answer: object) -> list[str]:
    """What the command writes for an answer, every run of blanks as one."""
    with scripted_daemon() as daemon:
        daemon.answer(PATH, answer)
        ran = slamon("explain", ORDER, "--url", daemon.url)
        assert daemon.asked == [(PATH, [])]
    assert (ran.code, ran.err) == (0, "")
    assert "\x1b" not in ran.out
    return [" ".join(line.split()) for line in ran.out.splitlines()]


def _table(lines: Sequence[str], head: str) -> list[str]:
    """The rows below the line that begins a table."""
    first = next(number for number, line in enumerate(lines) if line.startswith(head)) + 1
    end = next((number for number in range(first, len(lines)) if not lines[number]), len(lines))
    return list(lines[first:end])


STORY = (
    order_event(),
    told(EventType.HOLD, T0 + HOUR, reason="no file"),
    told(EventType.RELEASE, T0 + 3 * HOUR, actor="u-1"),
    order_event("PRICE_CALCULATED", T0 + 4 * HOUR, system="mes"),
    promised(day(30), day(1), actor="u-7", reason="no metal"),
    order_event("SUBMITTED", day(2)),
    order_event("SHIPPED", day(8), system="mes"),
)


def test_the_card() -> None:
    lines = _shown(_explained(*STORY))
    assert lines[:2] == [f"order {ORDER}", "verdict kept"]
    assert "started 2026-03-02 09:00Z" in lines
    assert "due 2026-04-01 09:00Z" in lines
    assert "promised first 2026-04-01 09:00Z" in lines
    assert "lead time 8d" in lines
    assert f"policy patient ({HELD.eras[0].revision})" in lines
    assert "calendar always" in lines


def test_causes_with_who_and_their_share() -> None:
    rows = _table(_shown(_explained(*STORY)), "cause who took share")
    assert "hold no file 2h 1.0 %" in rows
    assert sum(float(row.split()[-2]) for row in rows) == pytest.approx(100, abs=0.1)


def test_intervals_with_what_counted_and_who_said_so() -> None:
    rows = _table(_shown(_explained(*STORY)), "from to status cause who took counted said by")
    assert rows[:3] == [
        "2026-03-02 09:00Z 2026-03-02 10:00Z SUBMITTED work mes 1h 1h shop",
        "2026-03-02 10:00Z 2026-03-02 12:00Z SUBMITTED hold no file 2h paused crm",
        "2026-03-02 12:00Z 2026-03-02 13:00Z SUBMITTED work mes 1h 1h crm",
    ]
    assert rows[3].endswith(" mes")


def test_stated_dates_and_oddities() -> None:
    lines = _shown(_explained(*STORY))
    assert _table(lines, "stated date by why effect") == ["2026-03-03 09:00Z 2026-04-01 09:00Z crm u-7 no metal first"]
    odd = _table(lines, "at odd what")
    assert odd[0] == "2026-03-04 09:00Z reversed shop says SUBMITTED again after PRICE_CALCULATED"


def test_only_what_is_there_has_a_table() -> None:
    lines = _shown(_explained(order_event(None, type="note")))
    assert "verdict not started" in lines
    assert "lead time -" in lines
    assert not any(line.startswith(("cause ", "from to", "stated ", "at odd")) for line in lines)


def test_on_a_calendar_less_counts_than_passes() -> None:
    answer = _explained(order_event(), now=1)
    answer["policy"] = {"name": None, "revision": "r1", "calendar": {"name": "workshop", "revision": "c1"}}
    answer["intervals"][0] |= {"counted_seconds": 90 * 60, "event": None}
    lines = _shown(answer)
    assert "policy default (r1)" in lines
    assert "calendar workshop c1" in lines
    assert _table(lines, "from to")[0].endswith("1d 1h 30m -")


def test_who_said_it_is_the_system_else_the_person() -> None:
    answer = _explained(order_event(), now=1)
    answer["intervals"][0]["event"] = {"system": None, "actor": "u-9"}
    assert _table(_shown(answer), "from to")[0].endswith(" u-9")


def test_an_answer_of_which_little_is_known() -> None:
    answer: object = {
        "order_id": ORDER,
        "causes": [{}],
        "intervals": [{}],
        "promises": [{}],
        "oddities": [{}],
        "promise": None,
    }
    lines = _shown(answer)
    assert "policy -" in lines
    assert "calendar -" in lines
    assert _table(lines, "cause") == ["- - - -"]
    assert _table(lines, "from to") == ["- - - - - - - -"]
    assert _table(lines, "stated") == ["- - - - -"]
    assert _table(lines, "at odd") == ["- - -"]


def test_words_of_producers_do_nothing_to_a_terminal() -> None:
    hold = told(EventType.HOLD, T0 + MINUTE, reason="a\x1b[31m\nb")
    rows = _table(_shown(_explained(order_event(), hold)), "from to")
    assert "hold a [31m b" in rows[1]


def test_json_is_the_apis() -> None:
    answer = {"as_of": None, **_explained(*STORY)}
    with scripted_daemon() as daemon:
        daemon.answer(PATH, answer)
        ran = slamon("explain", ORDER, "--url", daemon.url, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == answer


def test_any_order_id_can_be_asked_for() -> None:
    with scripted_daemon() as daemon:
        daemon.answer("/api/v1/orders/a/b?c%/explain", _explained(order_event()))
        assert slamon("explain", "a/b?c%", "--url", daemon.url).code == 0


def test_what_is_not_there_is_3() -> None:
    with scripted_daemon() as daemon:
        ran = slamon("explain", "o-9", "--url", daemon.url)
        assert ran == (3, "", f"order o-9 is not known at {daemon.url}\n")


def test_no_daemon_and_no_answer_are_1() -> None:
    ran = slamon("explain", ORDER, "--url", "http://127.0.0.1:1")
    assert (ran.code, ran.out) == (1, "")
    assert "is `slamon run` up" in ran.err
    with scripted_daemon() as daemon:
        daemon.answer(PATH, {"error": "the worker that has this order's partition can't be asked now"}, 503)
        ran = slamon("explain", ORDER, "--url", daemon.url)
    assert (ran.code, ran.out) == (1, "")
    assert "can't be asked now" in ran.err
