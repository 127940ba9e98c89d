"""The result of a replay on stdout."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from slamon.cli.replayed import digest, write_json, write_json_lines, write_table
from tests.command_line import NOTICE, ORDER


class Scripted:
    """A replay that came to this."""

    def __init__(self, orders: list[dict[str, Any]], notices: int = 0, *, at: int = 1_800_000_000_000_000) -> None:
        self._orders = orders
        self._notices = [{**NOTICE, "order_id": f"o-{number}"} for number in range(notices)]
        self.at = at
        self.rejected: list[dict[str, object]] = []
        self.summary: dict[str, object] = {
            "orders": len(orders),
            "after_at": 0,
            "by_verdict": {"breached": len(orders)},
            "by_status": {"SUBMITTED": len(orders)},
            "promise_kept_ratio": None,
            "lead_time_p50_seconds": None,
            "lead_time_p95_seconds": None,
        }

    def orders(self) -> Iterator[dict[str, object]]:
        yield from self._orders

    def notices(self) -> Iterator[dict[str, object]]:
        yield from self._notices


def _order(order_id: str, verdict: str, overdue: float | None = None) -> dict[str, Any]:
    return {**ORDER, "order_id": order_id, "verdict": verdict, "overdue_seconds": overdue}


MIXED = [
    _order("risk", "at_risk", 0),
    _order("kept", "kept", 0),
    _order("broken", "broken", 9e9),
    _order("late", "breached", 100),
    _order("later", "breached", 200),
    _order("cart", "not_started"),
]


def test_json_is_one_object(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    replayed = Scripted(MIXED, 3)
    replayed.rejected = [{"source": "a\udcff.jsonl", "line": 1, "reason": "not_json"}]
    write_json(replayed)
    out = capsysbinary.readouterr().out
    assert out.endswith(b"}\n")
    assert json.loads(out) == {
        "at": "2027-01-15T08:00:00Z",
        "orders": MIXED,
        "notices": list(replayed.notices()),
        "rejected": replayed.rejected,
        "summary": replayed.summary,
    }


def test_json_of_nothing(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write_json(Scripted([], at=0))
    shown = json.loads(capsysbinary.readouterr().out)
    assert (shown["at"], shown["orders"], shown["notices"], shown["rejected"]) == (None, [], [], [])


def test_json_is_written_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    monkeypatch.setattr("slamon.cli.output.emit", lambda data: written.append(len(data)))
    write_json(Scripted([ORDER] * 10_000))
    assert len(written) > 50
    assert max(written) < 200_000


def test_json_lines_say_what_they_are(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    replayed = Scripted(MIXED[:2], 1)
    replayed.rejected = [{"source": "a", "line": 7, "reason": "not_json"}]
    write_json_lines(replayed)
    lines = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert [line["type"] for line in lines] == ["order", "order", "notice", "rejected", "summary"]
    assert lines[0] == {"type": "order", **MIXED[0]}
    assert lines[3] == {"type": "rejected", "source": "a", "line": 7, "reason": "not_json"}
    assert lines[4]["at"] == "2027-01-15T08:00:00Z"


def test_the_digest_has_the_most_urgent_first() -> None:
    found = digest(Scripted(MIXED, 5), 3)
    assert [order["order_id"] for order in found.late] == ["later", "late", "broken"]
    assert found.late_in_all == 4
    assert [notice["order_id"] for notice in found.notices] == ["o-2", "o-3", "o-4"]
    assert found.kinds == {"breached": 5}


def test_no_rows_at_all() -> None:
    found = digest(Scripted(MIXED, 5), 0)
    assert (found.late, found.notices, found.late_in_all, found.kinds.total()) == ([], [], 4, 5)


def test_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    replayed = Scripted(MIXED, 5)
    replayed.rejected = [{"source": "a.jsonl", "line": n, "reason": "not_json"} for n in range(3)]
    replayed.summary |= {
        "after_at": 4,
        "promise_kept_ratio": 0.9577,
        "lead_time_p50_seconds": 90_000,
        "lead_time_p95_seconds": 180_000,
    }
    write_table(digest(replayed, 2))
    out, err = capsys.readouterr()
    assert err == ""
    lines = [" ".join(line.split()) for line in out.splitlines()]
    for line in (
        "Late and at risk: 4, 2 shown; more with --rows",
        "Notices: 5, 2 shown; more with --rows",
        "Rejected lines: 3, 2 shown; more with --rows",
        "a.jsonl 1 not_json",
        "Summary at 2027-01-15 08:00Z",
        "orders 6",
        "breached 6",
        "promise kept 95.8%",
        "lead time, half / 95 % 1d 1h / 2d 2h",
        "notices: breached 5",
        "events left out, after --at 4",
    ):
        assert line in lines
    assert "\x1b" not in out


def test_the_tables_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(digest(Scripted([], at=0), 20))
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if line]
    assert lines[:4] == ["Late and at risk: 0", "Notices: 0", "Rejected lines: 0", "Summary at no time"]
    assert "promise kept -" in lines
