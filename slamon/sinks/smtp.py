"""The e-mail sink: one mail through aiosmtplib per call, the server's reply codes turned into our errors."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog
from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from slamon.errors import SinkError
from slamon.orders.event import Instant
from slamon.sinks.failure import FailureReason, interruption
from slamon.sinks.mail import mail, mailbox, subject, text_of
from slamon.sinks.message import OutgoingNotice, Receipt

_log = structlog.get_logger("slamon.sinks.smtp")
_REFUSED_FOR_GOOD = 500
_AUTH = frozenset({530, 534, 535, 538})
_GOODBYE = 2.0


class Protection(StrEnum):
    """How the connection is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpTarget:
    """One mail server and who gets mails. The password never shows in a representation."""

    host: str = field(repr=False)
    port: int = field(repr=False)
    sender: str
    to: tuple[str, ...]
    """Addresses that get every mail."""
    managers: Mapping[str, str] = field(default_factory=dict)
    """Address by manager id: gets mails about this manager's orders too."""
    protection: Protection = Protection.STARTTLS
    username: str | None = None
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    """Seconds for one attempt: mail servers that look names up are slow."""
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """What to trust; None: the authorities that this machine trusts."""


class SmtpSink:
    """Mails notices; every attempt has a connection of its own."""

    name = "smtp"
    channel = "smtp|mail"

    def __init__(self, target: SmtpTarget) -> None:
        """Open nothing."""
        self._target = target

    def __repr__(self) -> str:
        return f"SmtpSink({self.channel!r})"

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        """Mail once; it is accepted when the server took it for one recipient at least. Raises SinkError."""
        message = mail(notice, self._target.sender, self.recipients(notice), now)
        if not message["To"].addresses:
            raise SinkError(FailureReason.REJECTED, "nobody is to get this mail: `to` is empty", permanent=True)
        client = self._client()
        failure: SinkError
        try:
            async with asyncio.timeout(self._target.timeout):
                await client.connect()
                refused, _ = await client.send_message(message)
        except Exception as error:  # noqa: BLE001 - no exception that knows the server may leave
            client.close()
            failure = _judge(error)
        else:
            with contextlib.suppress(SMTPException, OSError):  # it is taken, however they say goodbye
                await client.quit(timeout=_GOODBYE)
            client.close()
            if refused:
                codes = {address: reply.code for address, reply in refused.items()}
                _log.warning("notice.recipients_refused", notice_id=notice.notice_id, refused=codes)
            return Receipt(message["Message-ID"])
        raise failure  # outside of the except: nothing that knows the server hangs on it as context

    def recipients(self, notice: OutgoingNotice) -> tuple[str, ...]:
        """Everybody of `to`, then the manager whose order it is; nobody twice."""
        manager = None if notice.order is None else notice.order.get("manager_id")
        own = self._target.managers.get(manager) if isinstance(manager, str) else None
        everybody = (*self._target.to, *(() if own is None else (own,)))
        return tuple({mailbox(address).lower(): address for address in everybody}.values())

    def payload(self, notice: OutgoingNotice, *, now: Instant) -> dict[str, Any]:
        """Give the mail in short."""
        del now
        return {
            "from": self._target.sender,
            "to": list(self.recipients(notice)),
            "subject": subject(notice),
            "text": text_of(notice),
        }

    async def close(self) -> None:
        """Nothing is open between attempts."""

    def _client(self) -> SMTP:
        target = self._target
        return SMTP(
            hostname=target.host,
            port=target.port,
            username=target.username,
            password=target.password if target.username is not None else None,
            use_tls=target.protection is Protection.TLS,
            start_tls=target.protection is Protection.STARTTLS,
            tls_context=target.tls,
            timeout=target.timeout,
        )


_PASSING = (  # the first kind that fits counts: a timeout of connecting is an error of connecting
    (SMTPConnectError, FailureReason.UNREACHABLE, "no connection to the mail server"),
    (SMTPTimeoutError, FailureReason.TIMEOUT, "no answer in time"),
    (SMTPServerDisconnected, FailureReason.CONNECTION_LOST, "the connection broke"),
    (ssl.SSLError, FailureReason.UNREACHABLE, "no protected connection to the mail server"),
)


def _judge(error: Exception) -> SinkError:
    if isinstance(error, SMTPRecipientsRefused):
        return _worst([reply.code for reply in error.recipients])
    if isinstance(error, SMTPResponseException):
        return _reply(error.code, is_login=isinstance(error, SMTPAuthenticationError))
    for kind, reason, words in _PASSING:
        if isinstance(error, kind):
            return SinkError(reason, f"{words} ({type(error).__name__})", permanent=False)
    if isinstance(error, SMTPException):
        said = "the mail server does not offer what is configured (STARTTLS, login)"
        return SinkError(FailureReason.REJECTED, said, permanent=True)
    return interruption(error)


def _worst(codes: list[int]) -> SinkError:
    """Nobody was taken: as long as one may be taken later, it is worth repeating."""
    return _reply(min(codes, default=_REFUSED_FOR_GOOD), what="every recipient")


def _reply(code: int, *, is_login: bool = False, what: str = "the mail") -> SinkError:
    """Judge a reply code: 4xx is for now, 5xx for good."""
    if code < 400:  # noqa: PLR2004 - neither yes nor no where one of them was due
        return SinkError(FailureReason.BAD_ANSWER, "the mail server's answer could not be read", permanent=False)
    if code < _REFUSED_FOR_GOOD:
        return SinkError(FailureReason.DEFERRED, f"the mail server answered {code}: not now", permanent=False)
    if is_login or code in _AUTH:
        return SinkError(FailureReason.AUTH, f"the mail server answered {code}: the login", permanent=True)
    return SinkError(FailureReason.REJECTED, f"the mail server answered {code}: it refuses {what}", permanent=True)
