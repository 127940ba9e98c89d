"""What no single key of Alertmanager, e-mail, Apprise and the heartbeat can tell: what each cannot do without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slamon.sinks.alertmanager import OWN_LABELS
from slamon.sinks.apprise import is_installed, unusable
from slamon.sinks.mail import is_mailbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slamon.settings.finding import Finding
    from slamon.settings.notify import Alertmanager, Apprise, Smtp
    from slamon.settings.root import Settings
    from slamon.settings.shape import Path

_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_MAILBOX = "is no address of mail, allowed is name@domain"


def receivers(settings: Settings) -> Iterator[Finding]:
    """Ask every section that is there."""
    notify = settings.notify
    if notify.alertmanager is not None:
        yield from _alertmanager(notify.alertmanager)
    if notify.smtp is not None:
        yield from _smtp(notify.smtp)
    if notify.apprise is not None:
        yield from _apprise(notify.apprise)
    if notify.heartbeat is not None and notify.heartbeat.url is None and notify.heartbeat.url_file is None:
        yield ("notify", "heartbeat", "url"), "is missing, allowed is a URL here or in url_file"


def _alertmanager(section: Alertmanager) -> Iterator[Finding]:
    path = ("notify", "alertmanager")
    if section.url is None:
        yield (*path, "url"), "is missing, allowed is a URL such as http://alertmanager:9093"
    for label in section.labels:
        if label in OWN_LABELS:
            yield (*path, "labels", label), "is a label of slamon's own, allowed is any other name"
        elif _LABEL.fullmatch(label) is None:
            yield (*path, "labels", label), "is no name of a label, allowed are letters, digits and '_', no digit first"
    if section.keep.span <= section.resend.span:
        yield (*path, "keep"), "is not longer than resend, so that alerts end in between; allowed is a longer duration"
    yield from _login(path, section.username, has_password=(section.password or section.password_file) is not None)


def _smtp(section: Smtp) -> Iterator[Finding]:
    path = ("notify", "smtp")
    if section.host is None:
        yield (*path, "host"), "is missing, allowed is the name of a mail server"
    if section.sender is None:
        yield (*path, "sender"), "is missing, allowed is the address that mails come from"
    if not section.to:
        yield (*path, "to"), "is missing, allowed is a list of addresses: notices without a manager go there"
    yield from ((here, _MAILBOX) for here, address in _addresses(section) if not is_mailbox(address))
    yield from _login(path, section.username, has_password=(section.password or section.password_file) is not None)


def _addresses(section: Smtp) -> Iterator[tuple[Path, str]]:
    path = ("notify", "smtp")
    if section.sender is not None:
        yield (*path, "sender"), section.sender
    yield from (((*path, "to", index), address) for index, address in enumerate(section.to))
    yield from (((*path, "managers", manager), address) for manager, address in section.managers.items())


def _apprise(section: Apprise) -> Iterator[Finding]:
    path = ("notify", "apprise")
    if not is_installed():
        yield path, "needs Apprise, which is not installed; allowed after: pip install 'slamon[apprise]'"
    elif section.url is None:
        if section.url_file is None:
            yield (*path, "url"), "is missing, allowed is an Apprise URL here or in url_file"
    else:
        key = "url" if section.url_file is None else "url_file"
        for number in unusable(section.url.get_secret_value().split()):
            yield (
                (*path, key),
                f"holds a URL, number {number + 1}, that Apprise makes nothing of; allowed is one it knows",
            )


def _login(path: tuple[str, str], username: str | None, *, has_password: bool) -> Iterator[Finding]:
    if (username is not None) != has_password:
        lacking = "password" if username is not None else "username"
        yield (*path, lacking), "is missing, allowed are username and password together"
