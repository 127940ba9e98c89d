"""Notices against ledgers: all that must be sent was, each id once apart from unknown outcomes, nothing besides.

Before each call slamon makes a durable mark `sending`, after it one with the outcome. An attempt with the first
and without the second is one whose outcome is unknown; only such an attempt may be followed by a repeat.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from slamon.kafka.clock import PROBE
from slamon.orders.event import rfc3339
from slamon.services.offers import decode_delivery
from tests.integration.daemon.check_table import identity
from tests.oracle.instants import EARLIEST, duration, instant

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from tests.integration.daemon.evidence import Evidence
    from tests.integration.daemon.expected import Expected
    from tests.kafkas import Record

Json = dict[str, Any]

MUST_BE_SENT = frozenset({"breached", "finished_late"})
"""The other kinds may be overtaken before they are sent."""
CALLS_AT_ONCE = 3 + 16
"""So many calls a worker has under way at most, to Slack and to a webhook: the most that one crash leaves unknown."""


@dataclass
class Attempts:
    """What the marks say about one notice and receiver."""

    begun: Counter[int] = field(default_factory=Counter)
    ended: set[int] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    """Every mark, in words."""

    @property
    def unknown(self) -> int:
        """How many attempts have no outcome."""
        return sum(self.begun.values()) - sum(number in self.ended for number in self.begun)


def marks(deliveries: Iterable[Record]) -> dict[tuple[str, str], Attempts]:
    """The attempts by (receiver, notice id)."""
    found: dict[tuple[str, str], Attempts] = defaultdict(Attempts)
    for record in deliveries:
        mark = None if record.value in {None, PROBE} else decode_delivery(record.value or b"").mark
        if mark is None:
            continue
        attempts = found[mark.receiver, mark.notice_id]
        attempts.told.append(f"{mark.state} {mark.attempts} at offset {record.offset}, {rfc3339(mark.at)}")
        if mark.state == "sending":
            attempts.begun[mark.attempts] += 1
        else:
            attempts.ended.add(mark.attempts)
    return found


class Age(NamedTuple):
    """What is told how long after the end of an order, in the oracle's ticks."""

    now: int
    span: int


def _max_age(evidence: Evidence) -> Age:
    """`notify.max_age`, counted from the oldest answer."""
    stated = evidence.config.get("notify", {}).get("max_age", "P7D")
    return Age(min((instant(as_of) for as_of, _ in evidence.orders), default=EARLIEST), duration(stated))


def delivery_complaints(evidence: Evidence, expected: Expected) -> list[str]:
    """Everything that was sent and must not, was not and must, or was sent too often."""
    found = marks(evidence.deliveries)
    notices = {notice["notice_id"]: notice for notice in evidence.notices}
    complaints: list[str] = []
    for receiver, rows in evidence.ledgers.items():
        accepted = Counter(row["id"] for row in rows if row["accepted"])
        calls = Counter(row["id"] for row in rows)
        complaints += [f"{receiver}: {row['id']} names nothing that stands" for row in _phantoms(rows, notices)]
        complaints += _contents(receiver, rows, notices)
        complaints += _unsent(receiver, evidence, accepted, expected)
        again = Counter(row["id"] for row in rows if row["accepted"] and _is_reinstated(row["request"]))
        for key, times in calls.items():
            attempts, withdrawn = found[receiver, key], notices.get(key, {}).get("retracts")
            if times > attempts.begun.total():
                complaints.append(f"{receiver}: {times} calls for {key}, {attempts.begun.total()} marks before them")
            # faults.md I3 bounds repeats by crashes; only one that cuts a recovery short was ever seen to use it.
            # A sleeper's outcome may reach the log after another owner has offered the notice again (CONTRACT §4).
            allowed = 1 + attempts.unknown + again[key] + evidence.cut_short + evidence.freezes
            if withdrawn is not None:  # what was said again may have to be withdrawn again
                allowed += again[withdrawn] + found[receiver, withdrawn].unknown
            if accepted[key] > allowed:
                complaints.append(f"{receiver}: {key} was taken {accepted[key]} times, not {allowed}: {attempts.told}")
    return [*complaints, *_too_many_unknown(evidence, found)]


def _phantoms(rows: Iterable[Json], notices: Mapping[str, Json]) -> list[Json]:
    return [row for row in rows if row["id"] not in notices]


def _is_reinstated(request: Mapping[str, Any]) -> bool:
    return bool(request.get("reinstated")) or "Stands again" in request["text"]


def _contents(receiver: str, rows: Iterable[Json], notices: Mapping[str, Json]) -> list[str]:
    """Each call speaks of the notice that its id names."""
    complaints = []
    for row in rows:
        notice = notices.get(row["id"])
        said = row["request"].get("metadata", {}).get("event_payload") or row["request"]
        subject = said.get("order_id", said.get("subject"))
        if notice is not None and (subject, said["kind"]) != (notice["order_id"], notice["kind"]):
            complaints.append(f"{receiver}: {row['id']} speaks of {subject} {said['kind']}")
        if not row.get("signed", True):
            complaints.append(f"{receiver}: {row['id']} was not signed rightly")
    return complaints


def _unsent(receiver: str, evidence: Evidence, accepted: Mapping[str, int], expected: Expected) -> list[str]:
    withdrawn = {notice["retracts"] for notice in evidence.notices}
    max_age = _max_age(evidence)
    complaints = []
    for notice in evidence.notices:
        states = {row["receiver"]: row["state"] for row in notice["deliveries"]}
        state = states.get(receiver)
        wrong = _wrong_state(notice, state, accepted, withdrawn)
        if state == "superseded" and _is_due(notice, expected, max_age):
            wrong = "must be sent"
        if wrong:
            told = f"{notice['notice_id']} ({notice['kind']} of {notice['order_id']})"
            complaints.append(f"{receiver}: {told} is {state}: {wrong}")
    return complaints


def _wrong_state(notice: Json, state: str | None, accepted: Mapping[str, int], withdrawn: Container[str]) -> str:
    key, retracts = notice["notice_id"], notice["retracts"]
    if state is None and retracts is not None:
        return "what it withdraws was taken" if accepted.get(retracts) else ""
    if state not in {"sent", "superseded"}:
        return "not settled"
    if (state == "sent") != bool(accepted.get(key)):
        return f"taken {accepted.get(key, 0)} times"
    if state == "superseded":
        return ""
    if retracts is not None:
        return "" if accepted.get(retracts) else "what it withdraws was never taken"
    return "" if notice["standing"] or key in withdrawn else "it stands no more and was not withdrawn"


def _is_due(notice: Json, expected: Expected, max_age: Age) -> bool:
    """Whether a notice must be sent: one that stands, that nothing can overtake, of an order not long over."""
    if not notice["standing"] or notice["kind"] not in MUST_BE_SENT or identity(notice) not in expected.all_notices:
        return False
    ended_at = expected.ended_at(notice["order_id"])
    return ended_at is None or ended_at > max_age.now - max_age.span


def _too_many_unknown(evidence: Evidence, found: Mapping[tuple[str, str], Attempts]) -> list[str]:
    """Only a crash or an unanswered call leaves an outcome unknown."""
    refused = Counter(
        (receiver, row["id"]) for receiver, rows in evidence.ledgers.items() for row in rows if not row["accepted"]
    )
    unknown = sum(max(0, attempts.unknown - refused[key]) for key, attempts in found.items())
    allowed = evidence.crashes * CALLS_AT_ONCE + evidence.failures
    return [f"{unknown} outcomes unknown after {evidence.crashes} crashes"] if unknown > allowed else []
