"""`sla`: the promise, the stage budgets, and the keys of policies, calendars and divergence."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, JsonValue, Strict

from slamon.orders.lifecycle import Lifecycle
from slamon.settings.duration import Duration
from slamon.settings.fields import (
    Allowed,
    Flag,
    Later,
    Moment,
    PositiveSpan,
    SecretFile,
    Section,
    Span,
    Word,
    whole,
)
from slamon.sla.calendar import Length
from slamon.sla.policy import DEFAULT_STAGES, PromiseTerms, SlaPolicy, StageBudget, StopFrom

_STATUS = Allowed("a status of orders.lifecycle")
_STATUSES = Allowed("a list of at least one status of orders.lifecycle")


class Promise(Section):
    """What an order without a stated date is promised, and when to warn."""

    start: Annotated[Word, Field(description="The clock starts at the first event of this status"), _STATUS] = (
        "SUBMITTED"
    )
    stop: Annotated[
        tuple[Word, ...], Field(min_length=1, description="The first of these finishes the order"), _STATUSES
    ] = ("SHIPPED", "CLOSED")
    stop_from: Annotated[
        StopFrom, Field(description="Whose word finishes an order: any system's, or that of the step's owner")
    ] = StopFrom.ANY
    duration: Annotated[PositiveSpan, Field(description="The promise where no date is stated")] = Duration(21, 0)
    warn_before: Annotated[Span, Field(description="An open order is at risk so long before its due time")] = Duration(
        3, 0
    )
    calendar: Annotated[
        Literal["always"],
        Field(description="Whose hours count"),
        Allowed("always (the only calendar in this version)"),
    ] = "always"


class Stage(Section):
    """How long an order may take from one status to a later one."""

    from_: Annotated[Word, Field(alias="from", description="Entered at this status"), _STATUS]
    to: Annotated[Word, Field(description="Left at this status or beyond it"), _STATUS]
    budget: Annotated[PositiveSpan, Field(description="Longer is overdue")]


class PolicyPromise(Section):
    """What a policy changes about the promise; null keeps `sla.promise`'s value."""

    start: Annotated[Word | None, Field(description="As in sla.promise"), _STATUS] = None
    stop: Annotated[tuple[Word, ...] | None, Field(description="As in sla.promise"), _STATUSES] = None
    stop_from: Annotated[StopFrom | None, Field(description="As in sla.promise")] = None
    duration: Annotated[PositiveSpan | None, Field(description="As in sla.promise")] = None
    warn_before: Annotated[Span | None, Field(description="As in sla.promise")] = None
    calendar: Annotated[Word | None, Field(description="A calendar of sla.calendars, or always")] = None
    round: Annotated[Literal["end_of_day"] | None, Field(description="Round the due time up")] = None
    max_extensions: Annotated[
        int | None,
        Strict(),
        Field(ge=0, le=1000, description="How often a date may be moved"),
        whole(0, 1000),
    ] = None
    max_extension: Annotated[Span | None, Field(description="How far a date may be moved in all")] = None


class PolicyStage(Stage):
    """A stage budget of a policy, on a calendar of its own."""

    calendar: Annotated[Word | None, Field(description="A calendar of sla.calendars, or always")] = None


class When(Section):
    """Which orders a policy is for: all that is given must match."""

    channels: Annotated[tuple[Word, ...], Field(description="Channels"), Allowed("a list of channels")] = ()
    clients: Annotated[tuple[Word, ...], Field(description="Client ids"), Allowed("a list of client ids")] = ()
    attributes: Annotated[
        dict[str, JsonValue],
        Allowed("a mapping"),
    ] = Field(default_factory=dict, description="Attributes and their values")


class Holds(Section):
    """What a hold pauses, and which statuses are holds."""

    pause: Annotated[
        tuple[Literal["promise", "stages"], ...],
        Field(description="Clocks that a hold stops"),
        Allowed("a list of promise, stages"),
    ] = ()
    statuses: Annotated[
        tuple[Word, ...],
        Field(description="Statuses that hold while they last"),
        Allowed("a list of statuses of orders.lifecycle"),
    ] = ()


class OnRegress(StrEnum):
    """What a step back does."""

    IGNORE = "ignore"
    CONTINUE = "continue"
    NEW_CYCLE = "new_cycle"


class ApplyTo(StrEnum):
    """Which orders a changed policy is applied to."""

    NEW = "new"
    OPEN = "open"
    ALL = "all"


class Policy(Section):
    """Terms for some orders; the first policy that matches counts."""

    name: Annotated[Word, Field(description="Name of the policy")]
    when: Annotated[When, Field(description="Which orders it is for; nothing given: all")] = When()
    promise: Annotated[PolicyPromise, Field(description="What differs from sla.promise")] = PolicyPromise()
    stages: Annotated[
        tuple[PolicyStage, ...] | None,
        Field(description="Replaces sla.stages as a whole"),
        Allowed("a list of {from, to, budget, calendar}"),
    ] = None
    holds: Annotated[Holds, Field(description="What a hold pauses")] = Holds()
    on_regress: Annotated[OnRegress, Field(description="What a step back does")] = OnRegress.CONTINUE
    apply_to: Annotated[ApplyTo, Field(description="Which orders a change of it is applied to")] = ApplyTo.NEW


class Holidays(Section):
    """Public holidays of a country."""

    country: Annotated[Word, Field(description="ISO 3166 code"), Allowed("an ISO 3166 code such as RU")]


class Calendar(Section):
    """When a workshop is open."""

    time_zone: Annotated[Word, Field(description="IANA name"), Allowed("an IANA name such as Europe/Moscow")]
    days: Annotated[
        dict[Word, tuple[Word, ...]],
        Field(description="Opening times by day or span of days"),
        Allowed('a mapping such as mon-fri: ["09:00-18:00"]'),
    ]
    holidays: Annotated[Holidays | None, Field(description="Closed on public holidays")] = None
    closed: Annotated[tuple[Word, ...], Field(description="Closed on dates"), Allowed("a list of dates")] = ()
    open: Annotated[
        dict[Word, tuple[Word, ...]],
        Allowed('a mapping such as "2026-12-27": ["10:00-14:00"]'),
    ] = Field(default_factory=dict, description="Opening times of single dates")
    ics: Annotated[SecretFile | None, Field(description="Calendar file with more closed days")] = None


class Mirror(Section):
    """What a system publishes besides the steps it owns."""

    mirrors: Annotated[
        Literal["own", "all"], Field(description="all: the system reports every step, not only its own")
    ] = "own"


class Divergence(Section):
    """When systems that disagree are said to diverge."""

    allowed_skew: Annotated[Span, Field(description="How far a system may be behind")] = Duration.parse("PT15M")
    systems: Annotated[
        dict[Word, Mirror],
        Allowed("a mapping of systems to {mirrors}"),
    ] = Field(default_factory=dict, description="What each system reports")
    entry: Annotated[
        dict[Word, Word],
        Allowed("a mapping of channels to statuses of orders.lifecycle"),
    ] = Field(default_factory=dict, description="The first step expected of a channel's orders")


class Forecast(Section):
    """What is done with forecasts."""

    notify: Annotated[Flag, Field(description="Whether a forecast alone puts an order at risk"), Later()] = False


class Sla(Section):
    """What is promised to whom."""

    promise: Annotated[Promise, Field(description="The promise")] = Promise()
    stages: Annotated[
        tuple[Stage, ...], Field(description="Stage budgets"), Allowed("a list of {from, to, budget}")
    ] = tuple(
        Stage.model_validate(
            {"from": stage.start, "to": stage.to, "budget": Duration(stage.budget.days, stage.budget.time)}
        )
        for stage in DEFAULT_STAGES
    )
    forecast: Annotated[Forecast, Field(description="Forecasts")] = Forecast()
    policies: Annotated[
        tuple[Policy, ...], Field(description="Terms for some orders"), Allowed("a list of policies"), Later()
    ] = ()
    calendars: Annotated[
        dict[Word, Calendar],
        Allowed("a mapping of names to calendars"),
        Later(),
    ] = Field(default_factory=dict, description="Opening times")
    divergence: Annotated[
        Divergence | None, Field(description="When systems that disagree are said to diverge"), Later()
    ] = None
    enforce_from: Annotated[Moment | None, Field(description="Orders started before it give no notices"), Later()] = (
        None
    )
    hold_at_most: Annotated[Span, Field(description="A silent source holds notices no longer than this"), Later()] = (
        Duration.parse("PT1H")
    )

    def to_policy(self, lifecycle: Lifecycle) -> SlaPolicy:
        """The policy made of `sla`'s own values, as the core takes it."""
        promise = self.promise
        terms = PromiseTerms(
            start=promise.start,
            stop=frozenset(promise.stop),
            stop_from=promise.stop_from,
            duration=Length(promise.duration.days, promise.duration.time),
            warn_before=Length(promise.warn_before.days, promise.warn_before.time),
        )
        stages = tuple(
            StageBudget(stage.from_, stage.to, Length(stage.budget.days, stage.budget.time)) for stage in self.stages
        )
        return SlaPolicy(lifecycle=lifecycle, promise=terms, stages=stages)
