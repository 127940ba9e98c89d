"""What is odd about an order's events: steps skipped, repeated or gone back, and statuses that are none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slamon.orders.entry import STATUS_CODE, Entry
from slamon.orders.event import Instant, rfc3339
from slamon.orders.facts import is_cancel
from slamon.orders.lifecycle import Lifecycle

MOST_ODDITIES = 50
MOST_ON_AN_ORDER = 10
"""An order travels with every notice about it, so it carries fewer than its explanation does."""


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in the order's events that a person should know of: a skipped, repeated or reversed step."""

    at: Instant
    kind: str
    text: str


def oddities(entries: Iterable[Entry], lifecycle: Lifecycle, most: int = MOST_ODDITIES) -> list[Oddity]:
    """The first oddities of ordered entries, `most` at most."""
    statuses, index = lifecycle.statuses, lifecycle.index
    found: list[Oddity] = []
    top, said = -1, set[tuple[str | None, str]]()
    for entry in entries:
        if entry.type != STATUS_CODE or entry.status is None:
            continue
        number = index.get(entry.status)
        repeated = number is not None and (entry.system, entry.status) in said
        odd = _oddity(entry, number, (top, statuses), repeated=repeated)
        if odd is not None:
            found.append(Oddity(entry.at, *odd))
            if len(found) == most:
                break
        said.add((entry.system, entry.status))
        top = max(top, -1 if number is None else number)
    return found


def oddities_json(found: Sequence[Oddity]) -> list[dict[str, object]]:
    """Oddities as an order and its explanation show them."""
    return [{"at": rfc3339(odd.at), "kind": odd.kind, "text": odd.text} for odd in found]


def _oddity(
    entry: Entry, number: int | None, reached: tuple[int, tuple[str, ...]], *, repeated: bool
) -> tuple[str, str] | None:
    """(kind, words) of what is odd about a status, after (furthest step, all statuses); None when nothing is."""
    (top, statuses), told = reached, f"{entry.system or 'somebody'} says {entry.status}"
    if number is None:
        return None if is_cancel(entry) else ("unknown_status", f"{told}, which is no step")
    again = f"{told} again" if repeated else told
    if number < top:  # as on_regress means it: also where the system is back at what it said before
        return "reversed", f"{again} after {statuses[top]}"
    if repeated:
        return "repeated", again
    if 0 <= top < number - 1:
        return "skipped", f"{told}; nobody had said {', '.join(statuses[top + 1 : number])}"
    return None
