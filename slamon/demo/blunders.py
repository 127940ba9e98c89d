"""Records that no consumer can use: each has to come out as a dead letter, and to stop nothing."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from slamon.demo.systems import SYSTEMS, System
from slamon.demo.tempo import SECOND, Micros

_TWO_DAYS = 2 * 86_400 * SECOND

Maker: TypeAlias = Callable[[str, System, Micros], bytes | None]


@dataclass(frozen=True, slots=True)
class Blunder:
    """One way to get an event wrong; `make` takes a unique id, the system, and the time."""

    what: str
    make: Maker
    keyed: bool = False
    """Whether it needs a topic with keys."""


def _event(**fields: object) -> bytes:
    return json.dumps(fields).encode()


BLUNDERS = (
    Blunder("not JSON", lambda name, _system, _at: f"<order id='{name}' status='new'/>".encode()),
    Blunder("cut off", lambda name, _system, _at: f'{{"order_id": "{name}", "status": "PRI'.encode()),
    Blunder("not UTF-8", lambda name, _system, _at: f'{{"order_id": "{name}"'.encode() + b"\xff\xfe}"),
    Blunder("a list", lambda name, _system, _at: json.dumps([name, "IN_WORK"]).encode()),
    Blunder(
        "order id as a number",
        lambda name, system, at: _event(order_id=int(name[2:]), status="PRICED", occurred_at=system.time(at)),
    ),
    Blunder(
        "no order id",
        lambda name, system, at: _event(status="PRICED", event_id=name, occurred_at=system.time(at)),
    ),
    Blunder(
        "time without zone",
        lambda name, _system, _at: _event(order_id=name, status="PRICED", occurred_at="2026-03-01T09:00:00"),
    ),
    Blunder("no time", lambda name, _system, _at: _event(order_id=name, status="PRICED")),
    Blunder(
        "two days ahead",
        lambda name, system, at: _event(order_id=name, status="SUBMITTED", occurred_at=system.time(at + _TWO_DAYS)),
    ),
    Blunder("no value at all", lambda _name, _system, _at: None, keyed=True),
)


def system_for(blunder: Blunder, rng: random.Random) -> System:
    """Who commits it."""
    return rng.choice([system for system in SYSTEMS if system.keyed or not blunder.keyed])
