"""What a watcher of a play would have to say, by the slow oracle of the order rules: the script's judge."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from slamon.demo.script import Episode
from slamon.demo.story import Kind, Record
from slamon.demo.systems import SYSTEMS
from slamon.demo.tempo import Tempo, iso_duration
from tests.oracle import oracle
from tests.oracle.decoding import Event, decode
from tests.oracle.instants import instant, rendered
from tests.oracle.rules import Rules, rules_from

Said: TypeAlias = tuple[str, str | None, int]
"""Kind, stage and due date of a notice; dates in microseconds."""

_EPOCH = instant("1970-01-01T00:00:00Z")


def rules_of(tempo: Tempo) -> dict[str, Rules]:
    """What the demo's configuration says, per system: each has its own words."""
    sla = {
        "promise": {"duration": iso_duration(tempo.promise), "warn_before": iso_duration(tempo.warn_before)},
        "stages": [
            {"from": stage.start, "to": stage.to, "budget": iso_duration(stage.budget)} for stage in tempo.stages
        ],
    }
    return {
        system.name: rules_from({"sla": sla, "status_map": system.status_map, "system": system.name})
        for system in SYSTEMS
    }


@dataclass(frozen=True)
class Watcher:
    """Knows of a record from its arrival on; `delay` is added to the arrival of every timely record."""

    rules: Mapping[str, Rules]
    delay: int = 0

    def arrivals(self, episode: Episode) -> list[tuple[int, Event]]:
        return sorted(
            ((record.at + (self.delay if record.timely else 0), self._event(record)) for record in episode.records),
            key=lambda arrival: arrival[0],
        )

    def standing(self, arrived: Iterable[tuple[int, Event]], at: int) -> set[Said]:
        """What stands at an instant, by what has arrived before it."""
        known = {event for arrival, event in arrived if arrival < at}
        return {
            (notice.kind, notice.stage, _micros(notice.at if notice.due_at is None else notice.due_at))
            for notice in oracle.standing(known, _EPOCH + 2 * at, self.rules["shop"])
        }

    def open_conditions(self, arrived: Sequence[tuple[int, Event]], at: int) -> set[Said]:
        """The warnings whose condition is still true at an instant, by what has arrived before it."""
        known = {event for arrival, event in arrived if arrival < at}
        order = oracle.order_state(known, _EPOCH + 2 * at, self.rules["shop"])
        found: set[Said] = set()
        if order["verdict"] == "at_risk":
            found.add((Kind.AT_RISK, None, _micros(instant(order["promise"]["due_at"]))))
        for stage in order["stages"]:
            if stage["overdue"] and stage["left_at"] is None:
                due = _micros(instant(stage["entered_at"])) + round(stage["budget_seconds"] * 1_000_000)
                found.add((Kind.STAGE_OVERDUE, stage["from"], due))
        return found

    def _event(self, record: Record) -> Event:
        assert record.value is not None
        event = decode(record.value, self.rules[record.system.name])
        return replace(event, event_id=None)


def _micros(ticks: int | None) -> int:
    assert ticks is not None, rendered(ticks)
    return (ticks - _EPOCH) // 2
