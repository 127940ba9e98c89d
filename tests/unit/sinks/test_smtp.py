"""The e-mail sink against a real mail server, beyond the contract of all sinks."""

import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from slamon.demo.standins.script import Act, Reply
from slamon.errors import SinkError
from slamon.notices.notice import NoticeKind
from slamon.sinks.failure import outcome_unknown
from slamon.sinks.smtp import Protection, SmtpSink, SmtpTarget
from tests.fakes.mail_server import MailServer
from tests.samples import NOW, order_json, outgoing

CERTIFICATE = Path(__file__).parents[2] / "testdata" / "tls"
SENDER, TO = "slamon@example.org", ("sales@example.org",)


def _server_tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE / "cert.pem", CERTIFICATE / "key.pem")
    return context


def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE / "cert.pem"))


@contextlib.asynccontextmanager
async def _running(server: MailServer) -> AsyncIterator[MailServer]:
    await server.start()
    yield server
    await server.stop()


def _sink(server: MailServer, **changes: Any) -> SmtpSink:
    given = {"managers": {"m-1": "anna@example.org"}, "protection": Protection.NONE, "timeout": 20.0, **changes}
    to = given.pop("to", TO)
    return SmtpSink(SmtpTarget("localhost", server.port, SENDER, to, **given))


async def _failed(sink: SmtpSink) -> SinkError:
    with pytest.raises(SinkError) as refused:
        await sink.send(outgoing(), now=NOW)
    return refused.value


async def test_the_mail_goes_to_everybody_and_to_the_manager() -> None:
    async with _running(MailServer()) as server:
        receipt = await _sink(server).send(outgoing(), now=NOW)
    recipients, message = server.taken[0]
    assert recipients == ["sales@example.org", "anna@example.org"]
    assert receipt.remote_id == message["Message-ID"] == "<5b1c3a52-0000-5000-8000-000000000001@example.org>"
    assert message["X-Slamon-Notice"] == outgoing().notice_id


@pytest.mark.parametrize(
    ("manager", "to", "expected"),
    [
        ("m-1", TO, ["sales@example.org", "anna@example.org"]),
        ("m-2", TO, ["sales@example.org"]),
        (None, TO, ["sales@example.org"]),
        ("m-1", ("Anna <ANNA@example.org>",), ["anna@example.org"]),
        ("m-1", (), ["anna@example.org"]),
    ],
)
async def test_who_gets_it(manager: str | None, to: tuple[str, ...], expected: list[str]) -> None:
    notice = outgoing(order=order_json(manager_id=manager))
    payload = _sink(MailServer(), to=to).payload(notice, now=NOW)
    assert payload["to"] == expected
    assert (payload["from"], payload["subject"][:14]) == (SENDER, "Promise missed")
    assert "2 days 3 hours late" in payload["text"]


async def test_nobody_to_send_to_is_refused_for_good() -> None:
    sink = _sink(MailServer(), to=(), managers={})
    assert (await _failed(sink)).permanent
    about_mes = outgoing(kind=NoticeKind.SOURCE_SILENT, subject="mes", order=None)
    assert sink.payload(about_mes, now=NOW)["to"] == []


@pytest.mark.parametrize(
    ("codes", "reason", "permanent"),
    [
        (("550 5.1.1 no such user", "550 no"), "rejected", True),
        (("450 4.2.0 greylisted", "450 later"), "deferred", False),
        (("550 no", "451 later"), "deferred", False),
    ],
)
async def test_refused_recipients(codes: tuple[str, str], reason: str, permanent: bool) -> None:
    refused = dict(zip(("sales@example.org", "anna@example.org"), codes, strict=True))
    async with _running(MailServer(recipients=refused)) as server:
        said = await _failed(_sink(server))
    assert (said.reason, said.permanent) == (reason, permanent)
    assert not outcome_unknown(said)
    assert server.taken == []


async def test_one_recipient_of_two_is_enough() -> None:
    async with _running(MailServer(recipients={"anna@example.org": "550 no such user"})) as server:
        await _sink(server).send(outgoing(), now=NOW)
    assert [recipients for recipients, _ in server.taken] == [["sales@example.org"]]


async def test_a_login_that_is_refused_stops_for_good() -> None:
    async with _running(MailServer(users={"u": "right"})) as server:
        await _sink(server, username="u", password="right").send(outgoing(), now=NOW)
        said = await _failed(_sink(server, username="u", password="canary"))
        without = await _failed(_sink(server))
    assert (said.reason, said.permanent) == ("auth", True)
    assert (without.reason, without.permanent) == ("auth", True)
    assert "canary" not in f"{said} {_sink(server, username='u', password='canary')!r}"
    assert len(server.taken) == 1


async def test_starttls_protects_login_and_mail() -> None:
    server = MailServer(users={"u": "p"}, tls=_server_tls())
    async with _running(server):
        sink = _sink(server, username="u", password="p", protection=Protection.STARTTLS, tls=_trusting())
        await sink.send(outgoing(), now=NOW)
    assert len(server.taken) == 1


async def test_tls_from_the_start() -> None:
    server = MailServer(users={"u": "p"}, tls=_server_tls(), implicit_tls=True)
    async with _running(server):
        sink = _sink(server, username="u", password="p", protection=Protection.TLS, tls=_trusting())
        await sink.send(outgoing(), now=NOW)
    assert len(server.taken) == 1


@pytest.mark.parametrize("protection", [Protection.STARTTLS, Protection.TLS])
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(protection: Protection) -> None:
    server = MailServer(tls=_server_tls(), implicit_tls=protection is Protection.TLS)
    async with _running(server):
        said = await _failed(_sink(server, protection=protection))
    assert (said.reason, said.permanent) == ("unreachable", False)
    assert server.taken == []


async def test_a_server_without_starttls_gets_no_mail_unprotected() -> None:
    async with _running(MailServer()) as server:
        said = await _failed(_sink(server, protection=Protection.STARTTLS))
    assert (said.reason, said.permanent) == ("rejected", True)
    assert server.taken == []


async def test_nobody_there_is_unreachable() -> None:
    said = await _failed(SmtpSink(SmtpTarget("127.0.0.1", 1, SENDER, TO, protection=Protection.NONE)))
    assert (said.reason, said.permanent) == ("unreachable", False)


async def test_what_hangs_ends_in_time_and_may_have_been_taken() -> None:
    async with _running(MailServer()) as server:
        server.script.push(Reply(Act.ACCEPT_THEN_HANG))
        said = await _failed(_sink(server, timeout=0.3))
    assert said.reason == "timeout"
    assert outcome_unknown(said)
    assert server.ids() == [outgoing().notice_id]
