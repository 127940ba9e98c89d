"""What the configuration says to the oracle: the defaults of §2, §3 and §8, and what a mapping changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.instants import duration

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
_PROMISE_KEYS = {"start", "stop", "stop_from", "duration", "warn_before", "calendar"}
_SLA_KEYS = {"promise", "stages", "divergence", "forecast"}


@dataclass(frozen=True)
class Stage:
    """One entry of `sla.stages`."""

    source: str
    target: str
    budget: int


@dataclass(frozen=True)
class Rules:
    """The settings that §2 to §4 speak of; without arguments the defaults of the contract."""

    owners: Mapping[str, str | None] = field(default_factory=lambda: dict(OWNERS))
    start: str = "SUBMITTED"
    stop: frozenset[str] = frozenset({"SHIPPED", "CLOSED"})
    stop_from: str = "any"
    promised_within: int = duration("P21D")
    warn_before: int = duration("P3D")
    stages: tuple[Stage, ...] = ()
    status_map: Mapping[str, str] = field(default_factory=dict)
    system: str | None = None
    max_event_bytes: int = 262_144
    allowed_skew: int = duration("PT15M")
    mirrors: frozenset[str] = frozenset()
    entry: Mapping[str, str] = field(default_factory=dict)

    def step(self, status: str | None) -> int | None:
        """The place of a lifecycle status, or None: §2, "one of the lifecycle statuses or unknown"."""
        return None if status is None or status not in self.owners else self.step_of(status)

    def step_of(self, status: str) -> int:
        """The place of a status that the configuration itself names."""
        return list(self.owners).index(status)


def rules_from(config: Mapping[str, Any] | None) -> Rules:
    """§8: the slice of the configuration that the oracle knows.

    Args:
        config: `{sla, orders, sources}` as in §8; `status_map` and `system` may also stand at the top.

    Raises:
        NotImplementedError: for what lies outside the oracle (policies, calendars, pausing holds, …), so that
            it never answers for rules that it does not know.
    """
    given = dict(config or {})
    sla, orders, source = given.pop("sla", {}), given.pop("orders", {}), _source(given.pop("sources", {}))
    source |= {key: given.pop(key) for key in ("status_map", "system") if key in given}
    promise, divergence = sla.get("promise", {}), sla.get("divergence", {})
    _refuse(given.keys(), set(), "config")
    _refuse(sla.keys(), _SLA_KEYS, "sla")
    _refuse(promise.keys(), _PROMISE_KEYS, "sla.promise")
    if promise.get("calendar", "always") != "always" or sla.get("forecast", {}).get("notify"):
        raise NotImplementedError("only the calendar `always` and no notices from forecasts")
    systems = divergence.get("systems", {})
    return Rules(
        owners=_owners(orders.get("lifecycle")),
        start=promise.get("start", "SUBMITTED"),
        stop=frozenset(promise.get("stop", ("SHIPPED", "CLOSED"))),
        stop_from=promise.get("stop_from", "any"),
        promised_within=duration(promise.get("duration", "P21D")),
        warn_before=duration(promise.get("warn_before", "P3D")),
        stages=tuple(_stage(stage) for stage in sla.get("stages", STAGES)),
        status_map=source.get("status_map") or {},
        system=source.get("system"),
        max_event_bytes=orders.get("max_event_bytes", 262_144),
        allowed_skew=duration(divergence.get("allowed_skew", "PT15M")),
        mirrors=frozenset(name for name, duty in systems.items() if duty.get("mirrors") == "all"),
        entry=divergence.get("entry", {}),
    )


def _refuse(keys: Any, known: set[str], where: str) -> None:
    unknown = sorted(set(keys) - known)
    if unknown:
        raise NotImplementedError(f"{where}: the oracle does not know {unknown}")


def _source(sources: Mapping[str, Any]) -> dict[str, Any]:
    if len(sources) > 1:
        raise NotImplementedError("one source at a time")
    return {key: one[key] for one in sources.values() for key in ("status_map", "system") if key in one}


def _stage(given: Mapping[str, str]) -> Stage:
    _refuse(given.keys(), {"from", "to", "budget"}, "sla.stages")
    return Stage(given["from"], given["to"], duration(given["budget"]))


def _owners(lifecycle: Any) -> dict[str, str | None]:
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


DEFAULT = rules_from(None)
