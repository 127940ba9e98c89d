"""The section `notify` as a whole."""

from typing import Annotated

from pydantic import Field

from slamon.settings.duration import Duration
from slamon.settings.fields import Allowed, Name, Section, Span, Word
from slamon.settings.notify.receivers import Alertmanager, Apprise, Heartbeat, Smtp, Webhook
from slamon.settings.notify.routes import Rule
from slamon.settings.notify.slack import Slack


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
    alertmanager: Annotated[Alertmanager | None, Field(description="Alertmanager, for system notices")] = None
    smtp: Annotated[Smtp | None, Field(description="E-mail")] = None
    apprise: Annotated[Apprise | None, Field(description="Apprise")] = None
    heartbeat: Annotated[Heartbeat | None, Field(description="Dead man's switch")] = None
    rules: Annotated[
        tuple[Rule, ...],
        Field(description="Routing; without rules every receiver gets every notice"),
        Allowed("a list of {kinds, severities, channels, clients, managers, receivers, slack_channel}"),
    ] = ()
    fallback: Annotated[
        tuple[Word, ...] | None,
        Field(description="Receivers of what no rule matches; null: those that no rule names"),
        Allowed("a list of receivers"),
    ] = None
