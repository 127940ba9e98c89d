"""Of what Slack accepted, what tells a notice; replies tell one too, story lines and digests do not by themselves."""

from typing import Any

from slamon.demo.compare import Sent, compare_notices
from slamon.demo.slack_said import digested, digests_in, from_slack


def slack_row(
    event_type: str = "slamon_notice", payload: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    payload = payload or {"notice_id": "n-1", "order_id": "A-1", "kind": "breached"}
    metadata = {"event_type": event_type, "event_payload": payload}
    row = {"at": "1970-01-01T00:00:01.000002Z", "method": "chat.postMessage", "accepted": True}
    return {**row, "request": {"metadata": metadata}, **changes}


STORY = slack_row("slamon_story", {"line_id": "A-1:2", "order_id": "A-1"})
DIGEST = slack_row("slamon_digest", {"digest_id": "d-1", "count": 3})


def test_rows_are_read_by_their_metadata() -> None:
    rows = [slack_row(), slack_row(accepted=False), slack_row(method="conversations.history")]
    assert from_slack(rows) == [Sent("n-1", "A-1", "breached", 1_000_002)]


def test_neither_lines_of_a_thread_nor_digests_nor_edits_are_notices() -> None:
    assert from_slack([STORY, DIGEST, slack_row(method="chat.update")]) == []


def test_a_message_without_metadata_is_no_notice_and_unexpected() -> None:
    calls = from_slack([slack_row(request={"text": "hello"})])
    assert compare_notices([], {"Slack": calls})[0].unexpected == ("(unreadable) (Slack)",)


def test_a_digest_says_how_many_it_tells_each_time_that_it_grows() -> None:
    grown = slack_row("slamon_digest", {"digest_id": "d-1", "count": 7}, method="chat.update")
    refused = slack_row("slamon_digest", {"digest_id": "d-2", "count": 7}, accepted=False)
    assert list(digests_in([DIGEST, grown, refused, slack_row(), STORY])) == [("d-1", 3), ("d-1", 7)]


def test_slamon_says_which_notices_a_digest_told() -> None:
    def notice(receiver: str, digest_id: str | None) -> dict[str, Any]:
        way = {"receiver": receiver, "digest_id": digest_id, "sent_at": "1970-01-01T00:00:02Z"}
        return {"notice_id": "n-1", "order_id": "A-1", "kind": "at_risk", "deliveries": [way]}

    notices = [notice("slack", "d-1"), notice("slack", None), notice("sales", "d-9")]
    assert list(digested(notices)) == [("d-1", Sent("n-1", "A-1", "at_risk", 2_000_000))]
