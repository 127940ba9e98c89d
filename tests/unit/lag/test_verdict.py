"""The verdicts: this table is the proof of the rules.

To add a scenario: name it by what happens to the group, give the case that just makes the rule and the one that just
does not, with the verdict of each. All cases are of a group with members, read just now, watched for an hour, with the
default thresholds (warn 5 min, critical 15 min, still 2.5 min), unless they say otherwise.
"""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.lag.age import Age
from slamon.lag.policy import LagPolicy
from slamon.lag.records import Rewind
from slamon.lag.verdict import LATE, RULES, WORST_FIRST, Case, LagStatus, Level, Verdict, judge, worst
from slamon.lag.window import Eta
from slamon.orders.event import SECOND
from tests.builders import HOUR, MINUTE

POLICY = LagPolicy()
US = 1
DRAINING = Eta(MINUTE, MINUTE, None)


def case(lag: int | None = 5, age: int | Age = 0, **changes: Any) -> Case:
    """`age` of one number is exact."""
    known = Age(age, age) if isinstance(age, int) else age
    return Case(**({"lag": lag, "age": known, "read_ago": 0, "watched": HOUR, "has_members": True} | changes))


SCENARIOS: list[tuple[str, Case, str, Level, int]] = [
    # 1 UNKNOWN
    ("never read", case(lag=None, read_ago=None), "UNKNOWN", Level.WARN, 1),
    ("read, but the lag is not known", case(lag=None), "UNKNOWN", Level.WARN, 1),
    ("the reading is as old as it may be", case(read_ago=MINUTE), "OK", Level.NONE, 9),
    ("the reading is too old", case(read_ago=MINUTE + US), "UNKNOWN", Level.WARN, 1),
    ("too old, although it was an alarm", case(age=HOUR, read_ago=HOUR, was=LagStatus.STUCK), "UNKNOWN", Level.WARN, 1),
    # 3 DATA_LOSS
    ("one record deleted unread", case(lost=1), "DATA_LOSS", Level.CRITICAL, 3),
    ("all records deleted unread, none left", case(lag=0, lost=8), "DATA_LOSS", Level.CRITICAL, 3),
    ("the commit at the log's start", case(lost=0), "OK", Level.NONE, 9),
    ("deleted unread, and set back", case(lost=1, rewind=Rewind.BACK), "DATA_LOSS", Level.CRITICAL, 3),
    # 4 REWOUND
    ("the commit beyond the end", case(lag=0, rewind=Rewind.BEYOND_END), "REWOUND", Level.WARN, 4),
    ("a topic made anew", case(rewind=Rewind.RECREATED), "REWOUND", Level.WARN, 4),
    ("set back, and late by that", case(age=HOUR, rewind=Rewind.BACK, waited=HOUR), "REWOUND", Level.WARN, 4),
    # 5 STOPPED
    ("no members, just late", case(age=5 * MINUTE, has_members=False), "STOPPED", Level.WARN, 5),
    ("no members, not quite late", case(age=5 * MINUTE - US, has_members=False), "OK", Level.NONE, 9),
    ("no members, nothing unread", case(lag=0, has_members=False), "OK", Level.NONE, 9),
    ("no members, critical", case(age=15 * MINUTE, has_members=False), "STOPPED", Level.CRITICAL, 5),
    ("no members, not quite critical", case(age=15 * MINUTE - US, has_members=False), "STOPPED", Level.WARN, 5),
    (
        "no members, but its commits move: it assigns itself, and catches up",
        case(age=HOUR, has_members=False, moved_ago=SECOND, eta=DRAINING),
        "CATCHING_UP", Level.WARN, 8,
    ),
    (
        "no members, moved just within warn_after",
        case(age=HOUR, has_members=False, moved_ago=5 * MINUTE - US, waited=2 * MINUTE),
        "FALLING_BEHIND", Level.CRITICAL, 7,
    ),
    ("no members, moved warn_after ago", case(age=HOUR, has_members=False, moved_ago=5 * MINUTE, waited=5 * MINUTE),
     "STOPPED", Level.CRITICAL, 5),
    ("members not known, standing", case(age=HOUR, has_members=None, waited=HOUR), "STUCK", Level.CRITICAL, 6),
    ("no members, just after a restart", case(age=HOUR, has_members=False, watched=0), "STOPPED", Level.CRITICAL, 5),
    # 6 STUCK
    ("frozen on one record", case(lag=1, age=5 * MINUTE, waited=5 * MINUTE), "STUCK", Level.WARN, 6),
    ("frozen, not quite late", case(lag=1, age=5 * MINUTE - US, waited=5 * MINUTE - US), "OK", Level.NONE, 9),
    ("late and standing for just long enough", case(age=HOUR, waited=150 * SECOND), "STUCK", Level.CRITICAL, 6),
    ("late, standing not quite long enough", case(age=HOUR, waited=150 * SECOND - US), "FALLING_BEHIND",
     Level.CRITICAL, 7),
    ("the log can't tell the age, slamon's own watch can", case(age=Age(), waited=5 * MINUTE), "STUCK", Level.WARN, 6),
    ("the log can't tell the age, nor can slamon yet", case(age=Age(), waited=5 * MINUTE - US), "OK", Level.NONE, 9),
    ("stuck before a restart, not moved since", case(age=HOUR, waited=SECOND, watched=SECOND, was=LagStatus.STUCK),
     "STUCK", Level.CRITICAL, 6),
    ("stuck before a restart, moves again",
     case(age=HOUR, waited=SECOND, watched=SECOND, moved_ago=SECOND, eta=DRAINING, was=LagStatus.STUCK),
     "CATCHING_UP", Level.WARN, 8),
    ("stuck before a restart, watched for long enough since",
     case(age=HOUR, waited=SECOND, watched=150 * SECOND, was=LagStatus.STUCK), "FALLING_BEHIND", Level.CRITICAL, 7),
    # 7 FALLING_BEHIND
    ("late, and the lag does not go down", case(age=5 * MINUTE, moved_ago=SECOND), "FALLING_BEHIND", Level.WARN, 7),
    ("the lag grows, but nothing is old yet", case(age=5 * MINUTE - US, moved_ago=SECOND), "OK", Level.NONE, 9),
    ("five thousand in a burst of ten seconds", case(lag=5000, age=10 * SECOND), "OK", Level.NONE, 9),
    ("proven only to be older than the threshold", case(age=Age(5 * MINUTE, None)), "FALLING_BEHIND", Level.WARN, 7),
    ("proven only to be younger", case(age=Age(None, 4 * MINUTE)), "OK", Level.NONE, 9),
    ("anything between, never late before", case(age=Age(4 * MINUTE, HOUR)), "OK", Level.NONE, 9),
    # 8 CATCHING_UP
    ("late, and the lag goes down", case(age=HOUR, moved_ago=SECOND, eta=DRAINING), "CATCHING_UP", Level.WARN, 8),
    ("the lag goes down, nothing is old", case(age=MINUTE, moved_ago=SECOND, eta=DRAINING), "OK", Level.NONE, 9),
    ("catching up before a restart", case(age=HOUR, watched=SECOND, was=LagStatus.CATCHING_UP),
     "CATCHING_UP", Level.WARN, 8),
    # leaving: proven younger than 4 minutes
    ("was late, not proven young enough", case(age=4 * MINUTE, was=LagStatus.FALLING_BEHIND),
     "FALLING_BEHIND", Level.WARN, 7),
    ("was late, proven young enough", case(age=4 * MINUTE - US, was=LagStatus.FALLING_BEHIND), "OK", Level.NONE, 9),
    ("was late, the new age is not known yet", case(age=Age(), was=LagStatus.CATCHING_UP, eta=DRAINING),
     "CATCHING_UP", Level.WARN, 8),
    ("was late, nothing unread now", case(lag=0, was=LagStatus.FALLING_BEHIND), "OK", Level.NONE, 9),
    ("was critical, not proven young enough",
     case(age=12 * MINUTE, was=LagStatus.STUCK, was_level=Level.CRITICAL), "FALLING_BEHIND", Level.CRITICAL, 7),
    ("was critical, proven young enough",
     case(age=12 * MINUTE - US, was=LagStatus.STUCK, was_level=Level.CRITICAL), "FALLING_BEHIND", Level.WARN, 7),
    # 9 OK, 10 IDLE
    ("nothing unread, records flow", case(lag=0, quiet=10 * MINUTE - US), "OK", Level.NONE, 9),
    ("nothing unread, nothing came for the window", case(lag=0, quiet=10 * MINUTE), "IDLE", Level.NONE, 10),
    ("one unread and young, nothing else for long", case(lag=1, age=SECOND, quiet=HOUR), "OK", Level.NONE, 9),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given_case", "status", "level", "rule"), [row[1:] for row in SCENARIOS], ids=[row[0] for row in SCENARIOS]
)
def test_scenarios(given_case: Case, status: str, level: Level, rule: int) -> None:
    assert judge(given_case, POLICY) == Verdict(LagStatus(status), level, rule)


def test_every_rule_has_scenarios_that_make_it_and_that_do_not() -> None:
    numbers = {rule.number for rule in RULES} | {10}
    assert {row[4] for row in SCENARIOS} == numbers
    for rule in RULES:
        held = {rule.holds(row[1], POLICY) for row in SCENARIOS}
        assert held == {True, False}, rule


def test_thresholds_are_the_groups_own() -> None:
    quick = LagPolicy(warn_after=SECOND, critical_after=2 * SECOND)
    assert judge(case(age=SECOND), quick).level is Level.WARN
    assert judge(case(age=2 * SECOND), quick).level is Level.CRITICAL
    assert judge(case(age=2 * SECOND), POLICY).level is Level.NONE


def test_of_several_partitions_the_worst_counts_and_what_is_proven_outweighs_what_is_unknown() -> None:
    def verdict(status: LagStatus, level: Level = Level.WARN) -> Verdict:
        return Verdict(status, level, 0)

    assert worst([verdict(LagStatus.UNKNOWN), verdict(LagStatus.STUCK)]) == verdict(LagStatus.STUCK)
    assert worst([verdict(LagStatus.OK), verdict(LagStatus.UNKNOWN)]) == verdict(LagStatus.UNKNOWN)
    assert worst([verdict(LagStatus.IDLE), verdict(LagStatus.OK)]) == verdict(LagStatus.OK)
    critical = verdict(LagStatus.STUCK, Level.CRITICAL)
    assert worst([verdict(LagStatus.STUCK), critical]) == critical
    assert worst([]) is None


SPANS = st.integers(0, 2 * HOUR)
AGES = st.builds(
    lambda low, more, has_low, has_high: Age(low if has_low else None, low + more if has_high else None),
    SPANS, SPANS, st.booleans(), st.booleans(),
)  # fmt: skip
CASES = st.builds(
    Case,
    lag=st.none() | st.integers(0, 5),
    read_ago=st.none() | st.integers(0, 2 * MINUTE),
    lost=st.sampled_from([0, 0, 0, 3]),
    rewind=st.sampled_from([None, None, None, *Rewind]),
    age=AGES,
    waited=SPANS,
    moved_ago=st.none() | SPANS,
    watched=SPANS,
    quiet=SPANS,
    eta=st.sampled_from([None, DRAINING]),
    has_members=st.sampled_from([True, False, None]),
    was=st.sampled_from([None, *WORST_FIRST]),
    was_level=st.sampled_from(Level),
)


@given(CASES)
def test_there_is_a_verdict_for_every_input_and_always_the_same(found: Case) -> None:
    verdict = judge(found, POLICY)
    assert verdict == judge(found, POLICY)
    assert verdict.status in WORST_FIRST
    assert (verdict.level is Level.NONE) == (verdict.status in {LagStatus.OK, LagStatus.IDLE})


@given(CASES, SPANS)
def test_more_age_never_improves_a_verdict(found: Case, more: int) -> None:
    at_least, at_most = found.age.at_least, found.age.at_most
    older = Age((at_least or 0) + more, None if at_most is None else at_most + more)
    aged = msgspec.structs.replace(found, age=older)
    before, after = judge(found, POLICY), judge(aged, POLICY)
    assert after.level >= before.level
    assert WORST_FIRST.index(after.status) <= WORST_FIRST.index(before.status)


@given(CASES)
def test_no_alarm_about_age_without_something_unread(found: Case) -> None:
    assert judge(found, POLICY).status not in LATE or found.lag


@given(CASES)
def test_who_was_not_late_is_late_only_when_it_is_proven(found: Case) -> None:
    fresh = msgspec.structs.replace(found, was=None)
    if judge(fresh, POLICY).status in LATE:
        assert fresh.at_least >= POLICY.warn_after
