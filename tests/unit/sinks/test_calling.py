"""Plain HTTP calls, beyond what the contract of all sinks shows of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slamon.errors import SinkError
from slamon.sinks.calling import Caller
from tests.fakes.http_receiver import HttpReceiver
from tests.samples import NOW


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[HttpReceiver]:
    made = HttpReceiver(tmp_path / "ledger", str, answer="thanks")
    await made.start()
    yield made
    await made.stop()


async def test_what_is_sent_and_what_comes_back(receiver: HttpReceiver) -> None:
    caller = Caller(f"{receiver.url}/x", 5.0, {"Authorization": "Basic eDp5"})
    assert await caller.post(b"{}", now=NOW, reads=True) == "thanks"
    assert await caller.post(b"{}", now=NOW) == ""
    await caller.get(now=NOW)
    await caller.close()
    assert [row["method"] for row in receiver.rows()] == ["POST", "POST", "GET"]
    for headers in receiver.headers:
        assert headers["Authorization"] == "Basic eDp5"
        assert headers["User-Agent"].startswith("slamon/")
    assert receiver.headers[0]["Content-Type"] == "application/json"


async def test_nobody_there_is_unreachable_and_named_without_its_address() -> None:
    caller = Caller("http://127.0.0.1:1/canary", 5.0)
    with pytest.raises(SinkError) as refused:
        await caller.get(now=NOW)
    await caller.close()
    assert refused.value.reason == "unreachable"
    assert refused.value.__context__ is None
    assert "canary" not in str(refused.value)
