"""The book of rules: which policy an order is under, now and after a change of the policies (CONTRACT §3.1).

The first policy that matches counts, matched on what was first stated. After a change each policy's `apply_to` says
whether an order that had started, or had ended, before keeps the terms that held at its start.
"""

import hashlib
import json
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

from slamon.orders.event import Instant
from slamon.orders.lifecycle import Lifecycle
from slamon.sla.clock import Clock, Match
from slamon.sla.policy import ApplyTo, SlaPolicy, SlaTerms, When
from slamon.sla.rules import ClockRules, laid_out

UNSTATED = Match()
BEGINNING: Instant = -(2**62)
"""Before every event."""


@dataclass(frozen=True, slots=True)
class Era:
    """Terms and the instant from which they hold."""

    since: Instant
    terms: SlaTerms
    revision: str = ""
    """What its orders show: as it was recorded when the era began, by default that of the terms."""

    def __post_init__(self) -> None:
        """Take the revision of the terms where none is given."""
        object.__setattr__(self, "revision", self.revision or self.terms.revision)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All terms that orders may be under, oldest first; the last ones hold now.

    `enforce_from` has no era: the present one counts for every order.
    """

    eras: tuple[Era, ...]
    rules: tuple[ClockRules, ...] = field(init=False)
    """Every policy of every era; `Clock.rules` is a number in it."""
    firsts: tuple[int, ...] = field(init=False)
    """By era: the number of its first policy."""
    revision: str = field(init=False)
    is_plural: bool = field(init=False)
    """Whether there is anything to choose."""

    def __post_init__(self) -> None:
        """Lay every era out."""
        rules: list[ClockRules] = []
        firsts = []
        for era in self.eras:
            firsts.append(len(rules))
            rules += laid_out(era.terms, era.revision, self.eras[-1].terms.enforce_from)
        put = object.__setattr__
        put(self, "rules", tuple(rules))
        put(self, "firsts", tuple(firsts))
        told = [(era.since, era.terms.revision) for era in self.eras]
        put(self, "revision", hashlib.sha256(repr(told).encode()).hexdigest()[:12])
        put(self, "is_plural", len(rules) > 1)

    @classmethod
    def of(cls, terms: SlaTerms) -> "RuleBook":
        """A book for orders that have known no other terms."""
        return cls((Era(BEGINNING, terms),))

    @property
    def lifecycle(self) -> Lifecycle:
        """The steps now."""
        return self.eras[-1].terms.lifecycle

    @property
    def changed_at(self) -> Instant | None:
        """Since when the present terms hold; None where there were none before."""
        return self.eras[-1].since if len(self.eras) > 1 else None

    def rules_of(self, clock: Clock) -> ClockRules:
        """The rules that an order's clocks follow."""
        return self.rules[clock.rules]

    def choose(
        self, match: Match | None, started_at: Instant | None, ended_at: Instant | None, latest: int | None = None
    ) -> int:
        """The number of the policy for an order, by what was stated and when its clock started and ended.

        `latest`: the last era that is asked, without it that which holds now.
        """
        for era in range(len(self.eras) - 1 if latest is None else latest, 0, -1):
            number = self.within(era, match)
            if _applies(self.rules[number].policy, self.eras[era].since, started_at, ended_at):
                return number
        return self.within(0, match)

    def within(self, era: int, match: Match | None) -> int:
        """The number of the policy of one era for an order, by what was stated."""
        return self.firsts[era] + matching(self.eras[era].terms, match or UNSTATED)

    def era_of(self, number: int) -> int:
        """The era that a policy belongs to."""
        return bisect_right(self.firsts, number) - 1

    def era_at(self, at: Instant) -> int:
        """The era of an instant."""
        return max(0, bisect_right(self.eras, at, key=lambda era: era.since) - 1)


def _applies(policy: SlaPolicy, since: Instant, started_at: Instant | None, ended_at: Instant | None) -> bool:
    if policy.apply_to is ApplyTo.ALL:
        return True
    if policy.apply_to is ApplyTo.OPEN:
        return ended_at is None or ended_at >= since
    return started_at is None or started_at >= since


@lru_cache(maxsize=4096)
def matching(terms: SlaTerms, match: Match) -> int:
    """The place of the first policy that matches; the last one matches all."""
    for place, policy in enumerate(terms.policies):
        if _matches(policy.when, match):
            return place
    return len(terms.policies) - 1


def _matches(when: When, match: Match) -> bool:
    if when.channels and match.channel not in when.channels:
        return False
    if when.clients and match.client_id not in when.clients:
        return False
    return not when.attributes or _has(match.attributes, when.attributes)


def _has(attributes: str | None, wanted: tuple[tuple[str, str], ...]) -> bool:
    if attributes is None:
        return False
    stated = json.loads(attributes)
    return all(name in stated and canonical(stated[name]) == value for name, value in wanted)


def canonical(value: object) -> str:
    """A value of an attribute as policies and events compare it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
