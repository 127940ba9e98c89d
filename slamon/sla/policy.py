"""The frozen policies that the clocks follow: promise, stages, holds, divergence (CONTRACT §3, §3.1, §8 `sla`)."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from slamon.orders.event import DAY, SECOND, Instant, Span
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE, Lifecycle
from slamon.sla.calendar import ALWAYS, Calendar, Length


class StopFrom(StrEnum):
    """Whose word ends an order: any system's, or only that of the step's owner (`sla.promise.stop_from`)."""

    ANY = "any"
    OWNER = "owner"


class Rounding(StrEnum):
    """How a due time is rounded up (`promise.round`)."""

    END_OF_DAY = "end_of_day"


class OnRegress(StrEnum):
    """What a step back does (`on_regress`)."""

    IGNORE = "ignore"
    CONTINUE = "continue"
    NEW_CYCLE = "new_cycle"


class ApplyTo(StrEnum):
    """Which orders a changed policy is applied to (`apply_to`)."""

    NEW = "new"
    OPEN = "open"
    ALL = "all"


_THREE_WEEKS, _THREE_DAYS = Length(21), Length(3)


@dataclass(frozen=True, slots=True)
class PromiseTerms:
    """When the promise starts and stops, how long it is, how early to warn, how often it may be moved.

    `max_extensions` and `max_extension` cap how often and how far in all (beyond the original date) a stated date
    may move the one in force later; a statement over a cap has no effect.
    """

    start: str = "SUBMITTED"
    stop: frozenset[str] = frozenset({"SHIPPED", "CLOSED"})
    stop_from: StopFrom = StopFrom.ANY
    duration: Length = _THREE_WEEKS
    warn_before: Length = _THREE_DAYS
    calendar: Calendar = ALWAYS
    round: Rounding | None = None
    max_extensions: int | None = None
    max_extension: Length | None = None


@dataclass(frozen=True, slots=True)
class StageBudget:
    """The way from one status to a later one, and how long it may take."""

    start: str
    """The `from` status."""
    to: str
    budget: Length
    calendar: Calendar = ALWAYS


DEFAULT_STAGES = (
    StageBudget("SUBMITTED", "PRICE_CALCULATED", Length(0, 30 * 60 * SECOND)),
    StageBudget("PRICE_CALCULATED", "MANUFACTURING_APPROVED", Length(2)),
    StageBudget("MANUFACTURING_APPROVED", "MANUFACTURING_STARTED", Length(1)),
    StageBudget("MANUFACTURING_STARTED", "MANUFACTURING_COMPLETED", Length(10)),
    StageBudget("MANUFACTURING_COMPLETED", "SHIPPED", Length(2)),
)


@dataclass(frozen=True, slots=True)
class HoldTerms:
    """Which clocks a hold pauses, and which statuses are holds while they last."""

    pauses_promise: bool = False
    pauses_stages: bool = False
    statuses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class When:
    """Which orders a policy is for: every group that is given must match; nothing given matches all.

    `attributes` are (name, canonical JSON of the value), sorted.
    """

    channels: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """The terms for some orders: everything that decides a verdict besides the events and `now`.

    `name` is None for the policy made of `sla`'s own values; named ones come from `sla.policies`.
    `revision` is a hash of the content: equal policies have equal revisions on every machine.
    """

    name: str | None = None
    lifecycle: Lifecycle = DEFAULT_LIFECYCLE
    promise: PromiseTerms = field(default_factory=PromiseTerms)
    stages: tuple[StageBudget, ...] = DEFAULT_STAGES
    when: When = When()
    holds: HoldTerms = HoldTerms()
    on_regress: OnRegress = OnRegress.CONTINUE
    apply_to: ApplyTo = ApplyTo.NEW
    revision: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Compute the revision."""
        object.__setattr__(self, "revision", revision_of(_content(self)))


@dataclass(frozen=True, slots=True)
class DivergenceTerms:
    """When systems that disagree are said to diverge (CONTRACT §3.2).

    `mirrors`: systems that publish a full copy; `entry`: the first step expected of a channel's orders.
    """

    allowed_skew: Span = 15 * 60 * SECOND
    mirrors: frozenset[str] = frozenset()
    entry: tuple[tuple[str, str], ...] = (("b2b", "PRICE_CALCULATED"),)

    @property
    def content(self) -> object:
        """What makes them the ones they are."""
        return self.allowed_skew, sorted(self.mirrors), sorted(self.entry)


@dataclass(frozen=True, slots=True)
class ForecastTerms:
    """What forecasts may do: `notify` lets one alone put an order at risk."""

    notify: bool = False


@dataclass(frozen=True, slots=True)
class SlaTerms:
    """All of `sla`: the policies in order of matching, the last one made of `sla`'s own values and for all orders.

    `enforce_from`: orders started strictly before it give no notices.
    """

    policies: tuple[SlaPolicy, ...] = field(default_factory=lambda: (SlaPolicy(),))
    divergence: DivergenceTerms = DivergenceTerms()
    enforce_from: Instant | None = None
    forecast: ForecastTerms = ForecastTerms()
    hold_at_most: Span = DAY // 24
    revision: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Compute the revision of everything that decides the state of an order."""
        content = (
            [policy.revision for policy in self.policies],
            [str(policy.apply_to) for policy in self.policies],
            self.divergence.content,
            self.enforce_from,
        )
        object.__setattr__(self, "revision", revision_of(content))

    def __hash__(self) -> int:
        """Hash what `revision` is a hash of already: every event of an order asks which policy matches."""
        return hash(self.revision)

    @property
    def lifecycle(self) -> Lifecycle:
        """The steps, which all policies share."""
        return self.policies[-1].lifecycle


def _content(policy: SlaPolicy) -> object:
    promise = policy.promise
    return (
        policy.name,
        [(s.status, s.system) for s in policy.lifecycle.steps],
        (promise.start, sorted(promise.stop), str(promise.stop_from), promise.round and str(promise.round)),
        (promise.duration, promise.warn_before, promise.calendar.revision),
        (promise.max_extensions, promise.max_extension),
        [(s.start, s.to, s.budget, s.calendar.revision) for s in policy.stages],
        (sorted(policy.when.channels), sorted(policy.when.clients), policy.when.attributes),
        (policy.holds.pauses_promise, policy.holds.pauses_stages, sorted(policy.holds.statuses)),
        str(policy.on_regress),
    )


def revision_of(content: object) -> str:
    """A short name for some content: the same on every machine."""
    return hashlib.sha256(repr(content).encode()).hexdigest()[:12]
