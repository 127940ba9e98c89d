"""One order under two policies: what an old and a new one say about it, and which standing notices differ."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from slamon.orders.event import Instant, rfc3339
from slamon.sla.conditions import Condition
from slamon.sla.verdict import Verdict

Namer: TypeAlias = Callable[[Condition], str]
"""Gives the id of an order's notice."""


class Change(StrEnum):
    """What a new policy does to a standing notice."""

    APPEARED = "appeared"
    """It stands under the new policy only."""
    DISAPPEARED = "disappeared"
    """It stood under the old policy only."""
    CHANGED = "changed"
    """There is one of its kind (and stage, and divergence) under both, at another time or for another date."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An order as one policy judges it; `notices` stand, ordered by the instant they came true.

    `due_at` is the date in force, moved by holds; `policy` the name of the policy that it is under.
    """

    verdict: Verdict
    due_at: Instant | None
    notices: Sequence[Condition] = ()
    policy: str | None = None
    channel: str | None = None
    manager_id: str | None = None


class Changed(NamedTuple):
    """A standing notice that is another under the new policy; None where there is none."""

    change: Change
    old: Condition | None
    new: Condition | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between the two; None: the policy's configuration knows no such order."""

    order_id: str
    old: Judged | None
    new: Judged | None
    notices: Sequence[Changed]

    @property
    def is_flip(self) -> bool:
        """Whether the verdict is another."""
        return _verdict(self.old) != _verdict(self.new)

    @property
    def is_moved(self) -> bool:
        """Whether the date in force is another."""
        return _due(self.old) != _due(self.new)


def difference(order_id: str, old: Judged | None, new: Judged | None) -> Difference | None:
    """Compare an order; None when verdict, date and notices are the same."""
    changed = changes(() if old is None else old.notices, () if new is None else new.notices)
    found = Difference(order_id, old, new, changed)
    return found if changed or found.is_flip or found.is_moved else None


def changes(old: Iterable[Condition], new: Iterable[Condition]) -> list[Changed]:
    """Pair the notices of one order: by their names, then by kind, stage and divergence in order of time."""
    before, after = {c.key: c for c in old}, {c.key: c for c in new}
    found = [
        Changed(Change.CHANGED, before[key], after[key])
        for key in before
        if key in after and _shown(before[key]) != _shown(after[key])
    ]
    waiting: dict[object, list[Condition]] = {}
    for key, condition in after.items():
        if key not in before:
            waiting.setdefault(_likeness(condition), []).append(condition)
    for key, condition in before.items():
        if key not in after:
            alike = waiting.get(_likeness(condition))
            found.append(
                Changed(Change.CHANGED, condition, alike.pop(0))
                if alike
                else Changed(Change.DISAPPEARED, condition, None)
            )
    found += [Changed(Change.APPEARED, None, condition) for left in waiting.values() for condition in left]
    return sorted(found, key=_order)


def difference_json(found: Difference, name: Namer) -> dict[str, object]:
    """Write one order of `policy diff`; `name` gives the id of a notice."""
    known = found.new or found.old
    return {
        "order_id": found.order_id,
        "channel": None if known is None else known.channel,
        "manager_id": None if known is None else known.manager_id,
        "policy": _pair(*(None if side is None else side.policy for side in (found.old, found.new))),
        "verdict": _pair(_verdict(found.old), _verdict(found.new)),
        "due_at": _pair(_time(_due(found.old)), _time(_due(found.new))),
        "notices": [_changed_json(changed, name) for changed in found.notices],
    }


def _changed_json(changed: Changed, name: Namer) -> dict[str, object]:
    known = changed.old or changed.new
    if known is None:
        raise ValueError(changed)
    apart = known.apart
    return {
        "change": str(changed.change),
        "kind": kind_of(known),
        "stage": known.stage,
        "divergence": None if apart is None else dict(zip(("system", "kind", "expected"), apart, strict=True)),
        "old": _condition_json(changed.old, name),
        "new": _condition_json(changed.new, name),
    }


def _condition_json(condition: Condition | None, name: Namer) -> dict[str, object] | None:
    if condition is None:
        return None
    return {"notice_id": name(condition), "at": rfc3339(condition.at), "due_at": _time(condition.shown_at)}


def kind_of(condition: Condition) -> str:
    """The kind of a notice in the words of CONTRACT §4."""
    return condition.kind.name.lower()


def _pair(old: object, new: object) -> dict[str, object]:
    return {"old": old, "new": new}


def _shown(condition: Condition) -> tuple[Instant, Instant | None]:
    return condition.at, condition.shown_at


def _likeness(condition: Condition) -> tuple[object, ...]:
    return condition.kind, condition.stage, condition.apart


def _order(changed: Changed) -> tuple[Instant, int, str, tuple[str, ...], Instant]:
    known = changed.new or changed.old
    if known is None:
        raise ValueError(changed)
    return known.at, int(known.kind), known.stage or "", known.apart or (), known.due_at or 0


def _verdict(judged: Judged | None) -> str | None:
    return None if judged is None else str(judged.verdict)


def _due(judged: Judged | None) -> Instant | None:
    return None if judged is None else judged.due_at


def _time(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)
