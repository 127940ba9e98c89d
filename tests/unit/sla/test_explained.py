"""One order explained, interval by interval."""

from dataclasses import replace
from typing import Any

import pytest

from slamon.orders.event import EventType, rfc3339
from slamon.sla.calendar import ALWAYS, Always
from slamon.sla.causes import Cause, Interval, Window
from slamon.sla.explained import Effect, Explanation, Said, Statement, Terms, explanation_json
from slamon.sla.oddities import Oddity

S = 1_000_000
START = 1_772_442_000 * S  # 2026-03-02T09:00:00Z
HOUR = 3_600 * S


class FirstHalf(Always):
    """Open in the first half of every hour since START."""

    def open_time(self, since: int, until: int) -> int:
        return sum(1 for minute in range(since - START, until - START, 60 * S) if minute % HOUR < HOUR // 2) * 60 * S


def _at(hours: float) -> int:
    return START + round(hours * HOUR)


SUBMITTED = Interval(_at(0), _at(1), Cause.WORK, "mes", "SUBMITTED")
PRICED = Interval(_at(1), _at(4), Cause.PERSON, "seller", "PRICE_CALCULATED")
HELD = Interval(_at(1), _at(4), Cause.HOLD, "client is away", "PRICE_CALCULATED")
TOLD = Explanation("o-1", _at(4), "on_track", Terms("rush", "r1", ALWAYS), {"due_at": None}, None)


def _intervals(told: Explanation) -> list[dict[str, Any]]:
    found = explanation_json(told)["intervals"]
    assert isinstance(found, list)
    return found


def test_the_whole_of_an_explanation() -> None:
    status = Said(_at(0), EventType.STATUS, "SUBMITTED", "shop")
    told = replace(
        TOLD,
        lead_time=4 * HOUR,
        promise={"due_at": "x", "revisions": 0},
        intervals=[SUBMITTED, PRICED],
        events=[status],
        statements=[Statement(_at(2), _at(9), "crm", Effect.REVISED, "u-7", "no metal")],
        oddities=[Oddity(_at(3), "repeated", "mes said SUBMITTED again")],
    )
    assert explanation_json(told) == {
        "order_id": "o-1",
        "as_of": "2026-03-02T13:00:00Z",
        "verdict": "on_track",
        "policy": {"name": "rush", "revision": "r1", "calendar": {"name": "always", "revision": ""}},
        "promise": {"due_at": "x", "revisions": 0},
        "lead_time_seconds": 14_400,
        "causes": [
            {"cause": "person", "who": "seller", "seconds": 10_800, "share": 0.75},
            {"cause": "work", "who": "mes", "seconds": 3_600, "share": 0.25},
        ],
        "intervals": [
            {
                "from": "2026-03-02T09:00:00Z",
                "to": "2026-03-02T10:00:00Z",
                "seconds": 3_600,
                "cause": "work",
                "who": "mes",
                "status": "SUBMITTED",
                "counted_seconds": 3_600,
                "paused": False,
                "event": {
                    "occurred_at": "2026-03-02T09:00:00Z",
                    "type": "status",
                    "status": "SUBMITTED",
                    "system": "shop",
                    "reason": None,
                    "actor": None,
                },
            },
            {
                "from": "2026-03-02T10:00:00Z",
                "to": "2026-03-02T13:00:00Z",
                "seconds": 10_800,
                "cause": "person",
                "who": "seller",
                "status": "PRICE_CALCULATED",
                "counted_seconds": 10_800,
                "paused": False,
                "event": None,
            },
        ],
        "events": [
            {
                "occurred_at": "2026-03-02T09:00:00Z",
                "type": "status",
                "status": "SUBMITTED",
                "system": "shop",
                "reason": None,
                "actor": None,
            }
        ],
        "promises": [
            {
                "at": "2026-03-02T11:00:00Z",
                "date": "2026-03-02T18:00:00Z",
                "by": "crm",
                "actor": "u-7",
                "reason": "no metal",
                "effect": "revised",
            }
        ],
        "oddities": [{"at": "2026-03-02T12:00:00Z", "kind": "repeated", "text": "mes said SUBMITTED again"}],
    }


def test_an_order_that_has_not_started_has_nothing_to_explain() -> None:
    shown = explanation_json(TOLD)
    assert (shown["lead_time_seconds"], shown["causes"], shown["intervals"]) == (None, [], [])


def test_only_open_time_counts() -> None:
    told = replace(TOLD, terms=Terms(None, "r", FirstHalf(name="shift", revision="c1")), intervals=[SUBMITTED, PRICED])
    assert [row["counted_seconds"] for row in _intervals(told)] == [1_800, 5_400]
    policy = explanation_json(told)["policy"]
    assert policy == {"name": None, "revision": "r", "calendar": {"name": "shift", "revision": "c1"}}


@pytest.mark.parametrize(
    ("pauses", "rows"),
    [
        ([], [(0, 1, 1, False), (1, 4, 3, False)]),
        ([Window(_at(1), _at(4))], [(0, 1, 1, False), (1, 4, 0, True)]),
        ([Window(_at(0.5), None)], [(0, 0.5, 0.5, False), (0.5, 1, 0, True), (1, 4, 0, True)]),
        (
            [Window(_at(2), _at(3))],
            [(0, 1, 1, False), (1, 2, 1, False), (2, 3, 0, True), (3, 4, 1, False)],
        ),
        (
            [Window(_at(1), _at(2)), Window(_at(3), _at(4))],
            [(0, 1, 1, False), (1, 2, 0, True), (2, 3, 1, False), (3, 4, 0, True)],
        ),
    ],
)
def test_paused_time_does_not_count_and_is_shown_apart(
    pauses: list[Window], rows: list[tuple[float, float, float, bool]]
) -> None:
    shown = _intervals(replace(TOLD, intervals=[SUBMITTED, HELD], pauses=pauses))
    assert [(row["from"], row["to"], row["counted_seconds"], row["paused"]) for row in shown] == [
        (rfc3339(_at(since)), rfc3339(_at(until)), counted * 3_600, paused) for since, until, counted, paused in rows
    ]


FIRST_HOLD = Said(_at(1), EventType.HOLD, reason="client is away", actor="u-1")
SECOND_HOLD = Said(_at(1), EventType.HOLD, reason="no metal")
RELEASE = Said(_at(1), EventType.RELEASE, actor="u-2")
BY_CRM = Said(_at(1), EventType.STATUS, "PRICE_CALCULATED", "crm")
BY_MES = Said(_at(1), EventType.STATUS, "PRICE_CALCULATED", "mes")
OTHER = Said(_at(1), EventType.STATUS, "SUBMITTED", "shop")
NOTE = Said(_at(1), EventType.NOTE, actor="u-3")
LATER = Said(_at(2), EventType.STATUS, "PRICE_CALCULATED", "mes")


@pytest.mark.parametrize(
    ("interval", "events", "began"),
    [
        (HELD, [FIRST_HOLD, SECOND_HOLD, BY_MES], FIRST_HOLD),
        (HELD, [RELEASE, BY_MES], BY_MES),
        (PRICED, [FIRST_HOLD, RELEASE, OTHER, BY_CRM, BY_MES, NOTE], BY_MES),
        (PRICED, [RELEASE, OTHER], RELEASE),
        (PRICED, [FIRST_HOLD, OTHER, NOTE, LATER], None),
        (PRICED, [], None),
    ],
)
def test_an_interval_names_the_event_that_began_it(interval: Interval, events: list[Said], began: Said | None) -> None:
    (row,) = _intervals(replace(TOLD, intervals=[interval], events=events))
    event = row["event"]
    if began is None:
        assert event is None
    else:
        assert event == {
            "occurred_at": rfc3339(began.occurred_at),
            "type": began.type,
            "status": began.status,
            "system": began.system,
            "reason": began.reason,
            "actor": began.actor,
        }


def test_what_a_pause_cuts_off_was_begun_by_no_event() -> None:
    shown = _intervals(replace(TOLD, intervals=[HELD], events=[FIRST_HOLD], pauses=[Window(_at(2), None)]))
    assert [row["event"] is None for row in shown] == [False, True]
