"""`sla.promise`, `sla.stages` and `sla.policies`: the terms for all orders, and those for some."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, Strict

from slamon.settings.duration import Duration
from slamon.settings.fields import Allowed, PositiveSpan, Section, Span, Word, whole
from slamon.sla.policy import ApplyTo, OnRegress, Rounding, StopFrom

_STATUS = Allowed("a status of orders.lifecycle")
_STATUSES = Allowed("a list of at least one status of orders.lifecycle")
_CALENDAR = Allowed("always, or a calendar of sla.calendars")
_MOST_EXTENSIONS = 1000


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
    duration: Annotated[
        PositiveSpan,
        Field(description="The promise where no date is stated; on a calendar days are working days"),
    ] = Duration(21, 0)
    warn_before: Annotated[Span, Field(description="An open order is at risk so long before its due time")] = Duration(
        3, 0
    )
    calendar: Annotated[Word, Field(description="Whose hours and days count"), _CALENDAR] = "always"
    round: Annotated[
        Rounding | None, Field(description="Round the due time up to the end of its day on the calendar")
    ] = None
    max_extensions: Annotated[
        int | None,
        Strict(),
        Field(ge=0, le=_MOST_EXTENSIONS, description="How often a stated date may be moved later; null: at will"),
        whole(0, _MOST_EXTENSIONS),
    ] = None
    max_extension: Annotated[
        PositiveSpan | None, Field(description="How far beyond the original date it may be moved in all; null: at will")
    ] = None


class Stage(Section):
    """How long an order may take from one status to a later one."""

    from_: Annotated[Word, Field(alias="from", description="Entered at this status"), _STATUS]
    to: Annotated[Word, Field(description="Left at this status or beyond it"), _STATUS]
    budget: Annotated[PositiveSpan, Field(description="Longer is overdue")]
    calendar: Annotated[Word | None, Field(description="Whose hours and days count"), _CALENDAR] = "always"


class PolicyPromise(Section):
    """What a policy changes about the promise; null keeps `sla.promise`'s value."""

    start: Annotated[Word | None, Field(description="As in sla.promise"), _STATUS] = None
    stop: Annotated[tuple[Word, ...] | None, Field(min_length=1, description="As in sla.promise"), _STATUSES] = None
    stop_from: Annotated[StopFrom | None, Field(description="As in sla.promise")] = None
    duration: Annotated[PositiveSpan | None, Field(description="As in sla.promise")] = None
    warn_before: Annotated[Span | None, Field(description="As in sla.promise")] = None
    calendar: Annotated[Word | None, Field(description="As in sla.promise"), _CALENDAR] = None
    round: Annotated[Rounding | None, Field(description="As in sla.promise")] = None
    max_extensions: Annotated[
        int | None,
        Strict(),
        Field(ge=0, le=_MOST_EXTENSIONS, description="As in sla.promise"),
        whole(0, _MOST_EXTENSIONS),
    ] = None
    max_extension: Annotated[PositiveSpan | None, Field(description="As in sla.promise")] = None

    def over(self, all_orders: Promise) -> Promise:
        """The promise for the orders of a policy: what it gives, else what holds for all orders."""
        return all_orders.model_copy(update=self.given())

    def given(self) -> dict[str, object]:
        """What it changes."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in values.items() if value is not None}


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


class Policy(Section):
    """Terms for some orders; the first policy that matches counts."""

    name: Annotated[Word, Field(description="Name of the policy")]
    when: Annotated[When, Field(description="Which orders it is for; nothing given: all")] = When()
    promise: Annotated[PolicyPromise, Field(description="What differs from sla.promise")] = PolicyPromise()
    stages: Annotated[
        tuple[Stage, ...] | None,
        Field(description="Replaces sla.stages as a whole"),
        Allowed("a list of {from, to, budget, calendar}"),
    ] = None
    holds: Annotated[Holds, Field(description="What a hold pauses")] = Holds()
    on_regress: Annotated[OnRegress, Field(description="What a step back does")] = OnRegress.CONTINUE
    apply_to: Annotated[ApplyTo, Field(description="Which orders a change of it is applied to")] = ApplyTo.NEW
