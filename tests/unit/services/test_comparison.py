"""Two configurations side by side."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from slamon.errors import InputError
from slamon.notices.notice import NoticeKind
from slamon.notices.record import KIND_OF
from slamon.orders.event import Instant, rfc3339
from slamon.reports.compare import kind_of
from slamon.reports.compared import Comparison
from slamon.services.comparison import Configured, compare_files
from slamon.services.replay import ReplayRules, replay_files
from slamon.sla.calendar import Length
from slamon.sla.clock import Due
from slamon.sla.conditions import Condition
from slamon.sla.policy import SlaTerms
from tests.builders import T0, day, policy

OLD = Configured(SlaTerms(), ReplayRules())
SHORTER = Configured(SlaTerms((policy(duration=Length(3), warn_before=Length(1)),)), ReplayRules())


def _line(order_id: str, status: str, at: Instant, **more: object) -> str:
    told = {"order_id": order_id, "system": "shop", "status": status, "occurred_at": rfc3339(at)}
    return json.dumps(told | more) + "\n"


LINES = (
    _line("a", "SUBMITTED", T0, manager_id="m-1", channel="shop"),
    _line("b", "SHIPPED", day(2)),
    _line("b", "SUBMITTED", T0),
    _line("a", "SHIPPED", day(5)),
    _line("c", "INITIATED", day(5)),
    "{\n",
)


def _compared(
    folder: Path, old: Configured, new: Configured, at: Instant | None = None, lines: Sequence[str] = LINES
) -> dict[str, Any]:
    path = folder / "events.jsonl"
    path.write_text("".join(lines))
    found, totals = compare_files([str(path)], old, new, at, None), Comparison()
    return {"at": found.at, "orders": list(found.orders(totals)), "summary": found.summary(totals)}


def test_a_shorter_promise_breaks_what_was_kept(tmp_path: Path) -> None:
    """Only orders that differ are shown; all are counted."""
    shown = _compared(tmp_path, OLD, SHORTER)
    assert shown["at"] == day(5)
    a, b = shown["orders"]
    assert (a["verdict"], a["manager_id"], a["channel"]) == ({"old": "kept", "new": "broken"}, "m-1", "shop")
    assert [(told["kind"], told["change"]) for told in a["notices"]] == [
        ("at_risk", "appeared"),
        ("breached", "appeared"),
        ("finished_late", "appeared"),
    ]
    assert (b["verdict"], b["due_at"]["new"]) == ({"old": "kept", "new": "kept"}, rfc3339(day(3)))
    summary = shown["summary"]
    assert (summary["orders"], summary["changed"], summary["verdict_flips"]) == (3, 2, 1)
    assert (summary["old"]["rejected"], summary["new"]["rejected"]) == (1, 1)
    assert [summary[side]["notices"]["total"] for side in ("old", "new")] == [2, 5]
    assert summary["new"]["notices"]["per_day"] == 5 / 6


def test_notices_have_the_ids_of_the_replay(tmp_path: Path) -> None:
    shown = _compared(tmp_path, OLD, SHORTER)
    ids = {told["new"]["notice_id"] for order in shown["orders"] for told in order["notices"]}
    replayed = replay_files([str(tmp_path / "events.jsonl")], SHORTER.terms, ReplayRules(), None, None)
    assert ids <= {notice["notice_id"] for notice in replayed.notices()}
    assert len(ids) == 3


def test_the_same_policy_changes_nothing(tmp_path: Path) -> None:
    shown = _compared(tmp_path, OLD, OLD)
    assert (shown["orders"], shown["summary"]["changed"]) == ([], 0)
    assert shown["summary"]["old"] == shown["summary"]["new"]


def test_neither_the_order_of_lines_nor_repeats_matter(tmp_path: Path) -> None:
    again = [*reversed(LINES[:-1]), *LINES]
    assert _compared(tmp_path, OLD, SHORTER, lines=again) == _compared(tmp_path, OLD, SHORTER)


def test_each_side_decodes_by_its_own_source(tmp_path: Path) -> None:
    """Both are judged at the same time, though one of them has rejected the last line."""
    mapped = Configured(SlaTerms(), ReplayRules(None, {"sent": "SHIPPED"}, 300))
    lines = [
        _line("a", "SUBMITTED", T0),
        _line("a", "sent", day(2)),
        _line("z", "SUBMITTED", day(30), reason="x" * 400),
    ]
    shown = _compared(tmp_path, OLD, mapped, lines=lines)
    assert shown["at"] == day(30)
    assert [(row["order_id"], row["verdict"]) for row in shown["orders"]] == [
        ("a", {"old": "breached", "new": "kept"}),
        ("z", {"old": "on_track", "new": None}),
    ]
    assert (shown["summary"]["old"]["rejected"], shown["summary"]["new"]["rejected"]) == (0, 1)


def test_a_time_in_between_and_none_at_all(tmp_path: Path) -> None:
    shown = _compared(tmp_path, OLD, SHORTER, day(4))
    assert (shown["at"], shown["orders"][0]["verdict"]) == (day(4), {"old": "on_track", "new": "breached"})
    assert shown["summary"]["old"]["after_at"] == shown["summary"]["new"]["after_at"] == 2
    empty = _compared(tmp_path, OLD, SHORTER, lines=())
    assert (empty["at"], empty["orders"], empty["summary"]["orders"]) == (None, [], 0)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        compare_files([str(tmp_path / "none.jsonl")], OLD, SHORTER, None, None)


def test_kinds_have_the_words_of_notices() -> None:
    """The reports do not know of notices; their words are the same."""
    words = {kind: kind_of(Condition(kind, None, None, T0, T0, None)) for kind in Due}
    assert words == {kind: str(KIND_OF[kind]) for kind in Due}
    assert NoticeKind("at_risk") == words[Due.AT_RISK]
