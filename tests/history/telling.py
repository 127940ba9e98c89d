"""How the systems tell of the lives: late, out of order, twice, in other zones, with scrap between the records."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.history.lives import lived
from tests.history.shop import CLOSES, DAY, EPOCH, HOUR, MINUTE, OPENED, STEPS
from tests.history.truth import Life

SCRAP = ("{", "[]", '{"order_id": "x"}', '{"order_id": "x", "status": "SHIPPED", "occurred_at": "2026-03-01 09:00"}')
Told = list[tuple[int, str]]
"""(arrival, line)."""


@dataclass(frozen=True)
class Chunk:
    """A few hundred orders of the history."""

    now: int
    """When it is judged."""
    lives: Sequence[Life]
    lines: Sequence[str]
    scrap: int
    """How many of the lines can't be used."""


def chunk_of(seed: int, number: int, orders: int) -> Chunk:
    """The chunk of that number; the same for the same seed."""
    rng = random.Random(f"{seed}/{number}")
    lives, told = [], list[tuple[int, str]]()
    # Half of the chunks are judged when most of their orders are over, half when they are under way.
    since, now = (OPENED, CLOSES) if number % 2 == 0 else _season(rng)
    for place in range(orders):
        life, client = lived(rng, f"o-{number}-{place}", (since, now))
        lives.append(life)
        told += _told(rng, life, client)
    scrap = sum(rng.random() < 0.1 for _ in range(orders // 10))
    told += [(rng.choice(told)[0], rng.choice(SCRAP)) for _ in range(scrap)]
    return Chunk(now, lives, [line for _, line in sorted(told)], scrap)


def _season(rng: random.Random) -> tuple[int, int]:
    now = rng.randrange(OPENED + 40 * DAY, CLOSES)
    return now - 40 * DAY, now


def _told(rng: random.Random, life: Life, client: str) -> Told:
    records = _records(rng, life, client)
    found: Told = []
    for number, (at, record) in enumerate(records):
        content = {"order_id": life.order_id, **record, "event_id": f"{life.order_id}/{number}"}
        for name in [content["event_id"], *(["again"] if rng.random() < 0.04 else [])]:
            arrival = at + int(rng.expovariate(1 / (5 * MINUTE))) + (rng.random() < 0.03) * rng.randrange(3 * DAY)
            line = json.dumps(content | {"event_id": name, "occurred_at": _spelled(rng, at)})
            found.append((arrival, line))
    return found


def _records(rng: random.Random, life: Life, client: str) -> list[tuple[int, dict[str, Any]]]:
    began = min(life.reports)[2]
    manager = f"m-{rng.randint(1, 6)}"
    found: list[tuple[int, dict[str, Any]]] = []
    for at, system, step in life.reports:
        record: dict[str, Any] = {"system": system, "status": STEPS[step], "channel": life.channel}
        if step == began:
            name = f"Client {client}"
            record |= {"client_id": client, "client_name": name, "attributes": {"rush": life.rush, "model": "m"}}
        if system == "crm":
            record["manager_id"] = manager if rng.random() < 0.98 else f"m-{rng.randint(1, 6)}"
        found.append((at, record))
    for system, since, until in life.holds:
        found.append((since, {"system": system, "type": "hold", "reason": rng.choice(["material", "client"])}))
        if until is not None and (until, {"system": system, "type": "release"}) not in found:
            found.append((until, {"system": system, "type": "release"}))
    for at, system, date, _ in life.statements:
        found.append((at, {"system": system, "type": "promise", "promised_at": _spelled(rng, date), "actor": "Ann"}))
    if life.cancelled is not None:
        how = rng.choice([{"type": "cancel", "reason": "client"}, {"status": "CANCELLED"}])
        found.append((life.cancelled[0], {"system": life.cancelled[1], **how}))
    return found + _noise(rng, life)


def _noise(rng: random.Random, life: Life) -> list[tuple[int, dict[str, Any]]]:
    """Notes, attributes stated anew, and a status that nobody knows; they move nothing."""
    reported = [when for when, _, _ in life.reports]
    at = max(min(reported) + 1, max(reported) - rng.randrange(HOUR))
    found: list[tuple[int, dict[str, Any]]] = []
    if rng.random() < 0.1:
        found.append((at, {"type": "note", "reason": "called the client", "actor": "Ann"}))
    if rng.random() < 0.05:
        found.append((at, {"type": "note", "system": "mes", "attributes": {"rush": not life.rush}}))
    if rng.random() < 0.05:
        found.append((at, {"system": "mes", "status": "ON_THE_TRUCK"}))
    return found


def _spelled(rng: random.Random, at: int) -> str:
    zone = timezone(timedelta(hours=rng.choice([0, 0, 3, -5])))
    moment: datetime = (EPOCH + timedelta(microseconds=at)).astimezone(zone)
    return moment.isoformat().replace("+00:00", "Z")
