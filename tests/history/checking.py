"""One chunk of the history through the core, held against its truth and against the oracle, order by order."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from slamon.errors import DecodeError
from slamon.notices.row import OrderRules
from slamon.services.replay import Replay
from slamon.settings import Settings
from slamon.sla.book import RuleBook
from slamon.sources.native import NativeDecoder
from tests.history.shop import CONFIG, EPOCH
from tests.history.telling import Chunk
from tests.history.truth import Life, Truth, truth_of
from tests.oracle import oracle

SMALLEST = {"kafka": {"bootstrap_servers": "k:9092"}, "sources": {"orders": {"topics": ["t"]}}}
BESIDE = ("forecast", "heard", "oddities", "next_step", "calibration")
"""Keys of an order and of the summary that the oracle does not know."""
NAMED = ("kind", "order_id", "stage", "due_at", "at", "divergence")
UNJUDGED = "at_risk"
"""The one kind of notice that the truth leaves to the oracle."""


@dataclass
class Tally:
    """What was compared, and what differed."""

    events: int = 0
    orders: int = 0
    notices: int = 0
    fields: int = 0
    truths: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    """Of notices, divergences apart by their own."""
    rows: Counter[str] = field(default_factory=Counter)
    """Kinds of the divergences that were shown."""
    differences: list[str] = field(default_factory=list)
    core_seconds: float = 0.0
    oracle_seconds: float = 0.0

    def add(self, other: "Tally") -> None:
        """Take another chunk's in."""
        for name in ("events", "orders", "notices", "fields", "truths", "core_seconds", "oracle_seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.planted += other.planted
        self.verdicts += other.verdicts
        self.kinds += other.kinds
        self.rows += other.rows
        self.differences += other.differences

    def same(self, where: str, got: object, want: object, against: str) -> None:
        """Count a comparison, and keep what differs."""
        if against == "truth":
            self.truths += 1
        else:
            self.fields += _leaves(want)
        if got != want:
            self.differences.append(f"{where} ({against}): slamon {got!r}, {against} {want!r}")


def _kind(notice: Mapping[str, Any]) -> str:
    return f"{notice['divergence']['kind']} divergence" if notice["divergence"] else str(notice["kind"])


def written(at: int) -> str:
    """An instant as §5 writes it."""
    return (EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")


def read(text: str) -> int:
    """An instant of §5 in microseconds."""
    return (datetime.fromisoformat(text) - EPOCH) // datetime.resolution


def checked(chunk: Chunk) -> Tally:
    """Everything of one chunk."""
    tally, began = Tally(events=len(chunk.lines), orders=len(chunk.lives)), time.perf_counter()
    got = _replayed(chunk)
    tally.same("rejected", len(got.rejected), chunk.scrap, "truth")
    orders = {str(order["order_id"]): (order, took) for order, took in got.orders_with_causes()}
    notices: dict[str, list[Mapping[str, Any]]] = {}
    for notice in got.notices():
        notices.setdefault(str(notice["order_id"]), []).append(notice)
    tally.notices = sum(map(len, notices.values()))
    tally.core_seconds = time.perf_counter() - began
    for life in chunk.lives:
        tally.planted[life.plot] += 1
        if not any(at <= chunk.now for at, _, _ in life.reports):
            tally.same(life.order_id, life.order_id in orders, False, "truth")
            continue
        order, took = orders[life.order_id]
        truth = truth_of(life, chunk.now)
        tally.verdicts[str(order["verdict"])] += 1
        tally.kinds.update(map(_kind, notices.get(life.order_id, ())))
        tally.rows.update(str(row["kind"]) for row in cast("list[Mapping[str, Any]]", order["divergences"]))
        for name, found, wanted in _against_truth(truth, life, (order, took), notices.get(life.order_id, ())):
            tally.same(f"{life.order_id} {life.plot} {name}", found, wanted, "truth")
    began = time.perf_counter()
    _against_oracle(tally, chunk, got, orders, notices)
    tally.oracle_seconds = time.perf_counter() - began
    return tally


def _replayed(chunk: Chunk) -> Replay:
    terms = Settings.model_validate(SMALLEST | CONFIG).sla_terms()
    result = Replay(chunk.now, OrderRules(RuleBook.of(terms)))
    decoder = NativeDecoder(None, {}, 262_144)
    for number, line in enumerate(chunk.lines, start=1):
        try:
            result.take(line.encode(), decoder, f"history:{number}")
        except DecodeError as fault:
            result.rejected.append({"line": number, "reason": fault.reason})
    return result


def _against_truth(
    truth: Truth,
    life: Life,
    found: tuple[Mapping[str, Any], Mapping[str, Any]],
    notices: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, object, object]]:
    order, took = found
    promise, told = order["promise"], {_identity(notice) for notice in notices if notice["kind"] != UNJUDGED}
    verdict, possible = order["verdict"], sorted(truth.verdicts)
    yield "verdict", verdict, verdict if verdict in possible else possible
    yield "policy", order["policy"]["name"], life.policy
    yield "started_at", promise["started_at"], _written(truth.started_at)
    yield "finished_at", order["finished_at"], _written(truth.finished_at)
    yield "original_due_at", promise["original_due_at"], _written(truth.original_due_at)
    yield "due_at", promise["due_at"], _written(truth.due_at)
    yield "revisions", promise["revisions"], truth.revisions
    yield "holds", [(row["from"], row["to"]) for row in order["holds"]], _windows(truth)
    yield "held", round(took.get("hold", 0) * 1_000_000), truth.held
    rows = {(row["system"], row["kind"], row["expected"]) for row in order["divergences"]}
    yield "divergences", sorted(rows), sorted(truth.rows)
    yield "notices", sorted(told), sorted(truth.notices)


def _identity(notice: Mapping[str, Any]) -> tuple[str, ...]:
    kind, at = str(notice["kind"]), str(read(notice["at"]))
    if kind == "divergence":
        named = notice["divergence"]
        return kind, named["system"], named["kind"], named["expected"], at
    return (kind, notice["stage"], at) if kind == "stage_overdue" else (kind, at)


def _written(at: int | None) -> str | None:
    return None if at is None else written(at)


def _windows(truth: Truth) -> list[tuple[str | None, str | None]]:
    return [(_written(since), _written(until)) for since, until in truth.holds]


def _against_oracle(
    tally: Tally,
    chunk: Chunk,
    got: Replay,
    orders: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]],
    notices: Mapping[str, Sequence[Mapping[str, Any]]],
) -> None:
    """Every field that the oracle knows, of every order, notice and cause, and of the summary."""
    want = oracle.replay(chunk.lines, at=written(chunk.now), config=CONFIG, with_causes=True)
    tally.same("orders", sorted(orders), [order["order_id"] for order in want["orders"]], "oracle")
    tally.same("rejected", [row["line"] for row in got.rejected], [row["line"] for row in want["rejected"]], "oracle")
    tally.same("summary", _known(got.summary), want["summary"], "oracle")
    standing: dict[str, list[Mapping[str, Any]]] = {}
    for notice in want["notices"]:
        standing.setdefault(notice["order_id"], []).append(notice)
    for order in want["orders"]:
        order_id = order["order_id"]
        found, took = orders[order_id]
        for key in sorted({*found, *order} - set(BESIDE)):
            tally.same(f"{order_id} {key}", _plain(key, found.get(key)), _plain(key, order.get(key)), "oracle")
        own = (notices.get(order_id, ()), standing.get(order_id, ()))
        tally.same(f"{order_id} notices", _named(own[0]), _named(own[1]), "oracle")
        tally.same(f"{order_id} causes", took, want["causes"][order_id], "oracle")


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in BESIDE}


def _plain(key: str, value: Any) -> Any:
    if key == "divergences":
        return sorted(value, key=str)
    if key == "stages":  # the oracle knows no roles
        return [{name: part for name, part in stage.items() if name != "role"} for stage in value]
    return {"name": value["name"]} if key == "policy" else value


def _named(notices: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return sorted(({key: notice[key] for key in NAMED} for notice in notices), key=str)


def _leaves(value: object) -> int:
    if isinstance(value, Mapping):
        return sum(map(_leaves, value.values()))
    if isinstance(value, list):
        return sum(map(_leaves, value))
    return 1
