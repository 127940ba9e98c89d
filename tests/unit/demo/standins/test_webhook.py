"""The webhook stand-in: what it takes for a genuine call."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.webhook import WebhookStandIn
from slamon.orders.event import SECOND

GENUINE = {  # the vector of the specification
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
SIGNED_AT = 1614265330 * SECOND
BODY = b'{"test": 2432232314}'


class Receiver:
    def __init__(self, ledger: Path) -> None:
        self.now = SIGNED_AT
        self.ledger = ledger
        self.stand_in = WebhookStandIn(ledger, clock=lambda: self.now, secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    async def post(self, headers: dict[str, str], body: bytes = BODY) -> int:
        url = self.stand_in.hook_url
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=headers) as answer,
        ):
            return answer.status


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Receiver]:
    receiver = Receiver(tmp_path / "ledger")
    await receiver.stand_in.start()
    yield receiver
    await receiver.stand_in.stop()


async def test_a_genuine_call_is_taken_and_written_down(receiver: Receiver) -> None:
    assert await receiver.post(GENUINE) == 204
    (row,) = read_ledger(receiver.ledger)
    assert (row["id"], row["accepted"], row["signed"]) == (GENUINE["webhook-id"], True, True)
    assert row["request"] == {"test": 2432232314}


async def test_one_good_signature_among_several_is_enough(receiver: Receiver) -> None:
    several = f"v1a,xyz v1,AAAA {GENUINE['webhook-signature']}"
    assert await receiver.post(GENUINE | {"webhook-signature": several}) == 204


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "another"},
        {"webhook-id": ""},
        {"webhook-timestamp": "1614265331"},
        {"webhook-timestamp": "soon"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-signature": "v1,é"},
    ],
)
async def test_anything_else_is_not(receiver: Receiver, change: dict[str, str]) -> None:
    assert await receiver.post(GENUINE | change) == 401
    (row,) = read_ledger(receiver.ledger)
    assert (row["accepted"], row["signed"]) == (False, False)


async def test_a_changed_body_is_not(receiver: Receiver) -> None:
    assert await receiver.post(GENUINE, BODY + b" ") == 401


@pytest.mark.parametrize(("seconds", "status"), [(300, 204), (301, 401), (-300, 204), (-301, 401)])
async def test_a_signature_ages(receiver: Receiver, seconds: int, status: int) -> None:
    receiver.now = SIGNED_AT + seconds * SECOND
    assert await receiver.post(GENUINE) == status


async def test_a_body_that_is_no_json_is_kept_as_text(receiver: Receiver) -> None:
    await receiver.post({}, b"\xff?")
    (row,) = read_ledger(receiver.ledger)
    assert row["request"] == "\ufffd?"
