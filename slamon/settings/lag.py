"""The parts of `lag`: names as patterns, thresholds of some groups, topics, further clusters, what metrics show."""

import re
from dataclasses import replace
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field, Strict
from pydantic_core import PydanticCustomError

from slamon.lag.observation import Isolation
from slamon.lag.policy import LagPolicy, LagRules
from slamon.metrics.lag_form import Detail, Exposition, LagForm
from slamon.settings.duration import Duration
from slamon.settings.fields import Allowed, PositiveSpan, Section, Servers, Span, Word, whole
from slamon.settings.kafka import Security

_PATTERN = "a regular expression for the whole name"
_PATTERNS = Allowed("a list of regular expressions, each for a whole name")
_MOST = 2**31 - 1
_SPANS = ("warn_after", "critical_after", "still_after", "clear_after", "window", "unknown_after")


def _compiles(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        words = {"reason": str(error), "allowed": _PATTERN}
        raise PydanticCustomError("form", "is no regular expression ({reason}), allowed is {allowed}", words) from None
    return text


Pattern: TypeAlias = Annotated[str, AfterValidator(_compiles), Allowed(_PATTERN)]


class Names(Section):
    """Names by patterns: one of `include` and none of `exclude` has to match the whole name."""

    include: Annotated[tuple[Pattern, ...], Field(description="Groups to watch"), _PATTERNS] = (".*",)
    exclude: Annotated[tuple[Pattern, ...], Field(description="Groups to leave out"), _PATTERNS] = ()

    def take(self, name: str) -> bool:
        """Whether this name is meant."""
        return any(re.fullmatch(pattern, name) for pattern in self.include) and not any(
            re.fullmatch(pattern, name) for pattern in self.exclude
        )


class Override(Section):
    """What some groups are judged by instead; a key that is left out is as for all."""

    groups: Annotated[Pattern, Field(description="Which groups")]
    warn_after: Annotated[PositiveSpan | None, Field(description="As lag.warn_after")] = None
    critical_after: Annotated[PositiveSpan | None, Field(description="As lag.critical_after")] = None
    still_after: Annotated[PositiveSpan | None, Field(description="As lag.still_after")] = None
    clear_after: Annotated[Span | None, Field(description="As lag.clear_after")] = None
    window: Annotated[PositiveSpan | None, Field(description="As lag.window")] = None
    unknown_after: Annotated[PositiveSpan | None, Field(description="As lag.unknown_after")] = None
    isolation: Annotated[Isolation | None, Field(description="As lag.isolation")] = None
    rewind_tolerance: Annotated[
        int,
        Strict(),
        Field(ge=0, le=_MOST, description="A step back of so many records is no rewind"),
        whole(0, _MOST),
    ] = 0
    offset_adjust: Annotated[
        int,
        Strict(),
        Field(ge=-1, le=1, description="Added to commits; 1 for consumers that commit the last record they read"),
        whole(-1, 1),
    ] = 0

    def over(self, default: LagPolicy) -> LagPolicy:
        """The policy of these groups."""
        spans = {name: span.span for name in _SPANS if (span := getattr(self, name)) is not None}
        return replace(
            default,
            **spans,
            isolation=self.isolation or default.isolation,
            rewind_tolerance=self.rewind_tolerance,
            offset_adjust=self.offset_adjust,
        )


class WatchedTopics(Section):
    """Topics that are watched by themselves, whether or not a group reads them."""

    include: Annotated[
        tuple[Pattern, ...], Field(description="Topics to watch though no group reads them"), _PATTERNS
    ] = ()
    exclude: Annotated[tuple[Pattern, ...], Field(description="Of these, topics to leave out"), _PATTERNS] = ()
    dead_letters: Annotated[
        Pattern,
        Field(description="Topics that hold what nobody could use; they are watched"),
    ] = LagRules().dead_letters
    silent_after: Annotated[
        dict[Pattern, PositiveSpan],
        Allowed("a mapping of regular expressions to durations"),
    ] = Field(default_factory=dict, description="Topics that have to grow at least so often; else PRODUCER_SILENT")


class Promises(Section):
    """How urgent the lag of a group is that holds up orders: what is left of a promise once the queue has cleared."""

    warn_below: Annotated[Span, Field(description="Warn when less is left of an order's promise")] = Duration.parse(
        "P3D"
    )
    critical_below: Annotated[Span, Field(description="Critical when less is left")] = Duration.parse("P1D")


class FurtherCluster(Section):
    """Another Kafka cluster whose groups are watched; slamon keeps nothing there."""

    bootstrap_servers: Annotated[Servers, Field(description="Brokers to ask first")]
    security: Annotated[Security, Field(description="TLS and SASL, as in kafka.security")] = Security()
    groups: Annotated[Names | None, Field(description="Which groups; null: as lag.groups")] = None
    expected: Annotated[
        tuple[Word, ...], Field(description="Groups that must exist there"), Allowed("a list of group names")
    ] = ()


class Shown(Section):
    """What `/metrics` shows of lag."""

    detail: Annotated[Detail, Field(description="The finest series: one per group, topic or partition")] = (
        Detail.PARTITION
    )
    also_as: Annotated[
        tuple[Exposition, ...],
        Field(description="Show it under the names of these exporters too"),
        Allowed("a list of kafka_exporter and kafka-lag-exporter"),
    ] = ()

    def to_form(self) -> LagForm:
        """What the metrics follow."""
        return LagForm(self.detail, self.also_as)
