"""What every sink makes of what a receiver may do: Slack and webhook against their stand-ins, and the fake.

A case is one scripted act of the receiver, what the sink has to say of it, and what the receiver has taken.
To add one: an `Act` for the stand-ins (and the fake), then a line here.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.script import Act, Reply, Script
from slamon.demo.standins.slack import SlackStandIn
from slamon.demo.standins.webhook import WebhookStandIn
from slamon.errors import SinkError
from slamon.notices.notice import NoticeKind
from slamon.sinks.alertmanager import AlertmanagerSink, AlertmanagerTarget
from slamon.sinks.apprise import AppriseSink
from slamon.sinks.failure import outcome_unknown
from slamon.sinks.message import OutgoingNotice, Receipt, Sink
from slamon.sinks.slack import SlackSink, SlackTarget
from slamon.sinks.slack_hook import SlackHookSink, SlackHookTarget
from slamon.sinks.smtp import Protection, SmtpSink, SmtpTarget
from slamon.sinks.webhook import WebhookSink, WebhookTarget
from tests.fakes.http_receiver import HttpReceiver
from tests.fakes.mail_server import MailServer
from tests.fakes.sinks import FakeSink
from tests.samples import NOW, outgoing

TOKEN = "xoxb-1-canary"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATIENT, HASTY = 20.0, 0.3


@dataclass(frozen=True)
class Case:
    reply: Reply
    reason: str | None
    """None: the notice is accepted."""
    permanent: bool = False
    retry_after: float | None = None
    unknown: bool = False
    taken: int = 0
    by_status: bool = False
    """Only Slack speaks in the body: for a webhook the status 200 is acceptance."""
    timeout: float = PATIENT


CASES = {
    "ok": Case(Reply(), None, taken=1),
    "429 in seconds": Case(Reply(Act.RATE_LIMITED, retry_after="30"), "rate_limited", retry_after=30),
    "429 with a date": Case(
        Reply(Act.RATE_LIMITED, retry_after="Mon, 04 May 2026 12:01:30 GMT"), "rate_limited", retry_after=90
    ),
    "429 bare": Case(Reply(Act.RATE_LIMITED), "rate_limited"),
    "500": Case(Reply(Act.SERVER_ERROR), "server_error", unknown=True),
    "503 with Retry-After": Case(
        Reply(Act.SERVER_ERROR, status=503, retry_after="7"), "server_error", retry_after=7, unknown=True
    ),
    "hang": Case(Reply(Act.HANG), "timeout", unknown=True, timeout=HASTY),
    "reset": Case(Reply(Act.RESET), "connection_lost", unknown=True),
    "accepted, then timeout": Case(Reply(Act.ACCEPT_THEN_HANG), "timeout", unknown=True, taken=1, timeout=HASTY),
    "accepted, then reset": Case(Reply(Act.ACCEPT_THEN_RESET), "connection_lost", unknown=True, taken=1),
    "refused for good": Case(Reply(Act.REFUSE), "not_found", permanent=True),
    "weird body": Case(Reply(Act.WEIRD_BODY), "bad_answer", unknown=True, by_status=True),
    "huge body": Case(Reply(Act.HUGE_BODY), "bad_answer", unknown=True, by_status=True),
    "redirect for now": Case(Reply(Act.REDIRECT), "redirected"),
    "redirect for good": Case(Reply(Act.REDIRECT, status=308), "redirected", permanent=True),
}


# What a mail server may do is other than what HTTP has: reply codes, and no redirects
MAIL_CASES = {
    "429 in seconds": Case(Reply(Act.RATE_LIMITED), "deferred"),
    "429 with a date": Case(Reply(Act.RATE_LIMITED), "deferred"),
    "429 bare": Case(Reply(Act.RATE_LIMITED), "deferred"),
    "500": Case(Reply(Act.SERVER_ERROR), "deferred"),
    "503 with Retry-After": Case(Reply(Act.SERVER_ERROR), "deferred"),
    "refused for good": Case(Reply(Act.REFUSE), "rejected", permanent=True),
    "weird body": Case(Reply(Act.WEIRD_BODY), "bad_answer", unknown=True),
    "huge body": Case(Reply(Act.WEIRD_BODY), "bad_answer", unknown=True),
    "redirect for now": Case(Reply(Act.REFUSE), "rejected", permanent=True),
    "redirect for good": Case(Reply(Act.REFUSE), "rejected", permanent=True),
}
# Apprise says no more than yes or no; what it has sent and got no answer to counts as no
_NO = {
    name: Case(case.reply, "server_error", unknown=True, taken=case.taken)
    for name, case in CASES.items()
    if case.reason is not None and not case.by_status
}
APPRISE_CASES = _NO | {
    "hang": Case(Reply(Act.HANG), "timeout", unknown=True, timeout=HASTY),
    "accepted, then timeout": Case(Reply(Act.ACCEPT_THEN_HANG), "timeout", unknown=True, taken=1, timeout=HASTY),
    "huge body": Case(Reply(), None, taken=1),
    "redirect for now": Case(Reply(Act.REFUSE), "server_error", unknown=True),  # it follows redirects by itself
    "redirect for good": Case(Reply(Act.REFUSE), "server_error", unknown=True),
}


@dataclass(frozen=True)
class Rig:
    script: Script
    sink: Callable[[float], Sink]
    """Makes a sink with this timeout in seconds."""
    calls: Callable[[], list[str]]
    """The notice ids of all calls that reached the receiver."""
    taken: Callable[[], list[str]]
    """The notice ids that it took."""
    by_status: bool = False
    notice: OutgoingNotice = field(default_factory=outgoing)
    cases: Mapping[str, Case] = field(default_factory=dict)
    """What this receiver's cases are, where they are not everybody's."""


@contextlib.asynccontextmanager
async def slack_rig(folder: Path) -> AsyncIterator[Rig]:
    ledger = folder / "slack.jsonl"
    stand_in = SlackStandIn(ledger, clock=lambda: NOW, token=TOKEN)
    await stand_in.start()

    def sink(timeout: float) -> Sink:
        return SlackSink(SlackTarget(token=TOKEN, channel="#late-orders", api_url=stand_in.api_url, timeout=timeout))

    yield Rig(stand_in.script, sink, lambda: _ids(ledger), lambda: _ids(ledger, accepted=True))
    await stand_in.stop()


@contextlib.asynccontextmanager
async def webhook_rig(folder: Path) -> AsyncIterator[Rig]:
    ledger = folder / "webhook.jsonl"
    stand_in = WebhookStandIn(ledger, clock=lambda: NOW, secret=SECRET)
    await stand_in.start()

    def sink(timeout: float) -> Sink:
        return WebhookSink(WebhookTarget("crm", stand_in.hook_url, (SECRET,), timeout))

    yield Rig(stand_in.script, sink, lambda: _ids(ledger), lambda: _ids(ledger, accepted=True), by_status=True)
    await stand_in.stop()


@contextlib.asynccontextmanager
async def alertmanager_rig(folder: Path) -> AsyncIterator[Rig]:
    receiver = HttpReceiver(folder / "alerts.jsonl", lambda posted: posted[0]["labels"]["notice_id"])
    await receiver.start()
    about_a_source = outgoing(kind=NoticeKind.SOURCE_SILENT, subject="mes", order=None, due_at=None)

    def sink(timeout: float) -> Sink:
        return AlertmanagerSink(AlertmanagerTarget(receiver.url, username="u", password=SECRET, timeout=timeout))

    yield Rig(
        receiver.script, sink, receiver.ids, lambda: receiver.ids(accepted=True), by_status=True, notice=about_a_source
    )
    await receiver.stop()


@contextlib.asynccontextmanager
async def slack_hook_rig(folder: Path) -> AsyncIterator[Rig]:
    def name(posted: Any) -> str:
        return str(posted["blocks"][-1]["elements"][-1]["text"].removeprefix("notice "))

    receiver = HttpReceiver(folder / "hook.jsonl", name, answer="ok", refusal=404, by_status=False)
    await receiver.start()

    def sink(timeout: float) -> Sink:
        return SlackHookSink(SlackHookTarget(f"{receiver.url}/hook", timeout))

    yield Rig(receiver.script, sink, receiver.ids, lambda: receiver.ids(accepted=True))
    await receiver.stop()


@contextlib.asynccontextmanager
async def smtp_rig(_folder: Path) -> AsyncIterator[Rig]:
    server = MailServer()
    await server.start()

    def sink(timeout: float) -> Sink:
        return SmtpSink(
            SmtpTarget("127.0.0.1", server.port, "s@x.test", ("a@x.test",), {}, Protection.NONE, timeout=timeout)
        )

    yield Rig(server.script, sink, lambda: server.calls, server.ids, cases=MAIL_CASES)
    await server.stop()


@contextlib.asynccontextmanager
async def apprise_rig(folder: Path) -> AsyncIterator[Rig]:
    receiver = HttpReceiver(folder / "apprise.jsonl", lambda _: outgoing().notice_id)
    await receiver.start()
    url = receiver.url.replace("http://", "json://") + "/hook"
    yield Rig(
        receiver.script,
        lambda timeout: AppriseSink([url], timeout),
        receiver.ids,
        lambda: receiver.ids(accepted=True),
        by_status=True,
        cases=APPRISE_CASES,
    )
    await receiver.stop()


@contextlib.asynccontextmanager
async def fake_rig(_folder: Path) -> AsyncIterator[Rig]:
    fake = FakeSink()
    yield Rig(
        fake.script,
        lambda _timeout: fake,
        lambda: [notice.notice_id for _, notice in fake.attempts],
        lambda: [notice.notice_id for notice in fake.accepted],
    )


def _ids(ledger: Path, *, accepted: bool = False) -> list[str]:
    return [row["id"] for row in read_ledger(ledger) if row["accepted"] or not accepted]


RIGS = {
    "slack": slack_rig,
    "webhook": webhook_rig,
    "alertmanager": alertmanager_rig,
    "slack_hook": slack_hook_rig,
    "smtp": smtp_rig,
    "apprise": apprise_rig,
    "fake": fake_rig,
}


@pytest.fixture(params=RIGS)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    async with RIGS[request.param](tmp_path) as ready:
        yield ready


@contextlib.asynccontextmanager
async def opened(rig: Rig, timeout: float = PATIENT) -> AsyncIterator[Sink]:  # noqa: ASYNC109 - a sink's setting
    sink = rig.sink(timeout)
    yield sink
    await sink.close()


async def outcome(sink: Sink, notice: OutgoingNotice) -> Receipt | SinkError:
    try:
        return await sink.send(notice, now=NOW)
    except SinkError as error:
        return error


@pytest.mark.parametrize("name", CASES)
async def test_each_act_of_a_receiver(rig: Rig, name: str) -> None:
    case = rig.cases.get(name, CASES[name])
    rig.script.push(case.reply)
    async with opened(rig, case.timeout) as sink:
        said = await outcome(sink, rig.notice)
    mine = [outgoing().notice_id]
    assert rig.calls() == mine, "one attempt, nothing repeated, no redirect followed"
    if case.reason is None or (case.by_status and rig.by_status):
        assert isinstance(said, Receipt)
        assert rig.taken() == mine
        return
    assert isinstance(said, SinkError)
    assert (said.reason, said.permanent) == (case.reason, case.permanent)
    assert said.retry_after == case.retry_after
    assert outcome_unknown(said) == case.unknown
    assert rig.taken() == mine * case.taken


@pytest.mark.parametrize("name", CASES)
async def test_the_next_attempt_succeeds_with_the_same_id(rig: Rig, name: str) -> None:
    case = rig.cases.get(name, CASES[name])
    rig.script.push(case.reply)
    async with opened(rig, case.timeout) as sink:
        await outcome(sink, rig.notice)
    async with opened(rig) as sink:
        assert isinstance(await outcome(sink, rig.notice), Receipt)
    assert set(rig.calls()) == {outgoing().notice_id}
    assert len(rig.calls()) == 2


async def test_a_sink_may_be_closed_twice_and_used_again(rig: Rig) -> None:
    sink = rig.sink(PATIENT)
    await sink.close()
    assert isinstance(await outcome(sink, rig.notice), Receipt)
    await sink.close()
    await sink.close()
    assert isinstance(await outcome(sink, rig.notice), Receipt)
    await sink.close()


async def test_a_sink_names_itself_and_its_channel(rig: Rig) -> None:
    async with opened(rig) as sink:
        assert sink.channel.startswith(f"{sink.name}|") or sink.channel == f"webhook|{sink.name}"


def _every_word(error: BaseException) -> Iterator[str]:
    seen: BaseException | None = error
    while seen is not None:
        yield from (str(seen), repr(seen), repr(seen.args), repr(vars(seen)))
        seen = seen.__cause__ or seen.__context__


@pytest.mark.parametrize("name", CASES)
async def test_no_error_knows_the_token_or_the_address(rig: Rig, name: str) -> None:
    """S3: the address of a webhook is its secret, and str() of aiohttp's errors contains it."""
    case = rig.cases.get(name, CASES[name])
    rig.script.push(case.reply)
    async with opened(rig, case.timeout) as sink:
        said = await outcome(sink, rig.notice)
    words = " ".join(_every_word(said)) if isinstance(said, SinkError) else repr(said)
    words += repr(sink)
    for canary in (TOKEN, SECRET, "127.0.0.1", "://", "/hook", "/api/"):
        assert canary not in words
