"""Whether a source is silent: what each look at its topics' ends says, and whom the silence concerns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import msgspec

from slamon.orders.event import SECOND, Instant, Span
from slamon.orders.lifecycle import Lifecycle
from slamon.sla.arrivals import Arrivals, fits, learn, learn_gap, nothing_learnt, overdue_from
from slamon.sla.calendar import ALWAYS, Calendar, Length

BLIND: Span = 90 * SECOND
"""Looks further apart leave a time that nobody watched: the broker or slamon was away, and so perhaps the source."""
VERSION = 1
_Place = TypeVar("_Place")


class SourceState(StrEnum):
    """What is known about a source."""

    UNKNOWN = "unknown"
    FLOWING = "flowing"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Expectation:
    """How often a source speaks: `every` so much (open) time at least; None: what was learnt of it."""

    every: Length | None = None
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a source: the sum of its end offsets, how much they grew, and the instant before they were asked."""

    total: int
    arrivals: int
    at: Instant


class Heard(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known about one source; made to be kept over restarts.

    `quiet_from` is `heard_at` moved on by the time that nobody watched: from there a gap is measured.
    """

    total: int
    heard_at: Instant
    """The look that found the last arrivals; before any the first look."""
    looked_at: Instant
    quiet_from: Instant
    model: Arrivals
    state: str = SourceState.UNKNOWN
    expected_by: Instant | None = None
    """By then the next arrival is due; None while that is unknown. It stands still while nothing comes."""
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Silent:
    """A source of which nothing was heard since `since` although something was due by `expected_by`."""

    source: str
    since: Instant
    expected_by: Instant
    system: str | None = None


encode_heard = msgspec.msgpack.Encoder().encode
_decode_heard = msgspec.msgpack.Decoder(Heard).decode


def decode_heard(kept: bytes) -> Heard | None:
    """Read what was kept; None for what another version wrote: it is learnt anew.

    By when an arrival is due is told anew too: what is expected may have been configured since.
    """
    try:
        heard = _decode_heard(kept)
    except msgspec.DecodeError:
        return None
    if heard.version != VERSION:
        return None
    return heard if heard.state == SourceState.SILENT else msgspec.structs.replace(heard, expected_by=None)


def growth(before: Mapping[_Place, int], after: Mapping[_Place, int]) -> int:
    """How many records came: ends that went down belong to a topic made anew, all of whose records are new."""
    ends = ((before.get(place, 0), end) for place, end in after.items())
    return sum(end - known if end >= known else end for known, end in ends)


def look(before: Heard | None, seen: Look, expected: Expectation) -> Heard:
    """Take one look into account."""
    if before is None:
        first = Heard(seen.total, seen.at, seen.at, seen.at, nothing_learnt(expected.calendar))
        return msgspec.structs.replace(first, expected_by=_expected_by(first, expected))
    if not fits(before.model, expected.calendar):  # a calendar was given, or taken away
        model = nothing_learnt(expected.calendar)
        before = msgspec.structs.replace(before, model=model, expected_by=None, state=SourceState.UNKNOWN)
    heard = _watched(before, seen, expected)
    if seen.arrivals > 0:
        return _spoken(heard, seen, expected, is_gap_known=seen.at - before.looked_at <= BLIND)
    if heard.state == SourceState.SILENT:
        return heard
    expected_by = heard.expected_by
    if expected_by is None or expected.every is not None or heard.quiet_from != before.quiet_from:
        expected_by = _expected_by(heard, expected)  # else a gap would teach its own length to the model
    is_overdue = expected_by is not None and seen.at > expected_by
    state = SourceState.SILENT if is_overdue else SourceState(heard.state)
    return msgspec.structs.replace(heard, state=state, expected_by=expected_by)


def adopt(mine: Heard | None, kept: Heard) -> Heard:
    """Join what two workers know of a source: the word of who looked last, the model of who watched longer."""
    if mine is None:
        return kept
    latest = mine if mine.looked_at >= kept.looked_at else kept
    model = mine.model if mine.model.watched >= kept.model.watched else kept.model
    return msgspec.structs.replace(latest, model=model)


def silent(source: str, heard: Heard | None, system: str | None = None) -> Silent | None:
    """The silence of a source; None while it is flowing or unknown."""
    if heard is None or heard.state != SourceState.SILENT or heard.expected_by is None:
        return None
    return Silent(source, heard.heard_at, heard.expected_by, system)


def next_owners(lifecycle: Lifecycle, stop: Collection[str], status: str | None) -> frozenset[str]:
    """The systems that own a step after `status`, up to the first that ends the order."""
    ahead = lifecycle.steps[lifecycle.index.get(status or "", -1) + 1 :]
    last = next((number for number, step in enumerate(ahead) if step.status in stop), len(ahead) - 1)
    return frozenset(step.system for step in ahead[: last + 1])


def concerned(owners: Collection[str], systems: Collection[str | None]) -> bool:
    """Whether an order waits for a word of any of these systems; one without a name may speak for each."""
    return any(system is None or system in owners for system in systems)


def _watched(before: Heard, seen: Look, expected: Expectation) -> Heard:
    """Count the time since the last look: watched, or, when it was too long, left out."""
    calendar = expected.calendar
    passed = max(0, seen.at - before.looked_at)
    model = before.model
    quiet_from = before.quiet_from
    if passed > BLIND:
        quiet_from += passed
    else:
        open_time = passed if calendar is None else calendar.open_time(before.looked_at, seen.at)
        model = learn(model, open_time, seen.at, is_occasion=seen.arrivals > 0)
    return msgspec.structs.replace(
        before,
        total=seen.total,
        heard_at=min(before.heard_at, seen.at),
        looked_at=seen.at,
        quiet_from=min(quiet_from, seen.at),
        model=model,
    )


def _spoken(heard: Heard, seen: Look, expected: Expectation, *, is_gap_known: bool) -> Heard:
    """One record ends a silence."""
    model = heard.model
    if is_gap_known:
        model = learn_gap(model, heard.quiet_from, seen.at, expected.calendar)
    heard = msgspec.structs.replace(heard, heard_at=seen.at, quiet_from=seen.at, model=model)
    is_known = expected.every is not None or model.is_enough
    state = SourceState.FLOWING if is_known else SourceState.UNKNOWN
    return msgspec.structs.replace(heard, state=state, expected_by=_expected_by(heard, expected))


def _expected_by(heard: Heard, expected: Expectation) -> Instant | None:
    if expected.every is not None:
        return (expected.calendar or ALWAYS).forward(heard.quiet_from, expected.every)
    if not heard.model.is_enough:
        return None
    return overdue_from(heard.model, heard.quiet_from, expected.calendar)
