"""The HTTP side of the stand-ins (how they misbehave: tests/contract/test_sink_contract.py)."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from slamon.demo.standins.script import Act, Script
from slamon.demo.standins.server import Server, new_application, retry_after_header


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def url(script: Script) -> AsyncIterator[str]:
    server = Server(new_application(script))
    yield await server.start(0)
    await server.stop()


async def _tell(url: str, content: object) -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession() as session, session.post(f"{url}/-/script", json=content) as answer:
        return answer.status, await answer.json()


async def test_another_process_can_tell_what_to_do(url: str, script: Script) -> None:
    replies = [{"act": "hang"}, {"act": "rate_limited", "retry_after": "5"}]
    assert await _tell(url, replies) == (200, {"waiting": 2})
    assert script.next().act is Act.HANG
    assert script.next().retry_after == "5"


async def test_an_empty_list_clears_the_script(url: str) -> None:
    await _tell(url, [{"act": "hang"}])
    assert await _tell(url, []) == (200, {"waiting": 0})


@pytest.mark.parametrize("content", [[{"act": "explode"}], [{}], [{"act": "hang", "x": 1}], [5]])
async def test_what_cannot_be_done_is_refused(url: str, script: Script, content: object) -> None:
    status, _ = await _tell(url, content)
    assert (status, len(script)) == (422, 0)


def test_the_header_of_retry_after() -> None:
    assert retry_after_header("30") == {"Retry-After": "30"}
    assert retry_after_header(None) == {}
