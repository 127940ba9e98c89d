"""Seeded lives of orders, scaled to seconds, and the clock that plays them as they come in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.integration.daemon.world import SECOND, KeyOf, event, now

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

    from tests.integration.daemon.world import World

Json = dict[str, Any]

STEPS = (
    ("SUBMITTED", "shop"),
    ("PRICE_CALCULATED", "mes"),
    ("MANUFACTURING_APPROVED", "crm"),
    ("MANUFACTURING_STARTED", "mes"),
    ("MANUFACTURING_COMPLETED", "mes"),
    ("SHIPPED", "mes"),
)
_PORTION = 0.02


@dataclass(frozen=True)
class Told:
    """An event and when it reaches Kafka, in seconds after the beginning."""

    at: float
    said: Json


@dataclass(frozen=True)
class Scale:
    """Seconds: the promise, and over how long new orders come in."""

    promise: float
    arrivals: float


def crowd(rng: random.Random, count: int, scale: Scale, *, start: int, name: str = "o") -> list[Told]:
    """The events of `count` orders in the order in which they reach Kafka.

    Of every kind some: in time, late, never finished, cancelled, promised anew; some records come twice, some
    late, some in the wrong order.
    """
    told: list[Told] = []
    for number in range(count):
        begun = rng.uniform(0, scale.arrivals)
        for offset, said in _life(rng, f"{name}-{number}", scale, start + round(begun * SECOND)):
            delay = rng.choice((0.0, 0.0, 0.0, 0.05, 0.5, scale.promise * rng.random()))
            told += [Told(begun + offset + delay, said)] * rng.choice((1, 1, 1, 1, 2))
    return sorted(told, key=lambda one: one.at)


def _life(rng: random.Random, order_id: str, scale: Scale, begun: int) -> list[tuple[float, Json]]:
    pace = scale.promise * rng.choice((0.3, 0.6, 0.9, 1.2))
    length = rng.choice((1, 2, 3, len(STEPS), len(STEPS), len(STEPS)))
    client = {"client_id": f"c-{rng.randrange(50)}", "channel": rng.choice(("shop", "b2b"))}
    life = []
    for place, (status, system) in enumerate(STEPS[:length]):
        offset = pace * place / (len(STEPS) - 1)
        said = event(order_id, status, begun + round(offset * SECOND), system=system, **client)
        life.append((offset, said))
    life += _extra(rng, order_id, scale, begun)
    return life


def _extra(rng: random.Random, order_id: str, scale: Scale, begun: int) -> list[tuple[float, Json]]:
    offset = scale.promise * rng.uniform(0.1, 1.3)
    at = begun + round(offset * SECOND)
    kind = rng.choice(("none", "none", "none", "cancel", "promise", "note"))
    if kind == "none":
        return []
    more: Json = {"type": kind, "system": "crm"}
    if kind == "promise":
        date = event("", None, at + round(scale.promise * rng.uniform(-0.2, 0.6) * SECOND))["occurred_at"]
        more["promised_at"] = date
    return [(offset, event(order_id, None, at, **more))]


async def play(
    world: World,
    told: Sequence[Told],
    *,
    start: int,
    source: str = "orders",
    keyed: bool = True,
    key_of: KeyOf | None = None,
) -> None:
    """Send each event when its time has come."""
    place = 0
    while place < len(told):
        elapsed = (now() - start) / SECOND
        due = place
        while due < len(told) and told[due].at <= elapsed:
            due += 1
        if due > place:
            await world.tell((one.said for one in told[place:due]), source, keyed=keyed, key_of=key_of)
            place = due
        await asyncio.sleep(_PORTION)


def events_of(told: Iterable[Told]) -> list[Json]:
    """The events alone."""
    return [one.said for one in told]
