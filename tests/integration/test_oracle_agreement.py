"""The core, fed line by line in any order, against the slow oracle written from CONTRACT §2 to §5 alone.

Both read the same recorded lines. Compared are the orders (but for what later issues add), the standing notices
but for divergences, what was rejected, and the summary.
"""

import datetime as dt
import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from math import fsum, isclose
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.errors import DecodeError
from slamon.notices.row import OrderRules
from slamon.orders.event import instant
from slamon.services.replay import Replay, as_of
from slamon.settings import Settings
from slamon.sla.book import RuleBook
from slamon.sla.policy import SlaTerms
from slamon.sources.native import NativeDecoder
from tests.oracle import oracle
from tests.oracle.causes import causes
from tests.oracle.configurations import Config, configured_cases
from tests.oracle.decoding import decode
from tests.oracle.histories import Record, as_lines, at_times, extreme_histories, floods, told_cases
from tests.oracle.odd_records import ACCEPTED, REJECTED
from tests.oracle.rules import rules_from

DEFAULTS = SlaTerms()
SMALLEST = {"kafka": {"bootstrap_servers": "k:9092"}, "sources": {"orders": {"topics": ["t"]}}}
BESIDE = ("forecast", "heard", "oddities", "next_step", "calibration")
"""Keys of an order and of the summary that the oracle does not know."""

TICKS = 2e-6
"""What the seconds of a cause may differ by."""

NAMED = ("kind", "order_id", "stage", "due_at", "at", "divergence")


def _replayed(
    lines: Sequence[str | bytes], at: str | None, chance: random.Random, terms: SlaTerms
) -> tuple[Replay, list[int]]:
    """Every line through the core, in a random order; with the numbers of those that it rejects."""
    result = Replay(None if at is None else instant(dt.datetime.fromisoformat(at)), OrderRules(RuleBook.of(terms)))
    decoder = NativeDecoder(None, {}, 262_144)
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    chance.shuffle(numbered)
    rejected = []
    for number, line in numbered:
        try:
            value = line.encode(errors="surrogatepass") if isinstance(line, str) else line
            result.take(value, decoder, f"test:{number}")
        except DecodeError:
            rejected.append(number)
    return result, sorted(rejected)


def _without(order: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in order.items() if key not in BESIDE}
    kept["stages"] = [{key: value for key, value in stage.items() if key != "role"} for stage in order["stages"]]
    return kept | {"divergences": sorted(map(str, order["divergences"])), "policy": order["policy"]["name"]}


def _named(notices: Sequence[Mapping[str, Any]]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(str(notice[key]) for key in NAMED) for notice in notices)


def _agree(
    lines: Sequence[str | bytes], at: str | None, chance: random.Random, config: Mapping[str, Any] | None = None
) -> None:
    want = oracle.replay(lines, at=at, config=config)
    terms = DEFAULTS if config is None else Settings.model_validate(SMALLEST | dict(config)).sla_terms()
    got, rejected = _replayed(lines, at, chance, terms)
    assert rejected == [line["line"] for line in want["rejected"]]
    assert [_without(order) for order in got.orders()] == [_without(order) for order in want["orders"]]
    notices = list(got.notices())
    assert _named(notices) == _named(want["notices"])
    times = [dt.datetime.fromisoformat(str(notice["at"])) for notice in notices]
    assert times == sorted(times)
    assert len({notice["notice_id"] for notice in notices}) == len(notices)
    assert {key: value for key, value in got.summary.items() if key not in BESIDE} == want["summary"]


@settings(max_examples=1300)
@given(told_cases(), st.randoms(use_true_random=False))
def test_generated_histories(case: tuple[list[Record], str | None], chance: random.Random) -> None:
    """Awkward orders, shuffled and asked at awkward times, come out as the contract reads."""
    told, at = case
    _agree(as_lines(told), at, chance)


@settings(max_examples=150)
@given(extreme_histories(), st.data())
def test_the_first_and_the_last_days(told: list[Record], data: st.DataObject) -> None:
    """At the edges of the calendar the core and the oracle agree."""
    _agree(as_lines(told), data.draw(at_times(told)), data.draw(st.randoms(use_true_random=False)))


@settings(max_examples=20)
@given(floods(), st.data())
def test_more_events_than_are_kept(told: list[Record], data: st.DataObject) -> None:
    """Beyond the first and the last 128 of a type the same events count for both."""
    _agree(as_lines(told), data.draw(at_times(told)), data.draw(st.randoms(use_true_random=False)))


@settings(max_examples=int(os.environ.get("SLAMON_CONFIGURED", "300")))
@given(configured_cases(), st.randoms(use_true_random=False))
def test_policies_calendars_holds_and_divergence(
    case: tuple[list[Record], str | None, Config], chance: random.Random
) -> None:
    """Whatever is configured, orders come out as the contract reads."""
    told, at, config = case
    _agree(as_lines(told), at, chance, config)


@settings(max_examples=300)
@given(configured_cases(), st.randoms(use_true_random=False))
def test_the_causes_of_every_order(case: tuple[list[Record], str | None, Config], chance: random.Random) -> None:
    """Where the time of each order went, all of it."""
    told, at, config = case
    lines = as_lines(told)
    rules = rules_from(config)
    events = [decode(line, rules) for line in lines]
    got, _ = _replayed(lines, at, chance, Settings.model_validate(SMALLEST | dict(config)).sla_terms())
    now = oracle.instant(as_of(got))
    for order, found in got.orders_with_causes():
        own = {event for event in events if event.order_id == order["order_id"] and event.occurred_at <= now}
        # The oracle counts in half microseconds: where one divergence takes the place of another they differ by one.
        want = causes(own, now, rules)
        assert [name for name in found | want if abs(found.get(name, 0) - want.get(name, 0)) > TICKS] == []
        if order["lead_time_seconds"] is not None:
            # An order that finished before it was submitted has no time that could go anywhere.
            whole = max(0.0, float(str(order["lead_time_seconds"])))
            assert isclose(fsum(found.values()), whole, abs_tol=1e-6)


def test_odd_records() -> None:
    """What must be rejected is rejected and what must be taken is taken, in one file."""
    lines = [*REJECTED.values(), *ACCEPTED.values()]
    _agree(lines, None, random.Random(1))
