"""Who gets which notice: the rules of `notify.rules`, and the people of `notify.slack.managers`."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from slamon.settings.fields import Allowed, Flag, Section, Word


class Kind(StrEnum):
    """Every kind of notice that a rule may name (CONTRACT §4)."""

    AT_RISK = "at_risk"
    BREACHED = "breached"
    STAGE_OVERDUE = "stage_overdue"
    DIVERGENCE = "divergence"
    FINISHED_LATE = "finished_late"
    RETRACTED = "retracted"
    LAG = "lag"
    SERVICE = "service"
    SOURCE_SILENT = "source_silent"


class Severity(StrEnum):
    """How much a notice asks of its reader."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Hours(Section):
    """When somebody takes notices; what comes at other times waits for the morning."""

    calendar: Annotated[Word, Field(description="A calendar of sla.calendars: its open time")]
    breaches_anytime: Annotated[Flag, Field(description="Broken promises do not wait")] = True


class Person(Section):
    """Where a manager is reached."""

    user: Annotated[Word | None, Field(description="Slack user id, mentioned in what concerns them")] = None
    channel: Annotated[Word | None, Field(description="Slack channel id or name; null: that of notify.slack")] = None
    hours: Annotated[Hours | None, Field(description="When they take notices; null: always")] = None


class Rule(Section):
    """Which notices go to which receivers: the first one that matches counts."""

    kinds: Annotated[
        tuple[Kind, ...], Field(description="Kinds of notices"), Allowed("a list of kinds of notices")
    ] = ()
    severities: Annotated[
        tuple[Severity, ...], Field(description="Severities"), Allowed("a list of critical, warning, info")
    ] = ()
    channels: Annotated[tuple[Word, ...], Field(description="Channels of orders"), Allowed("a list of channels")] = ()
    clients: Annotated[tuple[Word, ...], Field(description="Clients, by id"), Allowed("a list of client ids")] = ()
    managers: Annotated[tuple[Word, ...], Field(description="Managers, by id"), Allowed("a list of manager ids")] = ()
    receivers: Annotated[tuple[Word, ...], Field(description="Names of receivers"), Allowed("a list of receivers")] = ()
    slack_channel: Annotated[
        Word | None, Field(description="Slack channel for these, whoever the manager is; null: the manager's")
    ] = None
