"""One order under two policies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import Instant
from slamon.reports.compare import Change, Judged, changes, difference, difference_json, kind_of
from slamon.sla.clock import Apart, Due
from slamon.sla.conditions import Condition
from slamon.sla.verdict import Verdict
from tests.builders import day

APART: Apart = ("crm", "lost", "MANUFACTURING_APPROVED")
RISK, BREACH, STAGE, LATE, SPLIT = Due.AT_RISK, Due.BREACHED, Due.STAGE_OVERDUE, Due.FINISHED_LATE, Due.DIVERGENCE


def notice(kind: Due, due_at: Instant | None, at: Instant, stage: str | None = None) -> Condition:
    """A standing notice."""
    return Condition(kind, stage, due_at, at, at, due_at, APART if kind is SPLIT else None)


TABLE: dict[str, tuple[list[Condition], list[Condition], list[Change]]] = {
    "nothing": ([], [], []),
    "the same": ([notice(RISK, day(21), day(18))], [notice(RISK, day(21), day(18))], []),
    "warned earlier": ([notice(RISK, day(21), day(18))], [notice(RISK, day(21), day(16))], [Change.CHANGED]),
    "another date": ([notice(BREACH, day(21), day(21))], [notice(BREACH, day(14), day(14))], [Change.CHANGED]),
    "appeared": ([], [notice(BREACH, day(14), day(14))], [Change.APPEARED]),
    "disappeared": ([notice(BREACH, day(14), day(14))], [], [Change.DISAPPEARED]),
    "another kind": (
        [notice(BREACH, day(14), day(14))],
        [notice(RISK, day(14), day(11))],
        [Change.APPEARED, Change.DISAPPEARED],
    ),
    "another stage": (
        [notice(STAGE, day(1), day(1), "SUBMITTED")],
        [notice(STAGE, day(1), day(1), "PACKAGING")],
        [Change.APPEARED, Change.DISAPPEARED],
    ),
    "a divergence later": ([notice(SPLIT, None, day(1))], [notice(SPLIT, None, day(2))], [Change.CHANGED]),
    "one of two": (
        [notice(BREACH, day(14), day(14)), notice(BREACH, day(20), day(20))],
        [notice(BREACH, day(21), day(21))],
        [Change.DISAPPEARED, Change.CHANGED],
    ),
    "names before likeness": (
        [notice(BREACH, day(14), day(14)), notice(BREACH, day(20), day(20))],
        [notice(BREACH, day(20), day(20)), notice(BREACH, day(30), day(30))],
        [Change.CHANGED],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), TABLE.values(), ids=TABLE)
def test_what_becomes_of_notices(old: list[Condition], new: list[Condition], expected: list[Change]) -> None:
    assert [changed.change for changed in changes(old, new)] == expected


_NOTICES = st.lists(
    st.builds(
        notice,
        st.sampled_from(Due),
        st.integers(1, 3).map(day),
        st.integers(1, 5).map(day),
        st.sampled_from((None, "SUBMITTED")),
    ),
    unique_by=lambda condition: condition.key,
)


@given(_NOTICES, _NOTICES)
def test_every_notice_is_told_once_or_is_the_same(old: list[Condition], new: list[Condition]) -> None:
    found = changes(old, new)
    same = [c.key for c in old if c in new]
    assert sorted(str(c.old.key) for c in found if c.old) == sorted(str(c.key) for c in old if c.key not in same)
    assert sorted(str(c.new.key) for c in found if c.new) == sorted(str(c.key) for c in new if c.key not in same)
    assert all((c.old is None) == (c.change is Change.APPEARED) for c in found)
    assert all((c.new is None) == (c.change is Change.DISAPPEARED) for c in found)


@given(_NOTICES, _NOTICES)
def test_the_way_back_undoes_it(old: list[Condition], new: list[Condition]) -> None:
    there, back = changes(old, new), changes(new, old)
    assert sorted(str((c.old, c.new)) for c in there) == sorted(str((c.new, c.old)) for c in back)


def test_an_order_that_stays_as_it_is_makes_no_difference() -> None:
    one = Judged(Verdict.KEPT, day(21), [notice(RISK, day(21), day(18))])
    assert (
        difference("o-1", one, Judged(Verdict.KEPT, day(21), [notice(RISK, day(21), day(18))], policy="rush")) is None
    )
    assert difference("o-1", None, None) is None


def test_a_difference_as_json() -> None:
    old = Judged(Verdict.KEPT, day(21), [], None, "b2b", "m-1")
    new = Judged(Verdict.BROKEN, day(14), [notice(BREACH, day(14), day(14))], "rush", "b2b", "m-1")
    found = difference("o-1", old, new)
    assert found is not None
    assert (found.is_flip, found.is_moved) == (True, True)
    assert difference_json(found, lambda condition: f"id of {kind_of(condition)}") == {
        "order_id": "o-1",
        "channel": "b2b",
        "manager_id": "m-1",
        "policy": {"old": None, "new": "rush"},
        "verdict": {"old": "kept", "new": "broken"},
        "due_at": {"old": "2026-03-23T09:00:00Z", "new": "2026-03-16T09:00:00Z"},
        "notices": [
            {
                "change": "appeared",
                "kind": "breached",
                "stage": None,
                "divergence": None,
                "old": None,
                "new": {
                    "notice_id": "id of breached",
                    "at": "2026-03-16T09:00:00Z",
                    "due_at": "2026-03-16T09:00:00Z",
                },
            }
        ],
    }


def test_an_order_that_only_one_configuration_knows() -> None:
    one = Judged(Verdict.NOT_STARTED, None, [notice(SPLIT, None, day(1))], manager_id="m-1")
    appeared, gone = difference("o-1", None, one), difference("o-1", one, None)
    assert appeared is not None
    assert gone is not None
    shown = [difference_json(found, kind_of) for found in (appeared, gone)]
    assert [row["verdict"] for row in shown] == [
        {"old": None, "new": "not_started"},
        {"old": "not_started", "new": None},
    ]
    assert [row["manager_id"] for row in shown] == ["m-1", "m-1"]
    assert found_divergence(shown[1]) == {"system": "crm", "kind": "lost", "expected": "MANUFACTURING_APPROVED"}


def found_divergence(row: dict[str, object]) -> object:
    """The divergence of a row's only notice."""
    notices = row["notices"]
    assert isinstance(notices, list)
    (told,) = notices
    assert isinstance(told, dict)
    return told["divergence"]
