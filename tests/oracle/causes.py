"""Why late: every moment of an order's lead time, given to one cause by asking the history again and again.

hold > service > queue > message > person or work, of which the earlier one takes the moment. Outages (service) and
backlogs (queue) come from elsewhere; replay has none.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from tests.oracle.decoding import Event
from tests.oracle.history import bounded, in_order, last_status
from tests.oracle.instants import seconds
from tests.oracle.rules import DEFAULT, Rules
from tests.oracle.stretches import Stretch, stretches

CAUSES = ("hold", "service", "queue", "message", "person", "work")
ROLES = {"MANUFACTURING_APPROVED": "seller", "MANUFACTURING_STARTED": "operator"}
MESSAGE_KINDS = {"behind", "lost", "regressed", "contradicting"}

Interval = tuple[int, int]


def causes(
    events: Iterable[Event],
    now: int,
    rules: Rules = DEFAULT,
    *,
    service: Sequence[Interval] = (),
    queue: Sequence[Interval] = (),
) -> dict[str, int | float]:
    """The seconds of each cause between the start and the finish, the cancel or now; zero ones are left out.

    Args:
        events: those of one order.
        now: the instant that is asked about.
        rules: the configuration.
        service: stretches in which a service that the order waits for was down.
        queue: stretches in which an event of the order waited to be read.
    """
    own, _ = bounded(in_order(events, rules))
    return causes_in(list(stretches(own, now, rules)), now, rules, service=service, queue=queue)


def causes_in(
    pieces: Sequence[Stretch],
    now: int,
    rules: Rules,
    *,
    service: Sequence[Interval] = (),
    queue: Sequence[Interval] = (),
) -> dict[str, int | float]:
    """The same, of an order's life in stretches, of which the last knows all that has happened."""
    if not pieces:
        return {}
    known = pieces[-1].known
    start, end = known.started_at, now if known.ended_at is None else known.ended_at
    if start is None:
        return {}
    held = [(hold.since, end if hold.until is None else hold.until) for hold in known.holds]
    diverged = [row for piece in pieces for row in _diverged(piece)]
    taken = dict.fromkeys(CAUSES, 0)
    for piece in pieces:
        mover, waiting = _next_move(piece, rules)
        message = [(since, until) for system, since, until in diverged if system == mover]
        ranked = (("hold", held), ("service", service), ("queue", queue), ("message", message))
        since, until = max(piece.since, start), min(piece.until + 1, end)
        turns = {turn for _, intervals in ranked for interval in intervals for turn in interval}
        cuts = [since, *sorted(turn for turn in turns if since < turn < until), until]
        for begun, ended in pairwise(cuts):
            named = (cause for cause, intervals in ranked if any(a <= begun < b for a, b in intervals))
            taken[next(named, waiting)] += max(0, ended - begun)
    return {cause: counted for cause, ticks in taken.items() if ticks and (counted := seconds(ticks)) is not None}


def _next_move(piece: Stretch, rules: Rules) -> tuple[str | None, str]:
    """Which system owns the step after the order's current one, and whether a person has to make it."""
    step = rules.step(last_status(piece.prefix, rules, piece.known.policy))
    if step is None or step + 1 == len(rules.names):
        return None, "work"
    following = rules.names[step + 1]
    return rules.owners[following], "person" if following in ROLES else "work"


def _diverged(piece: Stretch) -> list[tuple[str, int, int]]:
    """(system, since, until) of every row that came to exist, from its `since` to the end of what shows it."""
    found = []
    for (_, rows), following in zip(piece.rows, [*piece.skews[1:], piece.until + 1], strict=True):
        found += [(row.system, row.since, following) for row in rows if row.kind in MESSAGE_KINDS]
    return found
