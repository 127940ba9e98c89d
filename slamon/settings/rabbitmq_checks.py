"""What no single key of `lag.rabbitmq` can tell: a login without a password, certificates without encryption."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slamon.settings.finding import Finding
    from slamon.settings.rabbitmq import RabbitMq
    from slamon.settings.root import Settings


def rabbitmq(settings: Settings) -> Iterator[Finding]:
    """Ask every RabbitMQ that is there."""
    if settings.lag is not None:
        for name, section in settings.lag.rabbitmq.items():
            yield from ((("lag", "rabbitmq", name, key), words) for key, words in _wrong(section))


def _wrong(section: RabbitMq) -> Iterator[tuple[str, str]]:
    parts = urlsplit(section.url)
    if section.password is None and section.password_file is None:
        yield "password", "is missing, allowed is a password here or in password_file"
    if ":" in section.username:
        yield "username", "holds a colon, which no login over HTTP can; allowed is a name without"
    if parts.username is not None or parts.password is not None:
        yield "url", "holds a login, allowed are username and password in keys of their own"
    if section.ca_file is not None and parts.scheme != "https":
        yield "ca_file", "is not used with http://, allowed with a URL that starts with https://"
