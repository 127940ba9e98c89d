"""The webhook sink beyond the contract that all sinks share (tests/contract/test_sink_contract.py)."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slamon.demo.ports import free_port
from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.script import Act, Reply
from slamon.demo.standins.webhook import WebhookStandIn
from slamon.errors import SinkError
from slamon.notices.notice import NoticeKind
from slamon.sinks.webhook import WebhookSink, WebhookTarget, webhook_payload
from tests.samples import HOUR, NOW, order_json, outgoing

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[WebhookStandIn]:
    stand_in = WebhookStandIn(tmp_path / "ledger", clock=lambda: NOW, secret=SECRET)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


def _sink(receiver: WebhookStandIn, *secrets: str) -> WebhookSink:
    return WebhookSink(WebhookTarget("crm", receiver.hook_url, secrets or (SECRET,)))


def test_the_payload_of_the_contract() -> None:
    notice = outgoing(kind=NoticeKind.RETRACTED, stage="SUBMITTED", retracts="an-id", reinstated=True)
    payload = webhook_payload(notice)
    assert payload == {
        "notice_id": notice.notice_id,
        "kind": "retracted",
        "subject": "A-1001",
        "order": order_json(),
        "as_of": None,
        "stage": "SUBMITTED",
        "due_at": "2026-05-02T09:00:00Z",
        "at": "2026-05-02T09:00:00Z",
        "created_at": "2026-05-04T12:00:00Z",
        "text": notice.text,
        "retracts": "an-id",
        "reinstated": True,
        "page": None,
        "silence": None,
    }


def test_a_notice_about_a_source_has_no_order() -> None:
    silence = {"source": "mes", "since": "2026-05-04T11:00:00Z"}
    notice = outgoing(kind=NoticeKind.SOURCE_SILENT, subject="mes", order=None, silence=silence, due_at=None)
    payload = webhook_payload(notice)
    assert (payload["kind"], payload["subject"], payload["order"]) == ("source_silent", "mes", None)
    assert payload["silence"] == silence


def test_an_order_says_as_of_when_it_stood_so() -> None:
    assert webhook_payload(outgoing(as_of=NOW))["as_of"] == "2026-05-04T12:00:00Z"


async def test_what_comes_from_outside_arrives_as_stated(receiver: WebhookStandIn, tmp_path: Path) -> None:
    name = "<!channel> \u202e\n\x00 Zürich 👩\u200d🔧"
    sink = _sink(receiver)
    await sink.send(outgoing(order=order_json(client_name=name)), now=NOW)
    await sink.close()
    (row,) = read_ledger(tmp_path / "ledger")
    assert row["signed"]
    assert row["request"]["order"]["client_name"] == name
    assert row["timestamp"] == str(NOW // 1_000_000)


async def test_while_a_secret_is_changed_either_verifies(receiver: WebhookStandIn) -> None:
    sink = _sink(receiver, "the new one", SECRET)
    await sink.send(outgoing(), now=NOW)
    await sink.close()


async def test_a_wrong_secret_is_refused_for_good(receiver: WebhookStandIn) -> None:
    await _expect(_sink(receiver, "another"), "auth", permanent=True)


async def test_an_old_signature_is_refused(receiver: WebhookStandIn) -> None:
    await _expect(_sink(receiver), "auth", permanent=True, now=NOW - HOUR)


@pytest.mark.parametrize("status", [400, 401, 403, 410, 422])
async def test_refusals_are_permanent(receiver: WebhookStandIn, status: int) -> None:
    receiver.script.push(Reply(Act.REFUSE, status=status))
    sink = _sink(receiver)
    with pytest.raises(SinkError, match=f"HTTP {status}") as refused:
        await sink.send(outgoing(), now=NOW)
    await sink.close()
    assert refused.value.permanent


async def test_an_unknown_name_is_unreachable_and_not_told() -> None:
    sink = WebhookSink(WebhookTarget("crm", "http://canary.invalid/s3cret", (SECRET,)))
    error = await _expect(sink, "unreachable", permanent=False)
    assert "canary" not in str(error) + repr(error.__context__) + repr(sink)


async def test_nobody_listening_is_unreachable() -> None:
    url = f"http://127.0.0.1:{free_port()}/hook"
    await _expect(WebhookSink(WebhookTarget("crm", url, (SECRET,))), "unreachable", permanent=False)


async def test_an_address_that_is_none_is_an_error_like_others() -> None:
    await _expect(WebhookSink(WebhookTarget("crm", "nowhere", (SECRET,))), "unreachable", permanent=False)


def test_without_a_usable_secret_there_is_no_sink() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        WebhookSink(WebhookTarget("crm", "http://127.0.0.1/", ("",)))


def test_secrets_do_not_show() -> None:
    target = WebhookTarget("crm", "https://partner.test/s3cret", ("hush",))
    assert repr(target) == "WebhookTarget(name='crm', timeout=10.0)"
    assert repr(WebhookSink(target)) == "WebhookSink('crm')"


async def test_the_body_is_the_same_at_every_attempt(receiver: WebhookStandIn, tmp_path: Path) -> None:
    sink = _sink(receiver)
    await sink.send(outgoing(), now=NOW)
    await sink.send(outgoing(attempt=2), now=NOW + 30_000_000)
    await sink.close()
    first, second = (json.dumps(row["request"]) for row in read_ledger(tmp_path / "ledger"))
    assert first == second


async def _expect(sink: WebhookSink, reason: str, *, permanent: bool, now: int = NOW) -> SinkError:
    with pytest.raises(SinkError) as refused:
        await sink.send(outgoing(), now=now)
    await sink.close()
    assert (refused.value.reason, refused.value.permanent) == (reason, permanent)
    return refused.value
