"""The sinks besides Slack and webhooks, from their sections: Alertmanager, e-mail, Apprise; and the heartbeat's."""

from collections.abc import Iterator

from pydantic import SecretStr

from slamon.settings import Settings
from slamon.settings.notify import Alertmanager, Smtp
from slamon.sinks.alertmanager import AlertmanagerSink, AlertmanagerTarget
from slamon.sinks.apprise import AppriseSink
from slamon.sinks.calling import Caller
from slamon.sinks.message import Sink
from slamon.sinks.smtp import Protection, SmtpSink, SmtpTarget

_MAILS = 4
"""Connections to the mail server that may be open at once: many servers refuse more."""

_APPRISE_CALLS = 2
_HEARTBEAT_TIMEOUT = 10.0


def other_sinks(settings: Settings, page: str) -> Iterator[tuple[Sink, int]]:
    """Give each configured sink with the calls that may be under way at once; `page` is what alerts link to."""
    notify = settings.notify
    if notify.alertmanager is not None and notify.alertmanager.url is not None:
        yield AlertmanagerSink(_alertmanager(notify.alertmanager, notify.alertmanager.url, page)), 1
    if notify.smtp is not None and notify.smtp.host is not None and notify.smtp.sender is not None:
        yield SmtpSink(_smtp(notify.smtp, notify.smtp.host, notify.smtp.sender)), _MAILS
    if notify.apprise is not None and notify.apprise.url is not None:
        yield AppriseSink(_plain(notify.apprise.url).split()), _APPRISE_CALLS


def heartbeat_caller(settings: Settings) -> Caller | None:
    """What calls the heartbeat's URL; None where none is configured."""
    heartbeat = settings.notify.heartbeat
    if heartbeat is None or heartbeat.url is None:
        return None
    return Caller(_plain(heartbeat.url), _HEARTBEAT_TIMEOUT)


def _alertmanager(section: Alertmanager, url: str, page: str) -> AlertmanagerTarget:
    return AlertmanagerTarget(
        url,
        section.keep.span,
        section.labels,
        section.username,
        _plain(section.password),
        page,
    )


def _smtp(section: Smtp, host: str, sender: str) -> SmtpTarget:
    return SmtpTarget(
        host,
        section.port,
        sender,
        section.to,
        section.managers,
        Protection(section.security),
        section.username,
        _plain(section.password),
    )


def _plain(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()
