"""What recorded events teach: forecasts of open orders, and how good they would have been."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from slamon.notices.row import OrderRules, entries_of
from slamon.orders.event import DAY, EventType, Instant, rfc3339
from slamon.services.replay import Replay
from slamon.services.replay_forecasts import ReplayForecasts
from slamon.sla.book import RuleBook
from slamon.sla.policy import ForecastTerms, HoldTerms, SlaPolicy
from slamon.sla.standing import order_report
from slamon.sources.native import NativeDecoder
from tests.builders import BOOK, HOUR, T0, book, day, entries, order_event, promised, told
from tests.recorded_history import recorded

ORDERS = 450
NOTIFYING = book(forecast=ForecastTerms(notify=True))


def _replay(lines: Sequence[bytes], at: Instant | None = None, *, notify: bool = False) -> Replay:
    result, decoder = Replay(at, OrderRules(NOTIFYING if notify else BOOK)), NativeDecoder(None, {}, 262_144)
    for line in lines:
        result.take(line, decoder, "test:1")
    return result


@cache
def _orders(*, notify: bool = False) -> list[dict[str, Any]]:
    lines, _ = recorded(5, ORDERS)
    return list(_replay(lines, notify=notify).orders())


def test_every_open_order_has_a_forecast_and_no_other() -> None:
    """Late ones are late for certain; who is in time may still be in time."""
    _, now = recorded(5, ORDERS)
    bases = Counter((order["finished_at"] is None, (order["forecast"] or {}).get("basis")) for order in _orders())
    assert set(bases) == {(True, "learnt"), (False, None)}
    assert bases[True, "learnt"] > 50
    for order in _orders():
        forecast = order["forecast"]
        if forecast is None:
            continue
        assert rfc3339(now) < forecast["finish_at"] < forecast["suggested_due_at"]
        assert 0 <= forecast["probability_late"] <= 1
        if order["verdict"] == "breached":
            assert forecast["probability_late"] == 1
        elif forecast["probability_late"] < 0.4:
            assert forecast["finish_at"] < order["promise"]["due_at"]


def test_neither_the_order_of_lines_nor_repeats_matter() -> None:
    lines, _ = recorded(5, ORDERS)
    shuffled = random.Random(1).sample([*lines, *lines[::7]], len(lines) + len(lines[::7]))
    result = _replay(shuffled)
    assert list(result.orders()) == _orders()
    assert result.summary == _replay(lines).summary


def test_nothing_is_learnt_from_after_the_time() -> None:
    """As if the file had ended there."""
    lines, now = recorded(5, ORDERS)
    at = now - 3 * DAY
    before = [line for line in lines if json.loads(line)["occurred_at"] <= rfc3339(at)]
    early, late = _replay(before, at), _replay(lines, at)
    assert list(early.orders()) == list(late.orders())
    assert early.summary["calibration"] == late.summary["calibration"]


def test_the_summary_tells_how_good_forecasts_were() -> None:
    lines, _ = recorded(5, ORDERS)
    result = _replay(lines)
    told = result.summary["calibration"]
    assert isinstance(told, dict)
    assert told["forecasts"] == sum(result.calibration.forecasts) > 500
    assert 0 < told["brier"] < 0.25
    assert [row["from"] for row in told["bins"]] == [number / 10 for number in range(10)]


def test_thin_data_leaves_it_to_the_static_rule() -> None:
    lines, _ = recorded(5, 12)
    result = _replay(lines)
    known = [order["forecast"] for order in result.orders() if order["finished_at"] is None]
    assert known
    assert set(known) == {None}
    assert result.calibration.brier is None


@pytest.mark.parametrize(
    ("events", "is_forecast"),
    [
        ([order_event()], True),
        ([order_event("INITIATED")], False),
        ([order_event("INITIATED"), promised(day(9))], False),
        ([order_event("ON_FIRE"), promised(day(9))], False),
        ([order_event(), order_event("CANCELLED", day(1))], False),
        ([order_event(), order_event("SHIPPED", day(1))], False),
    ],
    ids=["on its way", "a cart", "a cart with a date", "no step", "cancelled", "finished"],
)
def test_only_orders_on_their_way_are_forecast(events: list[Any], is_forecast: bool) -> None:
    """What nobody learnt of is forecast of nobody: in this history no order comes from INITIATED."""
    report = order_report("o-1", entries(*events), day(2), BOOK)
    assert (_forecasts(day(60)).shown(report) is not None) is is_forecast


@cache
def _forecasts(at: Instant) -> ReplayForecasts:
    """What the whole history teaches."""
    lines, _ = recorded(5, ORDERS)
    result = _replay(lines)
    rows = map(result.row, sorted(result.order_ids()))
    return ReplayForecasts(((entries_of(row), row.clock) for row in rows), BOOK, at)


def test_with_notify_a_likely_miss_is_at_risk() -> None:
    """In orders, in the summary and for a comparison alike; other verdicts stay as they are."""
    lines, _ = recorded(5, ORDERS)
    result = _replay(lines, notify=True)
    verdicts = Counter((old["verdict"], new["verdict"]) for old, new in zip(_orders(), result.orders(), strict=True))
    assert {pair for pair in verdicts if pair[0] != pair[1]} == {("on_track", "at_risk")}
    told: dict[str, dict[str, Any]] = {str(order["order_id"]): order for order in result.orders()}
    warned = [told[old["order_id"]] for old in _orders() if old["verdict"] != told[old["order_id"]]["verdict"]]
    assert all(order["forecast"]["probability_late"] >= 0.35 for order in warned)
    safe = [order for order in told.values() if order["verdict"] == "on_track"]
    assert len([order for order in safe if order["forecast"]["probability_late"] >= 0.5]) <= 1
    assert result.summary["by_verdict"] == dict(sorted(Counter(order["verdict"] for order in told.values()).items()))
    assert all(str(result.verdict(order["order_id"])[2]) == "at_risk" for order in warned)


def test_without_notify_nothing_is_learnt_for_a_verdict() -> None:
    lines, _ = recorded(5, 30)
    result = _replay(lines)
    verdicts = [result.verdict(order_id) for order_id in result.order_ids()]
    assert len(verdicts) == 30
    assert "_forecasts" not in vars(result)


AFTER = day(60)
STUCK = order_event("SUBMITTED", AFTER - 20 * DAY)
HELD = told(EventType.HOLD, AFTER - 20 * DAY + HOUR // 2)


@pytest.mark.parametrize(
    ("events", "rules", "is_at_risk"),
    [
        ([STUCK], BOOK, True),
        ([order_event("SUBMITTED", AFTER)], BOOK, False),
        ([STUCK, promised(AFTER + 90 * DAY, AFTER - DAY)], BOOK, False),
        ([STUCK], book(enforce_from=AFTER), False),
        ([STUCK], book(enforce_from=AFTER - 20 * DAY), True),
        ([STUCK, HELD], BOOK, True),
        ([STUCK, HELD], book(replace(SlaPolicy(), holds=HoldTerms(pauses_promise=True))), False),
    ],
    ids=["stuck", "just begun", "promised anew", "silent", "not silent", "held, not paused", "paused before"],
)
def test_an_order_is_at_risk_by_what_the_others_took(events: list[Any], rules: RuleBook, is_at_risk: bool) -> None:
    """But not one that gives no notices, and not while its promise is paused."""
    lines, _ = recorded(5, ORDERS)
    result = _replay(lines)
    rows = map(result.row, sorted(result.order_ids()))
    forecasts = ReplayForecasts(((entries_of(row), row.clock) for row in rows), rules, AFTER)
    report = order_report("o-1", entries(*events), AFTER, rules)
    assert forecasts.is_at_risk(report.entries, report.clock) is is_at_risk


def test_the_history_has_what_it_needs() -> None:
    """Finished, late and open orders."""
    lines, now = recorded(5, ORDERS)
    verdicts = Counter(order["verdict"] for order in _orders())
    assert min(verdicts[word] for word in ("kept", "broken", "on_track", "at_risk")) > 3
    assert now > T0
    assert len(lines) > 3 * ORDERS
