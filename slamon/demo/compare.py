"""What the receivers got against what had to be sent: the ledgers' word against the script's. Pure.

Only what CONTRACT §4 gives every receiver is used: order, kind and notice id. Repeats of one id are one notice.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from slamon.demo.script import DeadLetter, Episode
from slamon.demo.story import Due
from slamon.demo.tempo import SECOND, Micros

Letter: TypeAlias = tuple[str, bytes | None]
"""The topic that a dead letter came from, and its bytes."""

Counts: TypeAlias = tuple[int, int]
"""Notices of a digest: as many as Slack was told, and as many as slamon says are in it."""

OrderKind: TypeAlias = tuple[str, str]
"""Order id and kind: an order gets as many notices of a kind as it has due dates and stages for it."""

_UNREADABLE = "(unreadable)"


@dataclass(frozen=True, slots=True)
class Sent:
    """One call that a receiver accepted, at this instant."""

    notice_id: str
    order_id: str
    kind: str
    at: Micros


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison; `missing` and `unexpected` name the orders, or say what else it was."""

    what: str
    expected: int
    got: Mapping[str, int]
    """By receiver."""
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing and nothing too much."""
        return not self.missing and not self.unexpected


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of it. `void`: orders whose records came to Kafka so late that the script can't say what they owe."""

    rows: tuple[Row, ...]
    void: tuple[str, ...] = ()
    repeats: int = 0

    @property
    def named(self) -> frozenset[str]:
        """Every word in the rows' complaints, the ids of the orders among them."""
        complaints = (name for row in self.rows for name in (*row.missing, *row.unexpected))
        return frozenset(word for complaint in complaints for word in complaint.split())

    @property
    def agrees(self) -> bool:
        """Whether the receivers got exactly what had to be sent, as far as that is known."""
        return all(row.agrees for row in self.rows)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not any(row.missing for row in self.rows)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What came out: accepted calls by receiver, dead letters, slamon's own count, and orders beyond judgement."""

    sent: Mapping[str, Sequence[Sent]]
    letters: Sequence[Letter]
    unknown_statuses: int
    void: frozenset[str] = frozenset()
    digests: Mapping[str, Counts] = field(default_factory=dict)


def compare(episodes: Sequence[Episode], evidence: Evidence) -> Comparison:
    """Hold what came out against what the episodes say has to."""
    letters = [letter for episode in episodes for letter in episode.dead_letters]
    return Comparison(
        (
            *compare_notices(dues_of(episodes), evidence.sent, void=evidence.void),
            *_digests_row(evidence.digests),
            _letters_row(letters, evidence.letters),
            _count_row(
                "unknown statuses",
                sum(episode.unknown_statuses for episode in episodes),
                evidence.unknown_statuses,
            ),
        ),
        tuple(sorted(evidence.void)),
        sum(len(calls) - len({call.notice_id for call in calls}) for calls in evidence.sent.values()),
    )


def dues_of(episodes: Iterable[Episode]) -> Iterator[Due]:
    """Every notice that has to come out."""
    return (due for episode in episodes for due in episode.dues)


def from_webhook(rows: Iterable[Mapping[str, Any]]) -> list[Sent]:
    """The calls that the webhook stand-in accepted."""
    return [sent(row["request"], "subject", row["at"]) for row in rows if row["accepted"]]


def compare_notices(
    dues: Iterable[Due], sent: Mapping[str, Sequence[Sent]], *, void: frozenset[str] = frozenset()
) -> tuple[Row, ...]:
    """A row for each kind; `sent` by receiver. Notices about void orders count nowhere."""
    expected = Counter((due.order_id, str(due.kind)) for due in dues if due.order_id not in void)
    got = {receiver: _distinct(calls, void) for receiver, calls in sent.items()}
    kinds = dict.fromkeys(kind for counter in (expected, *got.values()) for _, kind in sorted(counter))
    return tuple(_row(kind, expected, got) for kind in sorted(kinds))


def delays(dues: Iterable[Due], calls: Iterable[Sent]) -> list[Micros]:
    """How long after its instant each notice was accepted, the shortest first."""
    found: dict[OrderKind, dict[str, Micros]] = defaultdict(dict)
    for call in calls:
        found[call.order_id, call.kind].setdefault(call.notice_id, call.at)
    waited = []
    for due in sorted(dues, key=lambda due: due.at):
        of_kind = found[due.order_id, str(due.kind)]
        if of_kind:
            waited.append(of_kind.pop(min(of_kind, key=of_kind.__getitem__)) - due.at)
    return sorted(waited)


def _digests_row(digests: Mapping[str, Counts]) -> Iterator[Row]:
    """What digests say they tell must be what slamon says they told; no row where there were none."""
    if digests:
        yield Row(
            f"told by {len(digests)} digest{'s' if len(digests) > 1 else ''}",
            sum(inside for _, inside in digests.values()),
            {"Slack": sum(said for said, _ in digests.values())},
            tuple(name for name, (said, inside) in digests.items() for _ in range(inside - said)),
            tuple(name for name, (said, inside) in digests.items() for _ in range(said - inside)),
        )


def micros_of(at: str) -> Micros:
    """An instant as the stand-ins and slamon write it."""
    moment = dt.datetime.fromisoformat(at)
    return int(moment.replace(microsecond=0).timestamp()) * SECOND + moment.microsecond


def _letters_row(expected: Sequence[DeadLetter], got: Sequence[Letter]) -> Row:
    """Dead letters are known by the topic they came from and by their bytes."""
    whats = {(letter.topic, letter.value): letter.what for letter in expected}
    wanted, found = Counter((letter.topic, letter.value) for letter in expected), Counter(got)
    return Row(
        "dead letters",
        wanted.total(),
        {"Kafka": found.total()},
        tuple(f"{whats[letter]} in {letter[0]}" for letter in (wanted - found).elements()),
        tuple(f"{letter[1]!r} in {letter[0]}" for letter in (found - wanted).elements()),
    )


def _count_row(what: str, expected: int, got: int) -> Row:
    return Row(
        what,
        expected,
        {"/metrics": got},
        ("not counted",) * max(0, expected - got),
        ("counted beyond",) * max(0, got - expected),
    )


def _row(kind: str, expected: Counter[OrderKind], got: Mapping[str, Counter[OrderKind]]) -> Row:
    wanted = _of_kind(expected, kind)
    found = {receiver: _of_kind(counter, kind) for receiver, counter in got.items()}
    return Row(
        kind,
        wanted.total(),
        {receiver: counter.total() for receiver, counter in found.items()},
        tuple(f"{order} ({at})" for at, counter in found.items() for order in sorted((wanted - counter).elements())),
        tuple(f"{order} ({at})" for at, counter in found.items() for order in sorted((counter - wanted).elements())),
    )


def _of_kind(counter: Counter[OrderKind], kind: str) -> Counter[str]:
    return Counter({order: number for (order, its), number in counter.items() if its == kind})


def _distinct(calls: Iterable[Sent], void: frozenset[str]) -> Counter[OrderKind]:
    notices = {call.notice_id: (call.order_id, call.kind) for call in calls if call.order_id not in void}
    return Counter(notices.values())


def sent(payload: object, subject: str, at: str) -> Sent:
    """A notice that was accepted; a call that is none counts as an unexpected one."""
    micros = micros_of(at)
    if not isinstance(payload, dict) or not {"notice_id", subject, "kind"} <= payload.keys():
        return Sent(_UNREADABLE, _UNREADABLE, _UNREADABLE, micros)
    return Sent(str(payload["notice_id"]), str(payload[subject]), str(payload["kind"]), micros)
