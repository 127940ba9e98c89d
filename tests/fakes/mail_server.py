"""A real mail server (aiosmtpd) on this machine that follows the stand-ins' script."""

import asyncio
import email
import email.policy
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from slamon.demo.standins.script import Act, Reply, Script

_REPLIES = {
    Act.RATE_LIMITED: "421 4.7.0 too many connections",
    Act.SERVER_ERROR: "451 4.3.0 local error",
    Act.REFUSE: "554 5.7.1 not this one",
    Act.WEIRD_BODY: "what?",
}


@dataclass
class MailServer:
    """Keeps what it took; `users` by name with their passwords: then a login is asked for."""

    users: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    recipients: dict[str, str] = field(default_factory=dict)
    """What is answered to RCPT by address; others are taken."""
    script: Script = field(default_factory=Script)
    calls: list[str] = field(default_factory=list)
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    port: int = 0

    async def start(self) -> int:
        loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        self._server = await loop.create_server(
            self._protocol, "127.0.0.1", 0, ssl=self.tls if self.implicit_tls else None
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def stop(self) -> None:
        self._closing.set()
        self._server.close()
        await self._server.wait_closed()

    def ids(self) -> list[str]:
        """The notices that it took."""
        return [str(message["X-Slamon-Notice"]) for _, message in self.taken]

    def _protocol(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.test",
            loop=asyncio.get_running_loop(),
            tls_context=None if self.implicit_tls else self.tls,
            auth_required=bool(self.users),
            auth_require_tls=self.tls is not None and not self.implicit_tls,
            authenticator=self._check,
        )

    def _check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        right = isinstance(data, LoginPassword) and self.users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.recipients.get(address, "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return said

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = email.message_from_bytes(content, policy=email.policy.default)
        self.calls.append(str(message["X-Slamon-Notice"]))
        reply = self.script.next()
        if reply.accepts:
            self.taken.append((list(envelope.rcpt_tos), message))
        return await self._respond(server, reply)

    async def _respond(self, server: SMTP, reply: Reply) -> str:
        match reply.act:
            case Act.HANG | Act.ACCEPT_THEN_HANG:
                await self._closing.wait()
            case Act.RESET | Act.ACCEPT_THEN_RESET:
                assert isinstance(server.transport, asyncio.Transport)
                server.transport.abort()
        return _REPLIES.get(reply.act, "250 taken")
