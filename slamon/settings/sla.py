"""`sla`: what is promised to whom, by which calendars, and when systems that disagree are said to diverge."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from slamon.errors import ConfigError
from slamon.orders.lifecycle import Lifecycle
from slamon.settings.calendars import Calendar, Reading, read_calendar
from slamon.settings.duration import Duration
from slamon.settings.fields import Allowed, Flag, Moment, Section, Span, Word, parse_moment
from slamon.settings.policies import Policy, Promise, Stage
from slamon.settings.problems import dotted
from slamon.settings.terms import Terms
from slamon.sla.calendar import ALWAYS
from slamon.sla.calendar import Calendar as CoreCalendar
from slamon.sla.policy import DEFAULT_STAGES, DivergenceTerms, ForecastTerms, SlaTerms


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
        dict[Word, Annotated[Word, Allowed("a status of orders.lifecycle")]],
        Allowed("a mapping of channels to statuses of orders.lifecycle"),
    ] = Field(
        default_factory=lambda: dict(DivergenceTerms().entry),
        description="The first step expected of a channel's orders",
    )

    def to_terms(self, lifecycle: Lifecycle) -> DivergenceTerms:
        """As the core takes it; the default entry goes where the lifecycle has no such status."""
        return DivergenceTerms(
            allowed_skew=self.allowed_skew.span,
            mirrors=frozenset(name for name, system in self.systems.items() if system.mirrors == "all"),
            entry=tuple(
                sorted((channel, status) for channel, status in self.entry.items() if status in lifecycle.index)
            ),
        )


class Forecast(Section):
    """What is done with forecasts."""

    notify: Annotated[Flag, Field(description="Whether a forecast alone puts an order at risk")] = False


class Sla(Section):
    """What is promised to whom."""

    promise: Annotated[Promise, Field(description="The promise")] = Promise()
    stages: Annotated[
        tuple[Stage, ...], Field(description="Stage budgets"), Allowed("a list of {from, to, budget, calendar}")
    ] = tuple(
        Stage.model_validate(
            {"from": stage.start, "to": stage.to, "budget": Duration(stage.budget.days, stage.budget.time)}
        )
        for stage in DEFAULT_STAGES
    )
    forecast: Annotated[Forecast, Field(description="Forecasts")] = Forecast()
    policies: Annotated[
        tuple[Policy, ...],
        Field(description="Terms for some orders; the first that matches counts"),
        Allowed("a list of policies"),
    ] = ()
    calendars: Annotated[
        dict[Word, Calendar],
        Allowed("a mapping of names to calendars"),
    ] = Field(default_factory=dict, description="Opening times")
    divergence: Annotated[Divergence, Field(description="When systems that disagree are said to diverge")] = (
        Divergence()
    )
    enforce_from: Annotated[Moment | None, Field(description="Orders started before it give no notices")] = None
    hold_at_most: Annotated[Span, Field(description="A silent source holds a notice back no longer than this")] = (
        Duration.parse("PT1H")
    )

    @cached_property
    def readings(self) -> dict[str, Reading]:
        """The calendars, worked out once: files may change while slamon runs."""
        return {name: read_calendar(name, told) for name, told in self.calendars.items()}

    def core_calendars(self, readings: Mapping[str, Reading] | None = None) -> dict[str, CoreCalendar]:
        """Every calendar by name, `always` too; those of `readings` where they are given.

        Raises ConfigError for calendars that `check-config` refuses.
        """
        read = self.readings if readings is None else readings
        wrong = [f"{dotted(path)}: {words}" for one in read.values() for path, words in one.findings]
        if wrong:
            raise ConfigError(wrong)
        found = {name: one.calendar for name, one in read.items() if one.calendar is not None}
        return {**found, ALWAYS.name: ALWAYS}

    def to_terms(self, lifecycle: Lifecycle, readings: Mapping[str, Reading] | None = None) -> SlaTerms:
        """Everything as the core takes it, with the calendars of `readings` where they are given.

        Raises ConfigError for calendars that `check-config` refuses.
        """
        terms = Terms(lifecycle, self.core_calendars(readings))
        return SlaTerms(
            policies=(
                *(terms.for_some(policy, self.promise, self.stages) for policy in self.policies),
                terms.for_all(self.promise, self.stages),
            ),
            divergence=self.divergence.to_terms(lifecycle),
            enforce_from=None if self.enforce_from is None else parse_moment(self.enforce_from),
            forecast=ForecastTerms(notify=self.forecast.notify),
            hold_at_most=self.hold_at_most.span,
        )
