"""What must be true of a world, told by the independent oracle from the whole source topics, all fields."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.oracle.decoding import Event, RejectedRecordError, decode
from tests.oracle.history import facts, in_order
from tests.oracle.instants import DAY, EARLIEST, duration, instant, rendered
from tests.oracle.oracle import order_state, standing
from tests.oracle.rules import Rules, rules_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.kafkas import Record
    from tests.oracle.standing import Notice

Json = dict[str, Any]
Origin: TypeAlias = tuple[str, int, int]
"""Topic, partition, offset of a source record."""
Apart: TypeAlias = tuple[str, str, str]
"""System, kind and expected step of a divergence."""
Identity: TypeAlias = tuple[str, str, str | None, str | None, Apart | None]
"""Order, kind, stage, due and divergence of a notice."""

_ENTRY = {"b2b": "PRICE_CALCULATED"}
"""The default of `sla.divergence.entry`."""

_AFTER_ALL = 200 * 365 * DAY
_FIRST_TICK_OF_1970 = instant("1970-01-01T00:00:00Z")
_TICKS_IN_MILLISECOND = 2_000


@dataclass
class Expected:
    """The fold of all usable source records."""

    rules: Rules
    events: dict[str, list[Event]]
    rejected: dict[Origin, Record]
    _standing: dict[str, list[Notice]] = field(default_factory=dict)

    def order(self, order_id: str, as_of: str) -> Json:
        """One order as it must be at an instant."""
        return order_state(self.events[order_id], instant(as_of), self.rules)

    def ended_at(self, order_id: str) -> int | None:
        """When an order finished or was cancelled, whichever decides; in the oracle's ticks."""
        known = facts(in_order(self.events[order_id], self.rules), self.rules)
        return known.cancelled_at if known.finished_at is None else known.finished_at

    @cached_property
    def all_notices(self) -> dict[Identity, str]:
        """Every notice that ever stands, once all time has passed, with the instant it came true."""
        found: dict[Identity, str] = {}
        for events in self.events.values():
            last = max(event.occurred_at for event in events)
            for notice in standing(events, last + _AFTER_ALL, self.rules):
                found[_identity(notice)] = str(rendered(notice.at))
        return found

    def notices(self, as_of: str) -> dict[Identity, str]:
        """The standing notices at an instant: conditions that came true strictly before it."""
        limit = instant(as_of)
        return {identity: at for identity, at in self.all_notices.items() if instant(at) < limit}


def fold(records: Iterable[Record], source_of: Mapping[str, str], config: Mapping[str, Any]) -> Expected:
    """Decode every record by the rules of its source and sort it to its order."""
    rules = {name: _rules(config, name) for name in config["sources"]}
    tolerance = duration(config.get("orders", {}).get("future_tolerance", "PT5M"))
    events: dict[str, set[Event]] = defaultdict(set)
    rejected: dict[Origin, Record] = {}
    for record in records:
        try:
            event = _usable(record, rules[source_of[record.topic]], tolerance)
            events[event.order_id].add(event)
        except RejectedRecordError:
            rejected[record.topic, record.partition, record.offset] = record
    some = next(iter(rules.values()))
    return Expected(some, {key: list(found) for key, found in events.items()}, rejected)


def _usable(record: Record, rules: Rules, tolerance: int) -> Event:
    if record.value is None:
        raise RejectedRecordError("a tombstone")
    event = decode(record.value, rules)
    if event.occurred_at > _ticks(record.timestamp) + tolerance:
        raise RejectedRecordError("future_dated")
    return event


def _ticks(milliseconds: int) -> int:
    return _FIRST_TICK_OF_1970 + milliseconds * _TICKS_IN_MILLISECOND


def _rules(config: Mapping[str, Any], source: str) -> Rules:
    orders = {key: value for key, value in config.get("orders", {}).items() if key != "future_tolerance"}
    sla = config["sla"] | {"divergence": {"entry": _ENTRY} | config["sla"].get("divergence", {})}
    return rules_from({"sla": sla, "orders": orders, "sources": {source: config["sources"][source]}})


def _identity(notice: Notice) -> Identity:
    return notice.order_id, notice.kind, notice.stage, rendered(notice.due_at), notice.divergence


def last_moment(found: Expected, before: int) -> int:
    """When the last notice comes true that does so before an instant; in the oracle's ticks."""
    moments = [instant(at) for at in found.all_notices.values()]
    return max((at for at in moments if at < before), default=EARLIEST)
