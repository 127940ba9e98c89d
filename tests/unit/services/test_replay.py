"""Replay: recorded events through the same core, without a broker."""

import datetime as dt
import json
from pathlib import Path

import pytest

from slamon.errors import DecodeError, InputError
from slamon.notices.row import OrderRules
from slamon.orders.event import Instant, instant, rfc3339
from slamon.services.replay import Replay, ReplayRules, as_of, read_into, replay_files
from slamon.sla.policy import SlaTerms
from slamon.sources.native import NativeDecoder
from tests.builders import BOOK, T0, day

DECODER = NativeDecoder(None, {}, 262_144)


def _line(status: str, at: Instant, order_id: str = "o-1", **changes: object) -> bytes:
    told = {"order_id": order_id, "status": status, "occurred_at": rfc3339(at), "system": "shop"}
    return json.dumps(told | changes).encode()


def _replay(*lines: bytes, at: Instant | None = None) -> Replay:
    result = Replay(at, OrderRules(BOOK))
    for line in lines:
        result.take(line, DECODER, "test:1")
    return result


def test_the_time_is_that_of_the_last_event() -> None:
    """Unless asked otherwise; whatever the order of the lines."""
    lines = [_line("SHIPPED", day(9)), _line("SUBMITTED", day(2))]
    assert _replay(*lines).at == day(9)
    assert as_of(_replay(*lines)) == "2026-03-11T09:00:00Z"
    assert _replay(*lines, at=day(40)).at == day(40)
    assert _replay().at == 0


def test_events_after_the_time_are_counted_and_left_out() -> None:
    """Each distinct one once; an order known only from them is not shown."""
    late = _line("SHIPPED", day(9))
    result = _replay(_line("SUBMITTED", T0), late, late, _line("SUBMITTED", day(9), "o-2"), at=day(8))
    assert result.summary["after_at"] == 2
    assert [order["status"] for order in result.orders()] == ["SUBMITTED"]


def test_orders_come_by_id_and_notices_by_instant() -> None:
    """Every notice of the standing set, with the order's own words in its text."""
    result = _replay(
        _line("SUBMITTED", day(1), "b"), _line("SUBMITTED", T0, "c"), _line("INITIATED", T0, "a"), at=day(22, us=1)
    )
    assert [order["order_id"] for order in result.orders()] == ["a", "b", "c"]
    shown = [(notice["order_id"], notice["kind"]) for notice in result.notices()]
    assert shown == [
        ("c", "stage_overdue"),
        ("b", "stage_overdue"),
        ("c", "at_risk"),
        ("b", "at_risk"),
        ("c", "breached"),
        ("b", "breached"),
    ]


def test_causes_add_up_to_the_lead_time() -> None:
    """Every microsecond has one cause: a hold, a person's or a system's move, a message that does not come."""
    hold = json.loads(_line("", day(3)))
    del hold["status"]
    lines = [
        _line("SUBMITTED", T0),
        _line("PRICE_CALCULATED", day(1), system="mes"),
        json.dumps(hold | {"type": "hold"}).encode(),
        json.dumps(hold | {"type": "release", "occurred_at": rfc3339(day(5, us=1))}).encode(),
        _line("MANUFACTURING_APPROVED", day(9), system="crm"),
        _line("SHIPPED", day(30, us=7), system="crm"),
    ]
    ((order, causes),) = _replay(*reversed(lines)).orders_with_causes()
    assert order["lead_time_seconds"] == 30 * 86_400 + 7e-6
    assert causes == {"hold": 2 * 86_400 + 1e-6, "person": 27 * 86_400 + 6e-6, "work": 86_400}


def test_causes_of_open_orders_run_to_the_time_and_carts_have_none() -> None:
    """The same orders as `orders` gives, in the same order."""
    lines = [_line("SUBMITTED", T0), _line("INITIATED", T0, "cart"), _line("SHIPPED", T0, "at-once")]
    result = _replay(*lines, at=day(2))
    assert [order for order, _ in result.orders_with_causes()] == list(result.orders())
    assert [causes for _, causes in result.orders_with_causes()] == [{}, {}, {"work": 2 * 86_400}]


def test_the_summary_counts_orders_verdicts_and_statuses() -> None:
    """The ratio of kept promises, quantiles of lead times by nearest rank."""
    lines = [_line("SUBMITTED", T0, name) for name in "abcd"]
    lines += [_line("SHIPPED", day(days), name) for name, days in zip("abc", (5, 10, 30), strict=True)]
    lines += [_line("ON_FIRE", T0, "e")]
    summary = _replay(*lines).summary
    assert summary.pop("calibration")
    assert summary == {
        "orders": 5,
        "after_at": 0,
        "by_verdict": {"breached": 1, "broken": 1, "kept": 2, "not_started": 1},
        "by_status": {"SHIPPED": 3, "SUBMITTED": 1, "null": 1},
        "promise_kept_ratio": 2 / 3,
        "lead_time_p50_seconds": 10 * 86_400,
        "lead_time_p95_seconds": 30 * 86_400,
    }


def test_an_empty_replay_says_null() -> None:
    """Nothing to say is not nothing."""
    summary = _replay().summary
    assert summary["promise_kept_ratio"] is None
    assert summary["lead_time_p50_seconds"] is None
    assert summary is not _replay().summary


def test_a_summary_is_made_once() -> None:
    """It does not change while it is shown."""
    result = _replay(_line("SUBMITTED", T0))
    assert result.summary is result.summary


def test_what_cannot_be_used_is_the_callers_to_tell() -> None:
    """The fault goes up; nothing is taken."""
    result = _replay()
    with pytest.raises(DecodeError):
        result.take(b"{", DECODER, "test:1")
    assert list(result.orders()) == []


def test_equal_lines_are_one() -> None:
    """Replay twice = once."""
    lines = [_line("SUBMITTED", T0), _line("SHIPPED", day(9))]
    assert list(_replay(*lines, *lines).orders()) == list(_replay(*lines).orders())


def test_an_order_that_is_not_there() -> None:
    """Only orders of the replay can be asked for."""
    with pytest.raises(KeyError):
        _replay().row("o-1")


def test_files_are_read_with_the_rules_of_a_source(tmp_path: Path) -> None:
    """System, status map and size as for the daemon; each rejected line with its reason and place."""
    good = _line("packed", T0, system=None)
    big = _line("SUBMITTED", T0, reason="x" * 500)
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join([good, b"{", b"", big, _line("SUBMITTED", day(1), "o-2")]) + b"\n")
    rules = ReplayRules("mes", {"packed": "PACKAGING"}, 400)
    result = replay_files([str(path)], SlaTerms(), rules, None, None)
    assert [(order["status"], order["systems"]) for order in result.orders()] == [
        ("PACKAGING", {"mes": "PACKAGING"}),
        ("SUBMITTED", {"shop": "SUBMITTED"}),
    ]
    assert [(entry["line"], entry["reason"]) for entry in result.rejected] == [(2, "not_json"), (4, "too_large")]


def test_one_reading_feeds_several_replays(tmp_path: Path) -> None:
    """Each by its own rules: what one rejects another may take."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(_line("packed", T0, system=None) + b"\n" + _line("SUBMITTED", day(1), reason="x" * 500) + b"\n{\n")
    strict, lax = Replay(None, OrderRules(BOOK)), Replay(None, OrderRules(BOOK))
    read_into([(strict, ReplayRules("mes", {"packed": "PACKAGING"}, 400)), (lax, ReplayRules())], [str(path)], None)
    assert [[order["status"] for order in one.orders()] for one in (strict, lax)] == [["PACKAGING"], ["SUBMITTED"]]
    assert [[line["line"] for line in one.rejected] for one in (strict, lax)] == [[2, 3], [3]]
    assert (strict.period, lax.period) == ((T0, T0), (T0, day(1)))


def test_a_time_set_after_the_reading() -> None:
    """Everything is judged at it; what was not heard of has no period."""
    result = _replay(_line("SUBMITTED", T0))
    result.judge_at(day(30))
    assert [order["verdict"] for order in result.orders()] == ["breached"]
    assert (result.period, _replay().period) == ((T0, day(30)), None)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """An InputError, exit 1."""
    with pytest.raises(InputError):
        replay_files([str(tmp_path / "none.jsonl")], SlaTerms(), ReplayRules(), None, None)


def test_the_samples_begin_on_a_monday() -> None:
    """The day 0 of all scenarios."""
    assert instant(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)) == T0
