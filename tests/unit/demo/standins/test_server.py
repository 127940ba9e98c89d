"""The HTTP side of the stand-ins (how they misbehave: tests/contract/test_sink_contract.py)."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from slamon.demo.standins.script import Act, Call, Reply, Script
from slamon.demo.standins.server import Server, new_application, retry_after_header


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def url(script: Script) -> AsyncIterator[str]:
    app = new_application(script, lambda: 0)
    server = Server(app)

    async def hang(request: web.Request) -> web.StreamResponse:
        seconds = request.query.get("seconds")
        return await server.misbehave(request, Reply(Act.HANG, seconds=None if seconds is None else float(seconds)))

    app.router.add_get("/hang", hang)
    yield await server.start(0)
    await server.stop()


async def _tell(url: str, content: object, path: str = "script") -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession() as session, session.post(f"{url}/-/{path}", json=content) as answer:
        return answer.status, await answer.json()


async def _status(url: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status


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


async def test_rules_come_by_http_too(url: str, script: Script) -> None:
    rule = {"replies": [{"act": "hang", "seconds": 5}], "methods": ["chat.update"]}
    assert await _tell(url, [rule], "rules") == (200, {})
    assert script.next(Call("chat.update")) == Reply(Act.HANG, seconds=5)
    await _tell(url, [], "rules")
    assert script.next(Call("chat.update")).act is Act.SERVE


@pytest.mark.parametrize("content", [[{}], [{"replies": []}], [{"replies": [{"act": "explode"}]}], ["hang"], {"a": 1}])
async def test_a_rule_that_is_none_is_refused(url: str, content: object) -> None:
    assert (await _tell(url, content, "rules"))[0] == 422


async def test_a_call_hangs_for_its_seconds(url: str) -> None:
    assert await _status(f"{url}/hang?seconds=0.01") == 503


async def test_a_call_hangs_until_it_is_released(url: str) -> None:
    call = asyncio.create_task(_status(f"{url}/hang"))
    while not call.done():
        await _tell(url, {}, "release")
    assert await call == 503


def test_the_header_of_retry_after() -> None:
    assert retry_after_header("30") == {"Retry-After": "30"}
    assert retry_after_header(None) == {}
