"""The receivers besides Slack: webhooks, Alertmanager, e-mail, Apprise, the heartbeat."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from slamon.settings.duration import Duration
from slamon.settings.fields import Allowed, Name, Port, PositiveSpan, Secret, SecretFile, SecretUrl, Section, Url, Word


class Webhook(Section):
    """Notices as signed JSON calls (Standard Webhooks)."""

    url: Annotated[SecretUrl | None, Field(description="Where to POST; often a secret in itself")] = None
    url_file: Annotated[SecretFile | None, Field(description="File that holds the URL")] = None
    secret: Annotated[Secret | None, Field(description="Signs each call; without one calls are not signed")] = None
    secret_file: Annotated[SecretFile | None, Field(description="File that holds the secret")] = None


class Alertmanager(Section):
    """System notices as alerts of Alertmanager (API v2): sent again while they stand, and once more when they end."""

    url: Annotated[Url | None, Field(description="Its address, without /api/v2")] = None
    resend: Annotated[PositiveSpan, Field(description="What stands is sent again so often")] = Duration.parse("PT1M")
    keep: Annotated[
        PositiveSpan,
        Field(description="Alertmanager keeps an alert that is not sent again so long: longer than slamon may be down"),
    ] = Duration.parse("P1D")
    labels: Annotated[dict[Name, Word], Allowed("a mapping of label names to text")] = Field(
        default_factory=dict, description="Labels of every alert"
    )
    username: Annotated[Word | None, Field(description="User of basic authentication")] = None
    password: Annotated[Secret | None, Field(description="Its password")] = None
    password_file: Annotated[SecretFile | None, Field(description="File that holds the password")] = None


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Smtp(Section):
    """Notices as e-mail."""

    host: Annotated[Word | None, Field(description="Mail server")] = None
    port: Annotated[Port, Field(description="Its port")] = 587
    security: Annotated[SmtpSecurity, Field(description="starttls, tls or none")] = SmtpSecurity.STARTTLS
    username: Annotated[Word | None, Field(description="User; null: no login")] = None
    password: Annotated[Secret | None, Field(description="Its password")] = None
    password_file: Annotated[SecretFile | None, Field(description="File that holds the password")] = None
    sender: Annotated[Word | None, Field(description="Address that mails come from")] = None
    to: Annotated[
        tuple[Word, ...], Field(description="Addresses that get every mail"), Allowed("a list of addresses")
    ] = ()
    managers: Annotated[dict[Word, Word], Allowed("a mapping of manager ids to addresses")] = Field(
        default_factory=dict, description="Managers who get mails about their orders, besides those of `to`"
    )


class Apprise(Section):
    """Notices to whatever Apprise knows (install slamon[apprise])."""

    url: Annotated[Secret | None, Field(description="An Apprise URL, or several with blanks between them")] = None
    url_file: Annotated[SecretFile | None, Field(description="File that holds it")] = None


class Heartbeat(Section):
    """A dead man's switch: called while the whole path works."""

    url: Annotated[SecretUrl | None, Field(description="What to call")] = None
    url_file: Annotated[SecretFile | None, Field(description="File that holds the URL")] = None
    interval: Annotated[PositiveSpan, Field(description="How often")] = Duration.parse("PT1M")
