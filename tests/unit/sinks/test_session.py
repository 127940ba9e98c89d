"""The bounded session of a sink."""

from pathlib import Path

import pytest

from slamon.demo.standins.script import Act, Reply
from slamon.demo.standins.slack import SlackStandIn
from slamon.sinks.failure import Redirected
from slamon.sinks.session import AnswerTooLarge, SessionHolder, is_loopback
from tests.samples import NOW


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080/hook", True),
        ("http://127.9.9.9/", True),
        ("http://[::1]:80/", True),
        ("http://localhost/x", True),
        ("https://slack.com/api/", False),
        ("http://127.0.0.1.evil.test/", False),
        ("http://10.0.0.1/", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_loopback_is_asked_without_the_environments_proxy(url: str, here: bool) -> None:
    assert is_loopback(url) is here


async def test_one_session_serves_all_calls_until_it_is_closed() -> None:
    holder = SessionHolder("http://127.0.0.1/", 5.0)
    first = holder.get()
    assert holder.get() is first
    await holder.close()
    assert first.closed
    await holder.close()
    assert holder.get() is not first
    await holder.close()


async def test_a_session_is_bounded_in_time_and_forgets_cookies() -> None:
    holder = SessionHolder("https://slack.test/", 5.0)
    session = holder.get()
    assert session.timeout.total == 5.0
    assert session.trust_env
    session.cookie_jar.update_cookies({"a": "b"})
    assert list(session.cookie_jar) == []
    await holder.close()


async def test_answers_are_read_up_to_a_limit_and_redirects_not_at_all(tmp_path: Path) -> None:
    slack = SlackStandIn(tmp_path / "ledger", clock=lambda: NOW)
    slack.script.push(Reply(Act.HUGE_BODY), Reply(Act.REDIRECT, status=307))
    await slack.start()
    holder = SessionHolder(slack.api_url, 20.0)
    url, call = f"{slack.api_url}chat.postMessage", {"token": "t", "channel": "#c", "text": "x"}
    async with holder.get().post(url, data=call) as answer:
        with pytest.raises(AnswerTooLarge):
            await answer.read()
    with pytest.raises(Redirected):
        await holder.get().post(url, data=call)
    async with holder.get().post(url, data=call) as answer:
        assert (await answer.json())["ok"]
    await holder.close()
    await slack.stop()
