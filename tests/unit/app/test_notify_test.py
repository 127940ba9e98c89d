"""Samples go out through the real sink of one receiver, one by one, and end where the next would fail too."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slamon.app.clock import wall_clock
from slamon.app.notify_test import NoSuchReceiverError, Outcome, Trial
from slamon.demo.standins.script import Act, Reply
from slamon.notices.notice import NoticeKind
from slamon.notices.words import parsed
from slamon.settings import Settings
from tests.configurations import settings_of
from tests.fakes.http_receiver import HttpReceiver
from tests.samples import MINUTE


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[HttpReceiver]:
    made = HttpReceiver(tmp_path / "ledger", lambda posted: str(posted and "it"))
    await made.start()
    yield made
    await made.stop()


def _settings(url: str) -> Settings:
    return settings_of(f"notify: {{webhooks: {{crm: {{url: '{url}'}}}}, alertmanager: {{url: '{url}'}}}}\n")


async def _outcomes(url: str, name: str) -> list[Outcome]:
    return [outcome async for outcome in Trial(_settings(url), name, wall_clock).send()]


async def test_every_kind_reaches_the_receiver(receiver: HttpReceiver) -> None:
    outcomes = await _outcomes(receiver.url, "crm")
    assert outcomes == [Outcome(kind) for kind in [row["request"]["kind"] for row in receiver.rows()]]
    assert {outcome.kind for outcome in outcomes} == set(NoticeKind)


async def test_what_a_receiver_never_gets_is_skipped_and_test_alerts_end_soon(receiver: HttpReceiver) -> None:
    outcomes = await _outcomes(receiver.url, "alertmanager")
    assert [outcome.kind for outcome in outcomes if not outcome.skipped] == ["lag", "service", "source_silent"]
    posted = [row["request"][0] for row in receiver.rows()]
    assert len(posted) == 3
    for alert in posted:
        assert alert["annotations"]["description"].startswith("[test] ")
        ends_at = parsed(alert["endsAt"])
        assert ends_at is not None
        assert ends_at - wall_clock() <= 5 * MINUTE


@pytest.mark.parametrize(
    ("reply", "said", "calls"),
    [
        (Reply(Act.REFUSE, status=401), "HTTP 401; check the token", 1),
        (Reply(Act.REFUSE, status=410), "HTTP 410; check the channel or URL", 1),
        (Reply(Act.SERVER_ERROR), "HTTP 500; look into its log", 1),
        (Reply(Act.REFUSE, status=400), "HTTP 400; it does not take notices of this form", 9),
    ],
)
async def test_what_is_wrong_and_what_to_do(receiver: HttpReceiver, reply: Reply, said: str, calls: int) -> None:
    """A refusal of one form may not be one of the next; everything else would only be met again."""
    receiver.script.push(reply)
    outcomes = await _outcomes(receiver.url, "crm")
    assert said in str(outcomes[0].problem)
    assert len(receiver.rows()) == len(outcomes) == calls
    assert all(outcome.problem is None for outcome in outcomes[1:])


def test_payloads_are_those_of_the_calls_and_nothing_is_sent() -> None:
    trial = Trial(_settings("http://127.0.0.1:1"), "crm", wall_clock)
    assert {payload["kind"] for payload in trial.payloads()} == set(NoticeKind)
    alerts = list(Trial(_settings("http://127.0.0.1:1"), "alertmanager", wall_clock).payloads())
    assert [alert["labels"]["kind"] for alert in alerts] == ["lag", "service", "source_silent"]


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NoSuchReceiverError) as refused:
        Trial(_settings("http://127.0.0.1:1"), "heartbeat", wall_clock)
    assert refused.value.names == ["crm", "alertmanager"]
