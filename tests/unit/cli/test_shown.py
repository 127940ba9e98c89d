"""Orders, notices and times for people."""

from typing import Any

import pytest

from slamon.cli.output import screen
from slamon.cli.shown import forecast, lateness, moment, notices_table, orders_table, span, until, verdict, waiting
from tests.command_line import AS_OF, NOTICE, ORDER


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, None),
        (0, "0s"),
        (0.2, "0s"),
        (59.6, "1m"),
        (61, "1m 1s"),
        (3600, "1h"),
        (90_061, "1d 1h"),
        (86_405, "1d 5s"),
        (-7200, "2h"),
    ],
)
def test_spans(seconds: float | None, text: str | None) -> None:
    assert span(seconds) == text


def test_moments_go_to_the_minute() -> None:
    assert moment("2027-01-31T09:00:59.123456Z") == "2027-01-31 09:00Z"
    assert moment(None) is None


def test_until() -> None:
    assert until("2027-01-31T09:00:00.5Z", "2027-01-31T08:00:00Z") == 3600.5
    assert until(None, AS_OF) is None
    assert until(AS_OF, None) is None


def test_verdicts_have_words_and_colours() -> None:
    assert (verdict("at_risk").plain, verdict("at_risk").style) == ("at risk", "yellow")
    assert verdict(None).plain == "-"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "2d 2h late"),
        ({"overdue_seconds": 0, "promise": {"due_at": "2027-01-24T12:30:00Z"}}, "in 1h 30m"),
        ({"overdue_seconds": 0, "finished_at": AS_OF}, "-"),
        ({"overdue_seconds": None, "verdict": "cancelled"}, "-"),
        ({"overdue_seconds": None, "promise": {"due_at": None}}, "-"),
        ({"overdue_seconds": None, "promise": None}, "-"),
    ],
)
def test_lateness(change: dict[str, Any], text: str) -> None:
    assert lateness({**ORDER, **change}, AS_OF).plain == text


def test_whose_move_it_is() -> None:
    stage = ORDER["stages"][0]
    assert waiting(ORDER).plain == "mes: PRICE_CALCULATED"
    assert waiting({"stages": [{**stage, "system": None}]}).plain == "PRICE_CALCULATED"
    assert waiting({"stages": [{**stage, "left_at": AS_OF}]}).plain == "-"
    assert waiting({"stages": [{**stage, "overdue": False}]}).plain == "-"
    assert waiting({}).plain == "-"


def _printed(capsys: pytest.CaptureFixture[str], shown: Any) -> list[list[str]]:
    screen().print(shown)
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_a_row_an_order(capsys: pytest.CaptureFixture[str]) -> None:
    head, row = _printed(capsys, orders_table([ORDER], AS_OF, 200))
    assert head == [
        "order",
        "verdict",
        "due",
        "late",
        "status",
        "waits",
        "for",
        "channel",
        "client",
        "manager",
    ]
    assert " ".join(row) == ("o-1 breached 2027-01-22 09:00Z 2d 2h late SUBMITTED mes: PRICE_CALCULATED b2b Acme m-1")


def test_where_it_is_narrow_whose_move_it_is_stays(capsys: pytest.CaptureFixture[str]) -> None:
    head, row = _printed(capsys, orders_table([ORDER], AS_OF, 100))
    assert head[-2:] == ["waits", "for"]
    assert row[-1] == "PRICE_CALCULATED"


def test_a_row_a_notice(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        NOTICE,
        {**NOTICE, "standing": False, "deliveries": []},
        {**NOTICE, "kind": "retracted", "standing": False, "text": None},
        {**NOTICE, "kind": "lag", "standing": False, "deliveries": []},
    ]
    _, first, second, third, fourth = _printed(capsys, notices_table(rows, 200, deliveries=True))
    at = "2027-01-22 09:00Z"
    assert " ".join(first) == f"{at} breached o-1 {at} {at} slack sent - {NOTICE['notice_id']} Order o-1 is late."
    assert " ".join(second[2:4]) == "breached (withdrawn)"
    assert third[2:4] == ["retracted", "o-1"]
    assert fourth[2:4] == ["lag", "(over)"]


def test_a_notices_way_is_told_step_by_step(capsys: pytest.CaptureFixture[str]) -> None:
    """Decided, queued, tried, delivered, answered, each with its time, and what went wrong."""
    slack = {"receiver": "slack", "state": "sent", "attempts": 3, "queued_at": "2027-01-22T09:00:02Z"}
    slack |= {"started_at": "2027-01-22T09:01:00Z", "sent_at": "2027-01-22T09:05:00Z", "error": None}
    crm = {"receiver": "crm", "state": "failed", "attempts": 1, "sent_at": None, "error": "gone"}
    answers = [
        {"action": "acknowledge", "by": "U1", "at": "2027-01-22T10:00:00Z"},
        {"action": "snooze", "by": "U2", "at": "2027-01-22T11:00:00Z", "until": AS_OF},
        {"action": "promise", "by": "U2", "at": "2027-01-22T11:00:00Z", "promised_at": AS_OF},
    ]
    _, row = _printed(
        capsys, notices_table([{**NOTICE, "deliveries": [slack, crm], "answers": answers}], 200, deliveries=True)
    )
    told = " ".join(row)
    assert (
        "slack sent, queued 2027-01-22 09:00Z, tried 2027-01-22 09:01Z, delivered 2027-01-22 09:05Z, 3 attempts; "
        "crm failed (gone)"
    ) in told
    assert (
        "acknowledge by U1 2027-01-22 10:00Z; snooze by U2 2027-01-22 11:00Z until 2027-01-24 11:00Z; "
        "promise by U2 2027-01-22 11:00Z for 2027-01-24 11:00Z"
    ) in told


def test_long_texts_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    _, row = _printed(capsys, notices_table([{**NOTICE, "text": "x" * 500}], 50, deliveries=False))
    assert row[-1] == "x" * 49 + "…"


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (None, None),
        ({"finish_at": None, "basis": "static"}, "not yet: too little is known of such orders"),
        (
            {"finish_at": AS_OF, "probability_late": 0.724, "suggested_due_at": "2027-01-31T09:00:00Z"},
            f"finished {moment(AS_OF)}, late with 72 %; 2027-01-31 09:00Z would be kept with 90 % certainty",
        ),
    ],
)
def test_forecasts(told: dict[str, Any] | None, text: str | None) -> None:
    assert forecast(told) == text
