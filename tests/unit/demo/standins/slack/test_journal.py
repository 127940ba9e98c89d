"""What the Slack stand-in writes into its ledger."""

from pathlib import Path
from typing import Any

import pytest

from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.script import Act
from slamon.demo.standins.slack.channels import Channel
from slamon.demo.standins.slack.delivery import Heard
from slamon.demo.standins.slack.journal import Journal
from tests.samples import NOW

CALL: dict[str, Any] = {"channel": "#c", "text": "late", "token": "xoxb-1"}
OK = {"ok": True, "channel": "C1", "ts": "1.000000"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


async def test_a_call_with_what_it_was_answered(path: Path) -> None:
    journal = Journal(path, lambda: NOW)
    await journal.called("chat.postMessage", CALL, OK, Act.ACCEPT_THEN_HANG)
    assert list(read_ledger(path)) == [
        {
            "seq": 1,
            "at": "2026-05-04T12:00:00Z",
            "method": "chat.postMessage",
            "id": None,
            "act": "accept_then_hang",
            "accepted": True,
            "error": None,
            "channel": "C1",
            "ts": "1.000000",
            "request": {"channel": "#c", "text": "late"},
        }
    ]
    await journal.close()


@pytest.mark.parametrize(
    ("metadata", "notice_id"),
    [
        ({"event_type": "slamon_notice", "event_payload": {"notice_id": "n-1"}}, "n-1"),
        ({"event_type": "slamon_digest", "event_payload": {"digest_id": "d-1"}}, None),
        ({"event_type": "slamon_notice"}, None),
        ("nonsense", None),
        (None, None),
    ],
)
async def test_a_row_names_the_notice(path: Path, metadata: object, notice_id: str | None) -> None:
    journal = Journal(path, lambda: NOW)
    await journal.called("chat.postMessage", {**CALL, "metadata": metadata}, {"ok": False, "error": "no_text"})
    await journal.close()
    (row,) = read_ledger(path)
    assert (row["id"], row["accepted"], row["error"]) == (notice_id, False, "no_text")


async def test_what_is_no_call(path: Path) -> None:
    journal = Journal(path, lambda: NOW)
    await journal.wrote(Channel("C1", "c"), {"ts": "1.000000", "text": "why?", "user": "U7"})
    await journal.said({"envelope_id": "e-1"})
    await journal.responded("C1", "1.000000", "noted")
    await journal.delivered({"type": "block_actions"}, Heard(accepted=False, error="timeout"))
    await journal.close()
    rows = [(row["method"], row["accepted"], row["error"], row["request"]) for row in read_ledger(path)]
    assert rows == [
        ("say", True, None, {"channel": "#c", "text": "why?", "user": "U7"}),
        ("socket_mode", True, None, {"said": {"envelope_id": "e-1"}}),
        ("response_url", True, None, {"said": "noted"}),
        ("interaction.block_actions", False, "timeout", {"payload": {"type": "block_actions"}, "answer": None}),
    ]
