"""Answers to notices over HTTP: what is refused, and who is asked."""

import json
from typing import Any

import pytest

from slamon.notices.answers import Action
from slamon.web.answering import read_answer
from slamon.web.refusal import Refusal
from tests.fakes.orders_api import T0, FakeWorker, notice_head
from tests.fakes.sites import Served, pair, refusing

LATER = "2027-01-31T09:00:00Z"
NOTICES = [notice_head(f"o-{number}", 1) for number in range(12)]


async def post(served: Served, notice_id: str, action: str = "acknowledge", **body: Any) -> tuple[int, dict[str, Any]]:
    path = f"/api/v1/notices/{notice_id.replace('#', '%23')}/{action}"
    status, _, text = await served.ask("POST", path, body=json.dumps({"by": "ann", **body}).encode())
    return status, json.loads(text)


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("acknowledge", {}, "by: missing"),
        ("told", {"by": None}, "by: missing"),
        ("not_ours", {"by": ""}, "by: must be a text"),
        ("acknowledge", {"by": 7}, "by: must be a text"),
        ("acknowledge", {"by": "x" * 129}, "by: longer than 128"),
        ("acknowledge", {"by": "ann", "reason": "x" * 1001}, "reason: longer than 1000"),
        ("snooze", {"by": "ann"}, "until: missing"),
        ("snooze", {"by": "ann", "until": "tomorrow"}, "until: not RFC 3339"),
        ("snooze", {"by": "ann", "until": "2027-01-31 09:00:00Z"}, "until: not RFC 3339"),
        ("snooze", {"by": "ann", "until": "2027-01-31T09:00:00"}, "until: not RFC 3339"),
        ("snooze", {"by": "ann", "until": "2027-02-31T09:00:00Z"}, "until: no such date"),
        ("snooze", {"by": "ann", "until": "2001-01-31T09:00:00Z"}, "until: is over already"),
        ("promise", {"by": "ann"}, "promised_at: missing"),
        ("promise", {"by": "ann", "promised_at": 1}, "promised_at: must be a text"),
        ("acknowledge", {"by": "ann", "via": "slack"}, "via: 'slack' is not one of"),
    ],
)
def test_what_is_missing_or_malformed_is_named_with_its_remedy(action: str, body: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal, match=field) as refused:
        read_answer(action, "n", json.dumps(body).encode(), T0)
    assert refused.value.status == 422


@pytest.mark.parametrize("body", [b"", b"by=ann", b"[]", b'"ann"', b"[" * 5000, b'{"by":"\xff"}'])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal, match="body: not") as refused:
        read_answer("acknowledge", "n", body, T0)
    assert refused.value.status == 422


def test_an_answer_is_read_with_all_that_it_says() -> None:
    body = {"by": "ann", "until": LATER, "promised_at": None, "reason": "r", "order_id": "o", "via": "cli", "more": [1]}
    given = read_answer("snooze", "n", json.dumps(body).encode(), T0)
    answer = given.answer
    assert (answer.notice_id, answer.action, answer.by, answer.at) == ("n", "snooze", "ann", T0)
    assert (answer.until, answer.promised_at, answer.reason, answer.via) == (1801386000000000, None, "r", "cli")
    assert given.order_id == "o"


@pytest.mark.parametrize("action", [*Action])
async def test_every_action_has_its_path(action: Action) -> None:
    worker = FakeWorker(notices=NOTICES)
    async with Served(worker) as served:
        status, record = await post(served, "o-3#1", action, until=LATER, promised_at=LATER)
    assert status == 200
    assert record["order_id"] == "o-3"
    assert (record["action"], record["by"], record["via"]) == (str(action), "ann", "api")
    assert [answer.notice_id for answer in worker.answered] == ["o-3#1"]


async def test_other_actions_do_not_exist() -> None:
    async with Served(FakeWorker(notices=NOTICES)) as served:
        assert (await post(served, "o-3#1", "delete"))[0] == 404


async def test_an_unknown_notice_is_404_and_refusals_are_passed_on() -> None:
    worker = FakeWorker(notices=NOTICES)
    async with Served(worker) as served:
        assert await post(served, "unknown") == (404, {"error": "no such notice"})
        assert (await post(served, "unknown", order_id="o-3"))[0] == 404
        assert (await post(served, "o-3#1", "snooze"))[0] == 422
        worker.refuses = "promise: not here"
        assert await post(served, "o-3#1") == (422, {"error": "promise: not here"})
    assert worker.answered == []


@pytest.mark.parametrize("hint", [None, "own", "wrong"])
async def test_any_worker_answers_for_all(hint: str | None) -> None:
    """Each notice is written once, by the worker that has it."""
    first, second = (FakeWorker(notices=NOTICES, local=own) for own in ([0, 1], [2, 3]))
    async with pair(first, second) as (one, _):
        for head in NOTICES:
            order_id = {"own": head.subject, "wrong": "o-99"}.get(hint or "")
            status, record = await post(one, head.notice_id, order_id=order_id)
            assert (status, record["order_id"]) == (200, head.subject)
    assert first.answered
    assert second.answered
    written = [answer.notice_id for answer in (*first.answered, *second.answered)]
    assert sorted(written) == sorted(head.notice_id for head in NOTICES)


async def test_a_worker_that_can_not_be_reached_makes_it_503() -> None:
    """It may have the notice; what another worker has is answered all the same."""
    worker = FakeWorker(notices=NOTICES, local=[0, 1])
    theirs = next(head for head in NOTICES if head not in worker.told)
    with refusing() as url:
        worker.peers = {2: url, 3: url}
        async with Served(worker) as served:
            for order_id in (None, theirs.subject):
                status, body = await post(served, theirs.notice_id, order_id=order_id)
                assert status == 503
                assert "try again" in body["error"]
            assert (await post(served, worker.told[0].notice_id))[0] == 200


async def test_a_notice_that_is_lost_meanwhile_makes_it_503() -> None:
    worker = FakeWorker(notices=NOTICES)
    worker.loses = True
    async with Served(worker) as served:
        assert (await post(served, "o-3#1"))[0] == 503


@pytest.mark.parametrize(
    ("origin", "status"), [("https://evil.example", 403), ("null", 403), ("own", 200), (None, 200)]
)
async def test_pages_of_other_sites_may_not_answer(origin: str | None, status: int) -> None:
    worker = FakeWorker(notices=NOTICES)
    async with Served(worker) as served:
        headers = {} if origin is None else {"Origin": served.url if origin == "own" else origin}
        path = "/api/v1/notices/o-3%231/told"
        assert (await served.ask("POST", path, body=b'{"by": "ann"}', headers=headers))[0] == status
    assert len(worker.answered) == (status == 200)
