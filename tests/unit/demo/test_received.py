import json
from pathlib import Path
from typing import Any

from slamon.demo.compare import Sent
from slamon.demo.received import LedgerTail, SlackTail, unknown_statuses_in
from slamon.demo.slack_said import from_slack


def line(notice_id: str, text: str = "headline\nmore") -> bytes:
    payload = {"notice_id": notice_id, "order_id": "A-1", "kind": "breached"}
    request: dict[str, Any] = {"metadata": {"event_payload": payload}, "text": text}
    row = {"at": "1970-01-01T00:00:00Z", "method": "chat.postMessage", "accepted": True, "request": request}
    return json.dumps(row).encode() + b"\n"


def test_a_ledger_is_read_on_as_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "slack.jsonl"
    tail = LedgerTail(path, from_slack)
    tail.read_on()
    assert tail.calls == []
    path.write_bytes(line("n-1"))
    tail.read_on()
    with path.open("ab") as file:
        file.write(line("n-2"))
    tail.read_on()
    tail.read_on()
    assert tail.calls == [Sent("n-1", "A-1", "breached", 0), Sent("n-2", "A-1", "breached", 0)]


def test_a_line_that_is_still_being_written_waits(tmp_path: Path) -> None:
    path = tmp_path / "slack.jsonl"
    tail = LedgerTail(path, from_slack)
    whole = line("n-1")
    path.write_bytes(whole[:20])
    tail.read_on()
    assert tail.calls == []
    path.write_bytes(whole)
    tail.read_on()
    assert len(tail.calls) == 1


def test_the_newest_headlines_are_kept_as_slack_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "slack.jsonl"
    path.write_bytes(b"".join(line(f"n-{n}", f"Gemma &lt;{n}&gt; &amp; co\nmore") for n in range(10)))
    tail = LedgerTail(path, from_slack)
    tail.read_on()
    assert list(tail.texts)[-1] == "Gemma <9> & co"
    assert len(tail.texts) < 10


def test_a_digest_counts_as_it_says_last_and_its_words_are_shown(tmp_path: Path) -> None:
    path, rows = tmp_path / "slack.jsonl", []
    for method, count in (("chat.postMessage", 80), ("chat.update", 95)):
        metadata = {"event_type": "slamon_digest", "event_payload": {"digest_id": "d-1", "count": count}}
        request = {"metadata": metadata, "text": f"{count} notices"}
        rows.append({"at": "1970-01-01T00:00:00Z", "method": method, "accepted": True, "request": request})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    tail = SlackTail(path)
    tail.read_on()
    assert (tail.digests, list(tail.texts), tail.calls) == ({"d-1": 95}, ["80 notices", "95 notices"], [])


def test_unknown_statuses_are_summed_over_the_sources() -> None:
    exposition = (
        "# TYPE slamon_events_total counter\n"
        'slamon_events_total{outcome="applied",source="mes"} 7.0\n'
        'slamon_events_total{outcome="unknown_status",source="mes"} 3.0\n'
        'slamon_events_total{source="crm",outcome="unknown_status"} 2.0\n'
    )
    assert unknown_statuses_in(exposition) == 5
    assert unknown_statuses_in("") == 0
