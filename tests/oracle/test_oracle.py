"""The oracle against scenarios worked by hand, against laws, and against a second reading of §4."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle.decoding import Event, decode
from tests.oracle.histories import (
    Record,
    as_lines,
    echoes,
    extreme_histories,
    floods,
    histories,
    order_histories,
    told_cases,
)
from tests.oracle.history import bounded, facts, in_order
from tests.oracle.oracle import order_state, replay, standing
from tests.oracle.rules import DEFAULT
from tests.oracle.scenarios import Scenario
from tests.oracle.scenarios_divergence import DIVERGENCE
from tests.oracle.scenarios_promise import HOLDS, PROMISE
from tests.oracle.scenarios_stages import STAGES
from tests.oracle.scenarios_standing import STANDING
from tests.oracle.scenarios_status import CLOCK, IDENTITY, STATUS
from tests.oracle.scenarios_verdict import END

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
WARNING = DEFAULT.policies[-1].warn_before.total
SCENARIOS = (*IDENTITY, *STATUS, *CLOCK, *PROMISE, *END, *HOLDS, *STAGES, *STANDING, *DIVERGENCE)


def at_path(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = row[name]
    return row


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario_comes_out_as_worked_by_hand(scenario: Scenario) -> None:
    answer = replay(as_lines([dict(record) for record in scenario.told]), at=scenario.at, config=scenario.config)
    assert answer["rejected"] == []
    (order,) = answer["orders"]
    assert {path: at_path(order, path) for path in scenario.order} == dict(scenario.order)
    if scenario.notices is not None:
        shown = [
            tuple(item for item in (notice["kind"], notice["due_at"], notice["at"]))
            + ((notice["stage"],) if notice["stage"] else ())
            for notice in answer["notices"]
            if notice["kind"] in scenario.kinds
        ]
        assert shown == list(scenario.notices)


def test_every_scenario_asserts_something_and_has_a_name_of_its_own() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS) >= 40
    assert all(scenario.order or scenario.notices is not None for scenario in SCENARIOS)


def test_summary_counts_orders_verdicts_and_what_came_after() -> None:
    told = [
        {"order_id": name, "status": status, "occurred_at": f"2026-03-{day:02}T00:00:00Z"}
        for name, status, day in (
            ("a", "SUBMITTED", 1),
            ("a", "SHIPPED", 3),
            ("b", "SUBMITTED", 1),
            ("b", "CLOSED", 30),
            ("c", "INITIATED", 1),
            ("c", "SUBMITTED", 31),
        )
    ]
    assert replay(as_lines(told), at="2026-03-30T00:00:00Z")["summary"] == {
        "orders": 3,
        "after_at": 1,
        "by_verdict": {"kept": 1, "broken": 1, "not_started": 1},
        "by_status": {"SHIPPED": 1, "CLOSED": 1, "INITIATED": 1},
        "promise_kept_ratio": 0.5,
        "lead_time_p50_seconds": 2 * 86400,
        "lead_time_p95_seconds": 29 * 86400,
    }


def test_repeats_do_not_fill_the_row() -> None:
    note = decode(b'{"order_id":"o","type":"note","occurred_at":"2026-03-02T09:00:00Z"}', DEFAULT)
    assert not order_state([note] * 300, note.occurred_at)["truncated"]


@SLOW
@given(told_cases(), st.randoms(use_true_random=False))
def test_arrival_order_changes_nothing(case: tuple[list[Record], str | None], random: Any) -> None:
    told, at = case
    answer = replay(as_lines(told), at=at)
    random.shuffle(told)
    assert replay(as_lines(told), at=at) == answer


@SLOW
@given(told_cases(most_orders=1), st.data())
def test_repeats_change_nothing(case: tuple[list[Record], str | None], data: st.DataObject) -> None:
    told, at = case
    answer = replay(as_lines(told), at=at)
    again = [data.draw(echoes(record)) for record in data.draw(st.lists(st.sampled_from(told), max_size=4))]
    assert replay(as_lines(told + again), at=at) == answer


@SLOW
@given(told_cases(most_orders=3))
def test_orders_do_not_touch_each_other(case: tuple[list[Record], str | None]) -> None:
    told, _ = case
    at = "2027-01-01T00:00:00Z"
    together = replay(as_lines(told), at=at)
    for order in together["orders"]:
        name = order["order_id"]
        alone = replay(as_lines([record for record in told if record["order_id"] == name]), at=at)
        assert alone["orders"] == [order]
        assert alone["notices"] == [notice for notice in together["notices"] if notice["order_id"] == name]


@SLOW
@given(order_histories(), st.integers(0, 60), st.integers(0, 60))
def test_what_stands_goes_on_standing_while_nothing_new_is_learnt(told: list[Record], one: int, two: int) -> None:
    """No event that happens later takes back what became true before it."""
    events = decoded(told)
    start = min(event.occurred_at for event in events)
    earlier, later = (start + days * 86_400 * 2_000_000 for days in sorted((one, two)))
    seen = [event for event in events if event.occurred_at <= earlier]
    later_set = standing(events, later)
    assert standing(seen, earlier) == [notice for notice in later_set if notice in standing(events, earlier)]
    assert set(standing(events, earlier)) <= set(later_set)
    deadlines = {notice for notice in later_set if notice.kind != "divergence" and notice.at < earlier}
    assert deadlines <= set(standing(events, earlier))


def decoded(told: list[Record]) -> list[Event]:
    return [decode(line, DEFAULT) for line in as_lines(told)]


def promise_notices_by_stretches(events: list[Event], now: int) -> set[tuple[str, int, int]]:
    """A second reading of §4, (kind, due, at) from the stretches in which a date was in force."""
    ordered, _ = bounded(in_order(events, DEFAULT))
    turns = sorted({event.occurred_at for event in ordered if event.occurred_at <= now})
    known = {turn: facts([event for event in ordered if event.occurred_at <= turn], DEFAULT) for turn in turns}
    found: dict[tuple[str, int], int] = {}
    stretch: tuple[int, int] | None = None  # since when, which date
    for turn, following in pairwise([*turns, now + 1]):
        due = known[turn].promise.due_at
        if known[turn].finished_at == turn and due is not None and due < turn:
            found.setdefault(("finished_late", due), turn)
        if due is None or not known[turn].open:
            stretch = None
            continue
        if stretch is None or stretch[1] != due:
            stretch = (turn, due)
        stated = stretch[0]
        risk = max(stated, due - WARNING)
        if risk < due and risk < following and risk <= now:
            found.setdefault(("at_risk", due), risk)
        if due < stated or (due < following and due < now):
            found.setdefault(("breached", due), max(due, stated))
    return {(kind, due, at) for (kind, due), at in found.items()}


@SLOW
@given(st.one_of(order_histories(), order_histories(), extreme_histories()), st.data())
def test_notices_of_promises_agree_with_a_second_reading(told: list[Record], data: st.DataObject) -> None:
    events = decoded(told)
    pool = sorted({event.occurred_at for event in events} | {event.promised_at or 0 for event in events} - {0})
    steps = (0, 2, -2, 6 * 86400 * 2_000_000, 21 * 86400 * 2_000_000, 21 * 86400 * 2_000_000 + 2)
    now = data.draw(st.sampled_from(pool)) + data.draw(st.sampled_from(steps))
    brute = {
        (notice.kind, notice.due_at, notice.at)
        for notice in standing(events, now)
        if notice.kind in {"at_risk", "breached", "finished_late"}
    }
    assert brute == promise_notices_by_stretches(events, now)


@SLOW
@given(told_cases(most_orders=1))
def test_overdue_stages_are_those_of_the_notices(case: tuple[list[Record], str | None]) -> None:
    told, at = case
    answer = replay(as_lines(told), at=at)
    rows = [row for order in answer["orders"] for row in order["stages"] if row["overdue"]]
    shown = [notice for notice in answer["notices"] if notice["kind"] == "stage_overdue"]
    assert sorted(row["from"] for row in rows) == sorted(notice["stage"] for notice in shown)
    assert all(notice["at"] == notice["due_at"] for notice in shown)


@SLOW
@given(histories())
def test_every_history_is_usable(told: list[Record]) -> None:
    assert replay(as_lines(told))["rejected"] == []


@settings(SLOW, max_examples=3)
@given(floods())
def test_floods_are_cut_and_do_not_depend_on_arrival(told: list[Record]) -> None:
    events = decoded(told)
    now = max(event.occurred_at for event in events)
    row = order_state(events, now)
    assert row == order_state(events[::-1], now)
    kinds = [event.type for event in set(events)]
    assert row["truncated"] == any(kinds.count(kind) > 256 for kind in kinds)
