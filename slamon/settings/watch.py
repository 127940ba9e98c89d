"""`lag` and `services`: queues and services to watch; known to the schema, not run by this version."""

from typing import Annotated, Literal

from pydantic import Field, Strict

from slamon.settings.duration import Duration
from slamon.settings.fields import Allowed, Name, PositiveSpan, Section, Url, Word, whole
from slamon.settings.rabbitmq import RabbitMq

_PATTERNS = Allowed("a list of regular expressions, each for a whole name")
_QUARTER_MINUTE = Duration.parse("PT15S")


class Groups(Section):
    """Which consumer groups are watched."""

    include: Annotated[tuple[str, ...], Field(description="Groups to watch"), _PATTERNS] = (".*",)
    exclude: Annotated[tuple[str, ...], Field(description="Groups to leave out"), _PATTERNS] = ()


class Lag(Section):
    """Consumer lag of the cluster's groups."""

    interval: Annotated[PositiveSpan, Field(description="Time between two looks")] = _QUARTER_MINUTE
    groups: Annotated[Groups, Field(description="Which groups")] = Groups()
    warn_after: Annotated[PositiveSpan, Field(description="Warn when the oldest unread record is older")] = (
        Duration.parse("PT5M")
    )
    critical_after: Annotated[PositiveSpan, Field(description="Critical when it is older")] = Duration.parse("PT15M")
    expected: Annotated[
        tuple[Word, ...], Field(description="Groups that must exist"), Allowed("a list of group names")
    ] = ()
    isolation: Annotated[
        Literal["read_committed", "read_uncommitted"],
        Field(description="What counts as the end of a partition"),
    ] = "read_committed"
    rabbitmq: Annotated[
        dict[Name, RabbitMq],
        Allowed("a mapping of names to RabbitMQs"),
    ] = Field(default_factory=dict, description="RabbitMQs by name, whose queues are watched beside Kafka's groups")


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
