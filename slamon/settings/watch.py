"""`lag` and `services`: queues and services to watch; of these `services` is known to the schema only."""

from typing import Annotated

from pydantic import Field, Strict

from slamon.lag.observation import Isolation
from slamon.lag.policy import LagPolicy, LagRules, SlackPolicy
from slamon.settings.duration import Duration
from slamon.settings.fields import Allowed, Name, PositiveSpan, Section, Span, Url, Word, whole
from slamon.settings.lag import FurtherCluster, Names, Override, Promises, Shown, WatchedTopics
from slamon.settings.rabbitmq import RabbitMq

_QUARTER_MINUTE = Duration.parse("PT15S")
_MINUTE = Duration.parse("PT1M")


class Lag(Section):
    """Consumer lag of the cluster's groups."""

    interval: Annotated[PositiveSpan, Field(description="Time between two looks")] = _QUARTER_MINUTE
    deadline: Annotated[PositiveSpan, Field(description="A look takes no longer; what is missing then is unknown")] = (
        Duration.parse("PT10S")
    )
    groups: Annotated[Names, Field(description="Which groups")] = Names()
    expected: Annotated[
        tuple[Word, ...],
        Field(description="Groups that must exist in the cluster of kafka; else MISSING"),
        Allowed("a list of group names"),
    ] = ()
    isolation: Annotated[
        Isolation,
        Field(description="What counts as the end of a partition: the last stable offset, or the high watermark"),
    ] = Isolation.READ_COMMITTED
    warn_after: Annotated[PositiveSpan, Field(description="Warn when the oldest unread record is older")] = (
        Duration.parse("PT5M")
    )
    critical_after: Annotated[PositiveSpan, Field(description="Critical when it is older")] = Duration.parse("PT15M")
    still_after: Annotated[
        PositiveSpan | None,
        Field(description="Without a move for so long, a late commit stands still; null: half of warn_after"),
    ] = None
    clear_after: Annotated[Span, Field(description="An incident ends when all was well for so long")] = _MINUTE
    window: Annotated[PositiveSpan, Field(description="Over how long rates are told")] = Duration.parse("PT10M")
    unknown_after: Annotated[PositiveSpan, Field(description="A reading this old is no longer shown")] = _MINUTE
    overrides: Annotated[
        tuple[Override, ...],
        Field(description="Other values for some groups; the first whose pattern matches counts"),
        Allowed("a list of mappings, each with groups"),
    ] = ()
    watched_topics: Annotated[WatchedTopics, Field(description="Topics watched by themselves")] = WatchedTopics()
    promises: Annotated[Promises, Field(description="When waiting orders make lag urgent")] = Promises()
    clusters: Annotated[
        dict[Name, FurtherCluster],
        Allowed("a mapping of names to clusters"),
    ] = Field(default_factory=dict, description="Further clusters to watch, by name")
    rabbitmq: Annotated[
        dict[Name, RabbitMq],
        Allowed("a mapping of names to RabbitMQs"),
    ] = Field(default_factory=dict, description="RabbitMQs by name, whose queues are watched beside Kafka's groups")
    metrics: Annotated[Shown, Field(description="What /metrics shows of it")] = Shown()

    def to_rules(self) -> LagRules:
        """How lag is judged."""
        default = LagPolicy(
            self.warn_after.span,
            self.critical_after.span,
            None if self.still_after is None else self.still_after.span,
            clear_after=self.clear_after.span,
            window=self.window.span,
            unknown_after=self.unknown_after.span,
            isolation=self.isolation,
        )
        return LagRules(
            default,
            tuple((override.groups, override.over(default)) for override in self.overrides),
            frozenset(self.expected),
            tuple((pattern, span.span) for pattern, span in self.watched_topics.silent_after.items()),
            self.watched_topics.dead_letters,
            slack=SlackPolicy(self.promises.warn_below.span, self.promises.critical_below.span),
        )


class Service(Section):
    """One service that is probed."""

    http: Annotated[Url, Field(description="Asked with GET; 2xx is up")]
    interval: Annotated[PositiveSpan, Field(description="Time between two probes")] = _QUARTER_MINUTE
    timeout: Annotated[PositiveSpan, Field(description="No answer for so long is a failure")] = Duration.parse("PT5S")
    failures: Annotated[
        int, Strict(), Field(ge=1, le=1000, description="Failures in a row until it is down"), whole(1, 1000)
    ] = 3
    successes: Annotated[
        int, Strict(), Field(ge=1, le=1000, description="Successes in a row until it is up"), whole(1, 1000)
    ] = 2
    depends_on: Annotated[tuple[Word, ...], Field(description="Services it needs"), Allowed("a list of services")] = ()
    owns_stages: Annotated[
        tuple[Word, ...],
        Field(description="Stages that wait for it"),
        Allowed("a list of statuses of orders.lifecycle"),
    ] = ()
