"""Hypothesis strategies for awkward order histories: ties, exact deadlines, repeats, and disagreement.

A history is a list of records (JSON-able mappings, all of them usable by §2); `as_lines` writes them.
All times come from a small pool per order, so that events meet each other and each other's deadlines.
"""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.oracle.instants import EARLIEST, LATEST, MICROSECOND, duration, instant, rendered
from tests.oracle.rules import CANCELLED, OWNERS

Record = dict[str, Any]

T0 = instant("2026-03-02T09:00:00Z")
SYSTEMS = ("shop", "crm", "mes", "slamon", None)
UNKNOWN = ("ON_FIRE", "shipped", " SHIPPED", "", "RETURNED")
TEXTS = ("a", "b", "B", "", "é", "я", "\uff5e", "😀")
STEPS = tuple(
    duration(text) for text in ("PT0S", "PT15M", "PT30M", "PT1H", "P1D", "P2D", "P3D", "P10D", "P18D", "P21D")
)
JITTERS = tuple(step * MICROSECOND for step in (0, 0, 0, 0, 1, -1, 2, 1_000_000))
ZONES = (
    ("Z", 0),
    ("z", 0),
    ("+00:00", 0),
    ("+03:00", 180),
    ("-05:30", -330),
    ("+14:00", 840),
    ("-12:00", -720),
)


@st.composite
def spellings(draw: st.DrawFn, ticks: int) -> str:
    """The same instant in another zone, in lower case or with more digits: one event all the same."""
    zone, minutes = draw(st.sampled_from(ZONES))
    shifted = ticks + minutes * duration("PT1M")
    if not EARLIEST <= shifted <= LATEST:
        return str(rendered(ticks))
    text = str(rendered(shifted)).removesuffix("Z")
    if "." in text:
        text = text.rstrip("0")
    elif draw(st.booleans()):
        text += draw(st.sampled_from((".0", ".000000")))
    return (text.lower() if draw(st.booleans()) else text) + zone


@st.composite
def pools(draw: st.DrawFn, base: int = T0) -> list[int]:
    """A few instants of one order, some of them deadlines of others and some a microsecond beside."""
    pool = [base]
    for _ in range(draw(st.integers(1, 6))):
        near = draw(st.sampled_from(pool)) + draw(st.sampled_from(STEPS)) + draw(st.sampled_from(JITTERS))
        pool.append(min(max(near, EARLIEST), LATEST))
    return pool


@st.composite
def promised_dates(draw: st.DrawFn, pool: Sequence[int]) -> int:
    """A promised date: often an event's own instant or already past, else near a default or its warning."""
    steps = (*STEPS, *(-step for step in STEPS[:7]))
    near = draw(st.sampled_from(pool)) + draw(st.sampled_from(steps)) + draw(st.sampled_from(JITTERS))
    return min(max(near, EARLIEST), LATEST)


@st.composite
def statuses(draw: st.DrawFn) -> str:
    """Mostly a lifecycle status, now and then an unknown one, seldom CANCELLED."""
    kind = draw(st.sampled_from("lllllllllllluuc"))
    if kind == "c":
        return CANCELLED
    return draw(st.sampled_from(tuple(OWNERS) if kind == "l" else UNKNOWN))


@st.composite
def extras(draw: st.DrawFn) -> Record:
    """Optional fields: stated, null or absent; unknown ones; attributes that fit and that are left out."""
    record: Record = {}
    for name in ("channel", "client_id", "client_name", "manager_id", "actor", "reason"):
        if draw(st.integers(0, 9)) < 2:
            record[name] = draw(st.sampled_from((*TEXTS, None)))
    if draw(st.integers(0, 9)) == 0:
        record["attributes"] = draw(st.sampled_from(({"rush": True}, {"n": [1, None]}, {"big": "x" * 4096}, {}, None)))
    if draw(st.integers(0, 9)) == 0:
        record["event_id"] = draw(st.sampled_from(("e-1", "e-2", "x" * 128, None)))
    if draw(st.integers(0, 19)) == 0:
        record["unheard_of"] = draw(st.sampled_from((1, None, {"status": "SHIPPED"})))
    return record


@st.composite
def records(draw: st.DrawFn, order_id: str, pool: Sequence[int], kinds: str = "sssssspphrnc") -> Record:
    """One event of an order at an instant of its pool, of a kind given by its first letter."""
    kind = {"s": "status", "p": "promise", "h": "hold", "r": "release", "n": "note", "c": "cancel"}[
        draw(st.sampled_from(kinds))
    ]
    record: Record = {"order_id": order_id, "occurred_at": draw(spellings(draw(st.sampled_from(pool))))}
    record |= draw(extras())
    system = draw(st.sampled_from(SYSTEMS))
    if system is not None or draw(st.booleans()):
        record["system"] = system
    if kind == "status":
        record |= draw(st.sampled_from(({}, {"type": "status"}, {"type": None})))
        record["status"] = draw(statuses())
    else:
        record["type"] = kind
        if draw(st.integers(0, 9)) == 0:
            record["status"] = draw(statuses())
    if kind == "promise" or draw(st.integers(0, 5)) == 0:
        record["promised_at"] = draw(spellings(draw(promised_dates(pool))))
    return record


@st.composite
def journeys(draw: st.DrawFn, order_id: str, pool: Sequence[int]) -> list[Record]:
    """A way through the lifecycle in its order, with steps left out (B2B: the shop's)."""
    first = draw(st.sampled_from((0, 2, 2, 2, 3)))
    steps = [step for step in tuple(OWNERS)[first:] if draw(st.integers(0, 3))][: draw(st.integers(0, 8))]
    times = sorted(draw(st.lists(st.sampled_from(pool), min_size=len(steps), max_size=len(steps))))
    told = []
    for status, ticks in zip(steps, times, strict=True):
        record = {
            "order_id": order_id,
            "status": status,
            "occurred_at": rendered(ticks),
            "system": OWNERS[status],
        }
        if draw(st.integers(0, 3)) == 0:
            record["system"] = draw(st.sampled_from(SYSTEMS))
        if draw(st.integers(0, 5)) == 0:
            record["promised_at"] = rendered(draw(promised_dates(pool)))
        told.append(record)
    return told


@st.composite
def echoes(draw: st.DrawFn, record: Record) -> Record:
    """The same event again: another `event_id`, another zone, a null or an unknown field more."""
    echo = dict(record)
    echo["occurred_at"] = draw(spellings(instant(record["occurred_at"])))
    if record.get("promised_at") is not None:
        echo["promised_at"] = draw(spellings(instant(record["promised_at"])))
    echo["event_id"] = draw(st.sampled_from(("again", "e-1", None)))
    for name in draw(st.lists(st.sampled_from(("channel", "system", "reason", "attributes")), max_size=2)):
        echo.setdefault(name, None)
    return echo | draw(st.sampled_from(({}, {"unheard_of": 7})))


@st.composite
def order_histories(draw: st.DrawFn, order_id: str = "o-1", base: int = T0, most: int = 12) -> list[Record]:
    """All the records of one order: a journey, a soup of anything, or both, with echoes."""
    pool = draw(pools(base))
    told = draw(journeys(order_id, pool)) if draw(st.booleans()) else []
    kinds = draw(st.sampled_from(("sssssspphrnc", "ssssssppphrn", "pppps", "sshhhrrr", "s")))
    told += draw(st.lists(records(order_id, pool, kinds), min_size=0 if told else 1, max_size=most))
    for record in draw(st.lists(st.sampled_from(told), max_size=3)) if told else []:
        told.append(draw(echoes(record)))
    return told


@st.composite
def histories(draw: st.DrawFn, most_orders: int = 3) -> list[Record]:
    """The shuffled records of one order or of several."""
    told: list[Record] = []
    for number in range(draw(st.integers(1, most_orders))):
        told += draw(order_histories(f"o-{number + 1}", T0 + number * duration("P3D")))
    return list(draw(st.permutations(told)))


@st.composite
def extreme_histories(draw: st.DrawFn) -> list[Record]:
    """One order at the first or the last days that RFC 3339 can write."""
    base = draw(st.sampled_from((EARLIEST, LATEST, LATEST - duration("P21D"), LATEST - duration("P18D"))))
    return draw(order_histories("o-1", base, most=6))


@st.composite
def floods(draw: st.DrawFn) -> list[Record]:
    """One order with about 256 distinct events of one type, many at one instant, and a few others."""
    kind = draw(st.sampled_from(("status", "promise", "note", "hold", "release")))
    apart = draw(st.sampled_from((0, MICROSECOND, duration("PT1H"))))
    names, systems = (
        draw(st.lists(statuses(), min_size=1, max_size=3)),
        draw(st.sampled_from((SYSTEMS, ("mes",)))),
    )
    told = []
    for number in range(draw(st.integers(255, 270))):
        record: Record = {
            "order_id": "o-1",
            "occurred_at": rendered(T0 + number * apart),
            "type": kind,
            "system": systems[number % len(systems)],
            "reason": str(number),
        }
        if kind == "status":
            record["status"] = names[number % len(names)]
        if kind == "promise":
            record["promised_at"] = rendered(T0 + (number % 7) * duration("P3D"))
        told.append(record)
    told += draw(order_histories("o-1", most=6))
    return list(draw(st.permutations(told)))


@st.composite
def at_times(draw: st.DrawFn, told: Sequence[Record]) -> str | None:
    """A time to ask at: none, or on, or a microsecond beside, an event, a date or a deadline of theirs."""
    texts = [record[name] for record in told for name in ("occurred_at", "promised_at") if record.get(name)]
    if not texts or draw(st.integers(0, 7)) == 0:
        return None
    step = draw(st.sampled_from((*STEPS, -duration("P3D"), duration("P42D"))))
    ticks = instant(draw(st.sampled_from(texts))) + step + draw(st.sampled_from((0, 1, -1))) * MICROSECOND
    return rendered(min(max(ticks, EARLIEST), LATEST))


def as_lines(told: Sequence[Record]) -> list[str]:
    """The records as JSON lines."""
    return [json.dumps(record, ensure_ascii=False) for record in told]


def told_cases(most_orders: int = 3) -> st.SearchStrategy[tuple[list[Record], str | None]]:
    """A history and a time to ask at."""
    return histories(most_orders).flatmap(lambda told: st.tuples(st.just(told), at_times(told)))
