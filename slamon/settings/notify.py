"""`notify`: who is told, how fast, and with which secrets."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, Strict

from slamon.settings.duration import Duration
from slamon.settings.fields import (
    Allowed,
    Later,
    Name,
    Opaque,
    Secret,
    SecretFile,
    SecretUrl,
    Section,
    Span,
    Url,
    Word,
    whole,
)


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


class Person(Section):
    """Where a manager is reached."""

    user: Annotated[Word | None, Field(description="Slack user id")] = None
    channel: Annotated[Word | None, Field(description="Slack channel id or name")] = None


def _with_slash(url: str) -> str:
    return url if url.endswith("/") else url + "/"


class Slack(Section):
    """Notices as Slack messages."""

    token: Annotated[Secret | None, Field(description="Bot token; without one nothing is sent to Slack")] = None
    token_file: Annotated[SecretFile | None, Field(description="File that holds the bot token")] = None
    api_url: Annotated[Url, AfterValidator(_with_slash), Field(description="Where the Web API is")] = (
        "https://slack.com/api/"
    )
    signing_secret: Annotated[Secret | None, Field(description="Proves that button presses are Slack's"), Later()] = (
        None
    )
    signing_secret_file: Annotated[SecretFile | None, Field(description="File that holds it"), Later()] = None
    channel: Annotated[Word | None, Field(description="Channel that gets the notices, by name or id")] = None
    per_second: Annotated[
        float,
        Strict(),
        Field(ge=0.01, le=100, allow_inf_nan=False, description="Calls a second and channel at most"),
        Allowed("a number from 0.01 to 100"),
    ] = 1.0
    digest_above: Annotated[
        int,
        Strict(),
        Field(ge=0, le=100_000, description="More notices a minute than this become one digest; 0: never"),
        whole(0, 100_000),
        Later(),
    ] = 10
    managers: Annotated[
        dict[Word, Person],
        Allowed("a mapping of manager ids to {user, channel}"),
        Later(),
    ] = Field(default_factory=dict, description="Where each manager_id is reached")


class Webhook(Section):
    """Notices as signed JSON calls (Standard Webhooks)."""

    url: Annotated[SecretUrl | None, Field(description="Where to POST; often a secret in itself")] = None
    url_file: Annotated[SecretFile | None, Field(description="File that holds the URL")] = None
    secret: Annotated[Secret | None, Field(description="Signs each call; without one calls are not signed")] = None
    secret_file: Annotated[SecretFile | None, Field(description="File that holds the secret")] = None


class Heartbeat(Section):
    """A dead man's switch: called while the whole path works."""

    url: Annotated[SecretUrl | None, Field(description="What to call")] = None
    url_file: Annotated[SecretFile | None, Field(description="File that holds the URL")] = None


class Rule(Section):
    """Which notices go to which receivers."""

    kinds: Annotated[
        tuple[Kind, ...], Field(description="Kinds of notices"), Allowed("a list of kinds of notices")
    ] = ()
    channels: Annotated[tuple[Word, ...], Field(description="Channels"), Allowed("a list of channels")] = ()
    receivers: Annotated[tuple[Word, ...], Field(description="Names of receivers"), Allowed("a list of receivers")] = ()


class Notify(Section):
    """Receivers of notices; none configured: notices only stand in the API."""

    slack: Annotated[Slack | None, Field(description="Slack")] = None
    webhooks: Annotated[
        dict[Name, Webhook],
        Allowed("a mapping of names to webhooks"),
    ] = Field(default_factory=dict, description="Webhooks by name")
    max_age: Annotated[
        Span, Field(description="Nothing is sent about orders that ended longer ago when slamon learns of it")
    ] = Duration(7, 0)
    alertmanager: Annotated[Opaque | None, Field(repr=False, exclude=True, description="Alertmanager"), Later()] = None
    smtp: Annotated[Opaque | None, Field(repr=False, exclude=True, description="E-mail"), Later()] = None
    apprise: Annotated[Opaque | None, Field(repr=False, exclude=True, description="Apprise"), Later()] = None
    heartbeat: Annotated[Heartbeat | None, Field(description="Dead man's switch"), Later()] = None
    rules: Annotated[
        tuple[Rule, ...],
        Field(description="Routing; without rules every receiver gets every notice"),
        Allowed("a list of {kinds, channels, receivers}"),
        Later("every receiver gets every notice"),
    ] = ()
