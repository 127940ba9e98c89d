"""`notify`: who is told, how fast, and with which secrets."""

from slamon.settings.notify.receivers import Alertmanager, Apprise, Heartbeat, Smtp, Webhook
from slamon.settings.notify.routes import Hours, Kind, Person, Rule, Severity
from slamon.settings.notify.section import Notify
from slamon.settings.notify.slack import Slack

__all__ = [
    "Alertmanager",
    "Apprise",
    "Heartbeat",
    "Hours",
    "Kind",
    "Notify",
    "Person",
    "Rule",
    "Severity",
    "Slack",
    "Smtp",
    "Webhook",
]
