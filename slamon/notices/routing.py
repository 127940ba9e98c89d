"""Who gets which notice, where and from when on (docs/reference/notices.md "Who gets what"). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from slamon.notices.notice import SYSTEM_KINDS, DeliveryState, NoticeKind, Severity, severity_of
from slamon.notices.record import Delivery
from slamon.orders.event import Instant
from slamon.sla.calendar import Calendar

SLACK = "slack"
ALERTMANAGER = "alertmanager"
"""It takes system notices only, whatever the rules say."""


class Parties(NamedTuple):
    """Whom an order concerns, as last stated; None while never stated, and for system notices."""

    channel: str | None = None
    client_id: str | None = None
    manager_id: str | None = None


NO_PARTIES = Parties()


def no_parties() -> Parties:
    """Nobody in particular."""
    return NO_PARTIES


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody takes notices: in the open time of a calendar; broken promises always, if wished."""

    calendar: Calendar
    breaches_anytime: bool = True

    def opening(self, kind: NoticeKind, now: Instant) -> Instant | None:
        """The next opening; None for a notice that may go at once."""
        if kind is NoticeKind.BREACHED and self.breaches_anytime:
            return None
        opens_at = self.calendar.after(now, 1) - 1  # where the first microsecond of open time from `now` on begins
        return opens_at if opens_at > now else None


@dataclass(frozen=True, slots=True)
class Person:
    """Where a manager is reached on Slack, and when; None: not mentioned, the default channel, always."""

    user: str | None = None
    channel: str | None = None
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Which notices go to which receivers; what is not given asks for nothing."""

    receivers: tuple[str, ...]
    kinds: frozenset[NoticeKind] = frozenset()
    severities: frozenset[Severity] = frozenset()
    channels: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    managers: frozenset[str] = frozenset()
    slack_channel: str | None = None

    def met(self, kind: NoticeKind, parties: Parties, severity: Severity | None = None) -> dict[str, str] | None:
        """What of a notice met each criterion, by its key; None for one that does not match.

        `severity`: the notice's own, where it is not that of its kind.
        """
        asked: tuple[tuple[str, frozenset[str], str | None], ...] = (
            ("kinds", self.kinds, kind),
            ("severities", self.severities, severity or severity_of(kind)),
            ("channels", self.channels, parties.channel),
            ("clients", self.clients, parties.client_id),
            ("managers", self.managers, parties.manager_id),
        )
        found: dict[str, str] = {}
        for key, wanted, value in asked:
            if wanted and (value is None or value not in wanted):
                return None
            if wanted:
                found[key] = str(value)
        return found


class Basis(StrEnum):
    """What decided about a notice: that there are no rules, one of them, the fallback, or that there is none."""

    EVERYBODY = "everybody"
    RULE = "rule"
    FALLBACK = "fallback"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets a notice, and why: the place of the `rule` that decided, and what `met` its criteria."""

    basis: Basis
    receivers: tuple[str, ...]
    rule: int | None = None
    met: Mapping[str, str] = field(default_factory=dict)
    slack_channel: str | None = None


class Route(NamedTuple):
    """One receiver of a notice, the channel there (None: its own), and from when on (None: at once)."""

    receiver: str
    channel: str | None = None
    not_before: Instant | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """`notify.rules` as the core follows them; `receivers` are all there are, in the order of configuration.

    `fallback` None: what no rule matches goes to the receivers that no rule names. `people` are the managers by id,
    `channel` is Slack's own: who is sent there explicitly has no channel apart.
    """

    receivers: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    fallback: tuple[str, ...] | None = None
    people: Mapping[str, Person] = field(default_factory=dict)
    channel: str | None = None

    def choose(self, kind: NoticeKind, parties: Parties, severity: Severity | None = None) -> Choice:
        """Who gets a notice: the first rule that matches decides; each receiver once, none that is not there."""
        if not self.rules:
            return Choice(Basis.EVERYBODY, self._able(self.receivers, kind))
        if kind in SYSTEM_KINDS:
            parties = NO_PARTIES
        for number, rule in enumerate(self.rules):
            met = rule.met(kind, parties, severity)
            if met is not None:
                return Choice(Basis.RULE, self._able(rule.receivers, kind), number, met, rule.slack_channel)
        if self.fallback is not None:
            return Choice(Basis.FALLBACK, self._able(self.fallback, kind))
        named = {receiver for rule in self.rules for receiver in rule.receivers}
        return Choice(Basis.UNNAMED, self._able(tuple(r for r in self.receivers if r not in named), kind))

    def _able(self, receivers: tuple[str, ...], kind: NoticeKind) -> tuple[str, ...]:
        is_system = kind in SYSTEM_KINDS
        return tuple(
            receiver
            for receiver in dict.fromkeys(receivers)
            if receiver in self.receivers and (is_system or receiver != ALERTMANAGER)
        )

    def routes(
        self, kind: NoticeKind, parties: Parties, now: Instant, severity: Severity | None = None
    ) -> tuple[Route, ...]:
        """Where a notice that is decided at `now` goes."""
        if kind in SYSTEM_KINDS:
            parties = NO_PARTIES
        choice = self.choose(kind, parties, severity)
        return tuple(
            Route(receiver, self._channel(receiver, choice, parties), self.not_before(receiver, kind, parties, now))
            for receiver in choice.receivers
        )

    def _channel(self, receiver: str, choice: Choice, parties: Parties) -> str | None:
        if receiver != SLACK:
            return None
        person = self._person(parties)
        found = choice.slack_channel or (None if person is None else person.channel)
        return None if found == self.channel else found

    def not_before(self, receiver: str, kind: NoticeKind, parties: Parties, now: Instant) -> Instant | None:
        """When a notice that could be sent from `now` on is wanted at the earliest; None: at once."""
        person = self._person(parties) if receiver == SLACK else None
        return None if person is None or person.hours is None else person.hours.opening(kind, now)

    def mention(self, manager_id: object) -> tuple[str, ...]:
        """The Slack users to mention in what concerns a manager."""
        person = self.people.get(manager_id) if isinstance(manager_id, str) else None
        return () if person is None or person.user is None else (person.user,)

    def _person(self, parties: Parties) -> Person | None:
        return None if parties.manager_id is None else self.people.get(parties.manager_id)


def addressed(routes: tuple[Route, ...], state: DeliveryState, now: Instant) -> dict[str, Delivery]:
    """The deliveries of a notice that is decided at `now`, by receiver."""
    is_queued = state == DeliveryState.PENDING
    return {
        receiver: Delivery(
            state,
            route=channel,
            not_before=not_before if is_queued else None,
            queued_at=now if is_queued else None,
        )
        for receiver, channel, not_before in routes
    }
