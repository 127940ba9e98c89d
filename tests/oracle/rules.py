"""What the configuration says to the oracle: the defaults of §2, §3 and §8, and what a mapping changes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.oracle.calendars import ALWAYS, AnyCalendar, calendar_from
from tests.oracle.instants import Length, duration, instant, length

OWNERS = {
    "INITIATED": "shop",
    "FILE_UPLOADED": "shop",
    "SUBMITTED": "shop",
    "PRICE_CALCULATED": "mes",
    "MANUFACTURING_APPROVED": "crm",
    "MANUFACTURING_STARTED": "mes",
    "MANUFACTURING_COMPLETED": "mes",
    "PACKAGING": "mes",
    "SHIPPED": "mes",
    "CLOSED": "crm",
}
CANCELLED = "CANCELLED"
STAGES = (
    {"from": "SUBMITTED", "to": "PRICE_CALCULATED", "budget": "PT30M"},
    {"from": "PRICE_CALCULATED", "to": "MANUFACTURING_APPROVED", "budget": "P2D"},
    {"from": "MANUFACTURING_APPROVED", "to": "MANUFACTURING_STARTED", "budget": "P1D"},
    {"from": "MANUFACTURING_STARTED", "to": "MANUFACTURING_COMPLETED", "budget": "P10D"},
    {"from": "MANUFACTURING_COMPLETED", "to": "SHIPPED", "budget": "P2D"},
)
THREE_WEEKS, THREE_DAYS = Length(21, 0), Length(3, 0)
ENTRY = {"b2b": "PRICE_CALCULATED"}
_PROMISE = {
    "start": "SUBMITTED",
    "stop": ("SHIPPED", "CLOSED"),
    "stop_from": "any",
    "duration": "P21D",
    "warn_before": "P3D",
    "calendar": "always",
    "round": None,
    "max_extensions": None,
    "max_extension": None,
}
_HOLDS: Mapping[str, Any] = {"pause": (), "statuses": ()}
_SLA_KEYS = {
    *("promise", "stages", "divergence", "forecast", "calendars", "policies", "enforce_from", "hold_at_most"),
    *("holds", "on_regress", "apply_to"),
}
_POLICY_KEYS = {"name", "when", "promise", "stages", "holds", "on_regress", "apply_to"}


@dataclass(frozen=True)
class Stage:
    """One entry of `stages`."""

    source: str
    target: str
    budget: Length
    calendar: AnyCalendar = ALWAYS

    @property
    def shown_budget(self) -> int | None:
        """§3.1: "`budget_seconds` of working days is null"."""
        return None if self.budget.days and self.calendar is not ALWAYS else self.budget.total


@dataclass(frozen=True)
class Policy:
    """The terms for the orders that it matches; without arguments the defaults of the contract."""

    name: str | None = None
    channels: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)
    start: str = "SUBMITTED"
    stop: frozenset[str] = frozenset({"SHIPPED", "CLOSED"})
    stop_from: str = "any"
    promised_within: Length = THREE_WEEKS
    warn_before: Length = THREE_DAYS
    calendar: AnyCalendar = ALWAYS
    end_of_day: bool = False
    max_extensions: int | None = None
    max_extension: Length | None = None
    stages: tuple[Stage, ...] = ()
    pauses: frozenset[str] = frozenset()
    hold_statuses: frozenset[str] = frozenset()
    on_regress: str = "continue"

    def matches(self, channel: str | None, client: str | None, attributes: Mapping[str, Any]) -> bool:
        """§3.1: "all given ones must match; none given: always"; "what is never stated matches nothing"."""
        return (
            (not self.channels or channel in self.channels)
            and (not self.clients or client in self.clients)
            and all(name in attributes and _json(attributes[name]) == want for name, want in self.attributes.items())
        )


@dataclass(frozen=True)
class Rules:
    """The settings that §2 to §4 speak of; the last policy is made of `sla`'s own values and matches all."""

    owners: Mapping[str, str | None] = field(default_factory=lambda: dict(OWNERS))
    policies: tuple[Policy, ...] = (Policy(),)
    status_map: Mapping[str, str] = field(default_factory=dict)
    system: str | None = None
    max_event_bytes: int = 262_144
    allowed_skew: int = duration("PT15M")
    mirrors: frozenset[str] = frozenset()
    entry: Mapping[str, str] = field(default_factory=lambda: dict(ENTRY))
    enforce_from: int | None = None

    @cached_property
    def names(self) -> list[str]:
        """The lifecycle statuses in their order."""
        return list(self.owners)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each."""
        return {name: place for place, name in enumerate(self.names)}

    def step(self, status: str | None) -> int | None:
        """The place of a lifecycle status, or None: §2, "one of the lifecycle statuses or unknown"."""
        return None if status is None else self.places.get(status)

    def step_of(self, status: str) -> int:
        """The place of a status that the configuration itself names."""
        return self.places[status]


def rules_from(config: Mapping[str, Any] | None) -> Rules:
    """§8: the slice of the configuration that the oracle knows.

    Args:
        config: `{sla, orders, sources}` as in §8; `status_map` and `system` may also stand at the top.

    Raises:
        NotImplementedError: for what lies outside the oracle (ICS files, notices from forecasts), so that it
            never answers for rules that it does not know.
    """
    given = dict(config or {})
    sla, orders, source = given.pop("sla", {}), given.pop("orders", {}), _source(given.pop("sources", {}))
    source |= {key: given.pop(key) for key in ("status_map", "system") if key in given}
    divergence = sla.get("divergence", {})
    _refuse(given.keys(), set(), "config")
    _refuse(sla.keys(), _SLA_KEYS, "sla")
    if sla.get("forecast", {}).get("notify"):
        raise NotImplementedError("no notices from forecasts")
    systems, enforce_from = divergence.get("systems", {}), sla.get("enforce_from")
    return Rules(
        owners=_owners(orders.get("lifecycle")),
        policies=_policies(sla),
        status_map=source.get("status_map") or {},
        system=source.get("system"),
        max_event_bytes=orders.get("max_event_bytes", 262_144),
        allowed_skew=duration(divergence.get("allowed_skew", "PT15M")),
        mirrors=frozenset(name for name, duty in systems.items() if duty.get("mirrors") == "all"),
        entry=divergence.get("entry", ENTRY),
        enforce_from=None if enforce_from is None else instant(enforce_from),
    )


def _policies(sla: Mapping[str, Any]) -> tuple[Policy, ...]:
    """§3.1: "What a policy does not give comes from `sla`'s own values"; `stages` as a whole."""
    calendars: dict[str, AnyCalendar] = {
        name: calendar_from(name, given) for name, given in (sla.get("calendars") or {}).items()
    }
    calendars["always"] = ALWAYS
    own = {key: sla[key] for key in ("promise", "stages", "holds", "on_regress") if key in sla}
    return tuple(_policy(given, own, calendars) for given in (*(sla.get("policies") or ()), {}))


def _policy(given: Mapping[str, Any], own: Mapping[str, Any], calendars: Mapping[str, AnyCalendar]) -> Policy:
    _refuse(given.keys(), _POLICY_KEYS, "sla.policies")
    promise = _PROMISE | own.get("promise", {}) | given.get("promise", {})
    holds = {**_HOLDS, **own.get("holds", {}), **given.get("holds", {})}
    when = given.get("when") or {}
    _refuse(promise.keys(), set(_PROMISE), "promise")
    _refuse(holds.keys(), set(_HOLDS), "holds")
    _refuse(when.keys(), {"channels", "clients", "attributes"}, "when")
    return Policy(
        name=given.get("name"),
        channels=frozenset(when.get("channels") or ()),
        clients=frozenset(when.get("clients") or ()),
        attributes={name: _json(value) for name, value in (when.get("attributes") or {}).items()},
        start=promise["start"],
        stop=frozenset(promise["stop"]),
        stop_from=promise["stop_from"],
        promised_within=length(promise["duration"]),
        warn_before=length(promise["warn_before"]),
        calendar=calendars[promise["calendar"]],
        end_of_day=promise["round"] == "end_of_day",
        max_extensions=promise["max_extensions"],
        max_extension=None if promise["max_extension"] is None else length(promise["max_extension"]),
        stages=tuple(_stage(stage, calendars) for stage in given.get("stages", own.get("stages", STAGES))),
        pauses=frozenset(holds["pause"]),
        hold_statuses=frozenset(holds["statuses"]),
        on_regress=given.get("on_regress", own.get("on_regress", "continue")),
    )


def _refuse(keys: Any, known: set[str], where: str) -> None:
    unknown = sorted(set(keys) - known)
    if unknown:
        raise NotImplementedError(f"{where}: the oracle does not know {unknown}")


def _source(sources: Mapping[str, Any]) -> dict[str, Any]:
    if len(sources) > 1:
        raise NotImplementedError("one source at a time")
    return {key: one[key] for one in sources.values() for key in ("status_map", "system") if key in one}


def _stage(given: Mapping[str, str], calendars: Mapping[str, AnyCalendar]) -> Stage:
    _refuse(given.keys(), {"from", "to", "budget", "calendar"}, "stages")
    return Stage(given["from"], given["to"], length(given["budget"]), calendars[given.get("calendar", "always")])


def _owners(lifecycle: Sequence[Any] | None) -> dict[str, str | None]:
    """A list of names, of `{status, system}` or of `{NAME: system}`; a bare name keeps its owner."""
    owners: dict[str, str | None] = {}
    for entry in OWNERS if lifecycle is None else lifecycle:
        if isinstance(entry, str):
            owners[entry] = OWNERS.get(entry)
        elif "status" in entry:
            owners[entry["status"]] = entry.get("system")
        else:
            owners.update(entry)
    return owners


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


DEFAULT = rules_from(None)
