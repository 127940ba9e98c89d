"""What lag means: numbered rules over one partition, and what the partitions of a group say together.

Rules are tried in order; the first that holds decides. Every alarm is gated by the age of the first unread record,
none by a count: one record that waits for hours is an alarm, five thousand in a burst of ten seconds are none.

==== ================ =====================================================================================
rule status           holds when
==== ================ =====================================================================================
1    UNKNOWN          there is no reading, or none younger than `unknown_after`
2    MISSING          an expected group is in no broker's listing (of groups only)
3    DATA_LOSS        the log begins behind the commit: records were deleted unread
4    REWOUND          the commit lies beyond the end, belongs to an earlier topic, or was set back
5    STOPPED          late, the group has no members, and its commit was not seen to move within `warn_after`
6    STUCK            late, and the commit has stood on one record for `still_after`
7    FALLING_BEHIND   late, and the lag is not seen to go down
8    CATCHING_UP      late, and the lag goes down
9    OK               not late; something is unread, or records flow
10   IDLE             nothing unread, nothing came in for `window`
==== ================ =====================================================================================

*Late*: the first unread record is at least `warn_after` old. A partition that was late is so until its first unread
record is proven younger than `leave_below` of that. While slamon has not watched for `still_after`, a partition keeps
the status it had before a restart.
"""

from collections.abc import Callable, Iterable
from enum import IntEnum, StrEnum
from typing import NamedTuple

import msgspec

from slamon.lag.age import NO_AGE, Age
from slamon.lag.policy import LagPolicy
from slamon.lag.records import Rewind
from slamon.lag.window import Eta
from slamon.orders.event import Span


class LagStatus(StrEnum):
    """How a group, a partition or a topic stands; the words are used unchanged everywhere."""

    UNKNOWN = "UNKNOWN"
    MISSING = "MISSING"
    DATA_LOSS = "DATA_LOSS"
    REWOUND = "REWOUND"
    STOPPED = "STOPPED"
    STUCK = "STUCK"
    FALLING_BEHIND = "FALLING_BEHIND"
    CATCHING_UP = "CATCHING_UP"
    OK = "OK"
    IDLE = "IDLE"
    PRODUCER_SILENT = "PRODUCER_SILENT"
    """Of topics only."""


class Level(IntEnum):
    """How bad it is."""

    NONE = 0
    WARN = 1
    CRITICAL = 2


LATE = frozenset({LagStatus.STOPPED, LagStatus.STUCK, LagStatus.FALLING_BEHIND, LagStatus.CATCHING_UP})
"""What is said of those whose first unread record is too old."""

WORST_FIRST = (
    LagStatus.MISSING,
    LagStatus.DATA_LOSS,
    LagStatus.REWOUND,
    LagStatus.STOPPED,
    LagStatus.STUCK,
    LagStatus.FALLING_BEHIND,
    LagStatus.CATCHING_UP,
    LagStatus.UNKNOWN,
    LagStatus.OK,
    LagStatus.IDLE,
)
"""Of several partitions the first of these counts: what is proven of one outweighs what is unknown of another."""
_RANK = {status: rank for rank, status in enumerate(WORST_FIRST)}


class Case(msgspec.Struct, frozen=True, gc=False):
    """What one partition shows for one group; spans up to now, None where unknown.

    `read_ago`: how old the reading is. `waited`: how long the commit is known to have stood where it is with something
    unread behind it. `moved_ago`: when it was last seen to move. `watched`: for how long slamon has
    been looking. `quiet`: how long nothing came in and nothing was read. `eta` None: the lag does not go down.
    `was`, `was_level`: what was said of it in the last cycle, or before a restart.
    """

    lag: int | None = None
    read_ago: Span | None = None
    lost: int = 0
    rewind: Rewind | None = None
    age: Age = NO_AGE
    waited: Span = 0
    moved_ago: Span | None = None
    watched: Span = 0
    quiet: Span = 0
    eta: Eta | None = None
    has_members: bool | None = None
    was: LagStatus | None = None
    was_level: Level = Level.NONE

    @property
    def at_least(self) -> Span:
        """The proven age of the first unread record, by the log or by what slamon saw itself."""
        return max(self.age.at_least or 0, self.waited)

    @property
    def at_most(self) -> Span | None:
        """How old it may be; never less than what is proven."""
        return None if self.age.at_most is None else max(self.age.at_most, self.at_least)


class Rule(NamedTuple):
    """One numbered rule."""

    number: int
    status: LagStatus
    holds: Callable[[Case, LagPolicy], bool]


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What is said, how bad it is, and by which rule."""

    status: LagStatus
    level: Level
    rule: int


def is_late(case: Case, policy: LagPolicy) -> bool:
    """Whether the first unread record is too old; who was late is so until the contrary is proven."""
    if not case.lag:
        return False
    if case.at_least >= policy.warn_after:
        return True
    return case.was in LATE and not _is_younger(case, policy, policy.warn_after)


def judge(case: Case, policy: LagPolicy) -> Verdict:
    """The first rule that holds."""
    for rule in RULES:
        if rule.holds(case, policy):
            return _VERDICTS[rule.number, _level(rule.status, case, policy)]
    return IDLE


def worst(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Of several partitions the verdict that stands for all; None of none."""
    return min(verdicts, key=_order, default=None)


def _order(verdict: Verdict) -> tuple[int, int]:
    return _RANK[verdict.status], -verdict.level


def _is_younger(case: Case, policy: LagPolicy, threshold: Span) -> bool:
    """Whether it is proven that it is younger than what ends an alarm of this threshold."""
    at_most = case.at_most
    return at_most is not None and at_most < threshold * policy.leave_below


def _is_unread(case: Case, policy: LagPolicy) -> bool:
    return case.lag is None or case.read_ago is None or case.read_ago > policy.unknown_after


def _has_stopped(case: Case, policy: LagPolicy) -> bool:
    if case.has_members is not False or not is_late(case, policy):
        return False
    return case.moved_ago is None or case.moved_ago >= policy.warn_after


def _stands_still(case: Case, policy: LagPolicy) -> bool:
    if not is_late(case, policy):
        return False
    return case.waited >= policy.still or _keeps(case, policy, LagStatus.STUCK)


def _falls_behind(case: Case, policy: LagPolicy) -> bool:
    if not is_late(case, policy) or _keeps(case, policy, LagStatus.CATCHING_UP):
        return False
    return case.eta is None


def _keeps(case: Case, policy: LagPolicy, status: LagStatus) -> bool:
    """Whether the status of before a restart counts, for want of anything newer."""
    return case.was is status and case.watched < policy.still and case.moved_ago is None


def _is_active(case: Case, policy: LagPolicy) -> bool:
    return bool(case.lag) or case.quiet < policy.window


def _level(status: LagStatus, case: Case, policy: LagPolicy) -> Level:
    match status:
        case LagStatus.OK | LagStatus.IDLE:
            return Level.NONE
        case LagStatus.DATA_LOSS | LagStatus.MISSING:
            return Level.CRITICAL
        case LagStatus.STOPPED | LagStatus.STUCK | LagStatus.FALLING_BEHIND:
            return Level.CRITICAL if _is_critical(case, policy) else Level.WARN
        case _:
            return Level.WARN


def _is_critical(case: Case, policy: LagPolicy) -> bool:
    if case.at_least >= policy.critical_after:
        return True
    was_critical = case.was_level is Level.CRITICAL and case.was in LATE
    return was_critical and not _is_younger(case, policy, policy.critical_after)


MISSING_RULE = 2
IDLE_RULE = 10
RULES = (
    Rule(1, LagStatus.UNKNOWN, _is_unread),
    Rule(3, LagStatus.DATA_LOSS, lambda case, _: case.lost > 0),
    Rule(4, LagStatus.REWOUND, lambda case, _: case.rewind is not None),
    Rule(5, LagStatus.STOPPED, _has_stopped),
    Rule(6, LagStatus.STUCK, _stands_still),
    Rule(7, LagStatus.FALLING_BEHIND, _falls_behind),
    Rule(8, LagStatus.CATCHING_UP, is_late),
    Rule(9, LagStatus.OK, _is_active),
)
"""Those about a partition but the last (IDLE), which holds always; `slamon.lag.groups` has rule 2."""
IDLE = Verdict(LagStatus.IDLE, Level.NONE, IDLE_RULE)
_VERDICTS = {(rule.number, level): Verdict(rule.status, level, rule.number) for rule in RULES for level in Level}
