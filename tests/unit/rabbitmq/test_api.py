"""One call: what goes wrong is a reason in words, never with the password; nothing is followed, nothing hangs."""

import gzip
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from slamon.demo.ports import free_port
from slamon.lag.observation import Reason, Unknown
from slamon.rabbitmq import api as module
from slamon.rabbitmq.api import ManagementApi, NotAnswered
from slamon.rabbitmq.target import RabbitTarget
from tests.fakes.management_api import LOGIN, Answer, FakeManagementApi, hanging, saying

TLS = Path(__file__).parents[2] / "testdata" / "tls"
PATH = "queues/%2F"


@pytest.fixture
async def fake() -> AsyncIterator[FakeManagementApi]:
    fake = FakeManagementApi()
    await fake.start()
    yield fake
    await fake.stop()


async def _call(target: RabbitTarget, path: str = "overview") -> Any:
    async with ManagementApi(target) as api:
        return await api.get(path, {"columns": "rates_mode"})


async def _why(target: RabbitTarget, path: str = "overview") -> Unknown:
    with pytest.raises(NotAnswered) as raised:
        await _call(target, path)
    assert LOGIN[1] not in repr(raised.value)
    return raised.value.why


async def test_it_logs_in_and_gives_what_was_asked_for(fake: FakeManagementApi) -> None:
    assert await _call(fake.target(url=fake.url + "/")) == {"rates_mode": "basic"}
    assert fake.queries == [{"columns": "rates_mode"}]


async def test_a_name_with_a_slash_stays_one_name(fake: FakeManagementApi) -> None:
    await _why(fake.target(), "queues/a%2Fb%25")
    assert fake.asked == ["queues/a%2Fb%25"]


async def test_a_wrong_password_is_refused_in_the_broker_s_words(fake: FakeManagementApi) -> None:
    assert await _why(fake.target(password="other")) == Unknown(Reason.REFUSED, "Login failed")


@pytest.mark.parametrize(
    ("answer", "reason", "said"),
    [
        (saying(401, {"reason": "Not management user"}), Reason.REFUSED, "Not management user"),
        (saying(403, "<html>"), Reason.REFUSED, "refused with status 403"),
        (saying(404, {"reason": "Not Found"}), Reason.NO_TOPIC, "there is no such virtual host"),
        (saying(500, {"reason": "a\nb" + "x" * 900}), Reason.ERROR, "status 500: a b" + "x" * 197),
        (saying(500, ["reason"]), Reason.ERROR, "status 500"),
        (saying(503), Reason.BROKER_AWAY, "status 503"),
        (saying(204), Reason.ERROR, "status 204"),
        (saying(200, "<html>"), Reason.ERROR, "the answer is not JSON"),
        (saying(200, b"\xff\xfe"), Reason.ERROR, "the answer is not JSON"),
        (saying(200, '{"a": NaN}'), Reason.ERROR, "the answer is not JSON"),
        (saying(200, "[" * 100_000), Reason.ERROR, "the answer is not JSON"),
        (hanging, Reason.BROKER_AWAY, "no answer within 0.3 s"),
    ],
)
async def test_what_is_no_answer_is_said(fake: FakeManagementApi, answer: Answer, reason: Reason, said: str) -> None:
    fake.odd[PATH] = answer
    assert await _why(fake.target(timeout=0.3), PATH) == Unknown(reason, said)


async def test_a_redirect_is_not_followed(fake: FakeManagementApi) -> None:
    fake.odd[PATH] = saying(302, Location="/api/overview")
    assert await _why(fake.target(), PATH) == Unknown(Reason.ERROR, "redirects (status 302), which is not followed")
    assert fake.asked == [PATH]


async def test_an_answer_without_end_is_not_read_to_its_end(
    fake: FakeManagementApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_LIMIT", 100_000)
    packed = gzip.compress(b'"' + b"x" * 5_000_000 + b'"')
    fake.odd[PATH] = saying(200, packed, **{"Content-Encoding": "gzip"})
    assert await _why(fake.target(), PATH) == Unknown(Reason.ERROR, "the answer is larger than 100000 bytes")


async def test_nobody_there() -> None:
    found = await _why(RabbitTarget(f"http://127.0.0.1:{free_port()}", *LOGIN))
    assert found == Unknown(Reason.BROKER_AWAY, "can't be reached: Connection refused")


async def test_without_tls_on_the_other_side(fake: FakeManagementApi) -> None:
    assert await _why(fake.target(url=fake.url.replace("http", "https"))) == Unknown(Reason.ERROR, "no TLS with it")


async def test_tls_with_a_certificate_of_its_own() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    fake = FakeManagementApi()
    await fake.start(context)
    try:
        assert await _call(fake.target(ca_file=TLS / "cert.pem")) == {"rates_mode": "basic"}
        assert await _why(fake.target()) == Unknown(Reason.ERROR, "its certificate is not trusted")
    finally:
        await fake.stop()


async def test_the_environment_s_proxy_is_not_for_this_machine(
    fake: FakeManagementApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    assert await _call(fake.target()) == {"rates_mode": "basic"}
    found = await _why(fake.target(url="http://rabbit.invalid:15672"))
    assert found.reason is Reason.BROKER_AWAY


async def test_it_has_to_be_opened() -> None:
    with pytest.raises(RuntimeError):
        await ManagementApi(RabbitTarget("http://x", *LOGIN)).get("overview", {})
