"""Records that nobody can use stop nothing: they become dead letters as they were, the good ones go on."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.daemon.evidence import Evidence
from tests.integration.daemon.lives import Scale, crowd, events_of
from tests.integration.daemon.proof import prove
from tests.integration.daemon.world import PARTITIONS, SECOND, Plan, World, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]

MOST_BYTES = 262_144


class Poison(NamedTuple):
    """A record and why it can't be used; None: it can, odd as it is."""

    name: str
    value: bytes | None
    reason: str | None
    key: bytes | None = b"poison"


def _good(**changes: object) -> bytes:
    return json.dumps({**event("odd", "SUBMITTED", now()), **changes}).encode()


def _with_raw(field: str, raw: bytes) -> bytes:
    return _good()[:-1] + b', "' + field.encode() + b'": ' + raw + b"}"


def poisons() -> Iterator[Poison]:
    """F9 of the fault catalogue."""
    year = 365 * 24 * 3600 * SECOND
    yield Poison("truncated", _good()[:-20], "not_json")
    yield Poison("no value", None, "not_json")
    yield Poison("no value, no key", None, "not_json", None)
    yield Poison("empty", b"", "not_json")
    yield Poison("deep array", b"[" * 200_000, "not_json")
    yield Poison("deep array in an unknown field", _with_raw("x", b"[" * 100_000 + b"]" * 100_000), "not_json")
    yield Poison("deep object", b'{"a":' * 50_000, "not_json")
    yield Poison("NaN", _with_raw("attributes", b'{"n": NaN}'), "not_json")
    yield Poison("Infinity", _with_raw("x", b"Infinity"), "not_json")
    yield Poison("1e999", _with_raw("attributes", b'{"n": 1e999}'), "invalid")
    yield Poison("5000 digits", _with_raw("attributes", b'{"n": ' + b"9" * 5000 + b"}"), "invalid")
    yield Poison("lone surrogate", _with_raw("reason", b'"\\ud800"'), "not_json")
    yield Poison("byte order mark", b"\xef\xbb\xbf" + _good(), "not_json")
    yield Poison("latin-1", "{'status': 'geschlossen für'}".encode("latin-1"), "not_json")
    yield Poison("an array", b"[1, 2]", "not_object")
    yield Poison("a number", b"17", "not_object")
    yield Poison("a text", b'"SHIPPED"', "not_object")
    yield Poison("faust's own key", b'{"__faust": {"ns": "slamon.orders.Event"}}', "invalid")
    yield Poison("900 kB", _good(reason="x" * 900_000), "too_large")
    yield Poison("one byte too much", _good(reason="x" * MOST_BYTES), "too_large")
    yield Poison(
        "no order id", json.dumps({"status": "SHIPPED", "occurred_at": "2026-01-01T00:00:00Z"}).encode(), "invalid"
    )
    yield Poison("order id a number", _good(order_id=17), "invalid")
    yield Poison("order id too long", _good(order_id="x" * 129), "invalid")
    yield Poison("order id empty", _good(order_id=""), "invalid")
    yield Poison("time without zone", _good(occurred_at="2026-01-01T00:00:00"), "invalid")
    yield Poison("time with a space", _good(occurred_at="2026-01-01 00:00:00Z"), "invalid")
    yield Poison("time a number", _good(occurred_at=1_700_000_000), "invalid")
    yield Poison("year 0", _good(occurred_at="0000-01-01T00:00:00Z"), "invalid")
    yield Poison("a leap second", _good(occurred_at="2026-06-30T23:59:60Z"), "invalid")
    yield Poison("unknown type", _good(type="teleport"), "invalid")
    yield Poison("promise without date", _good(type="promise"), "invalid")
    yield Poison("status a list", _good(status=["SHIPPED"]), "invalid")
    yield Poison("attributes a text", _good(attributes="rush"), "invalid")
    yield Poison("a year ahead", json.dumps(event("odd", "SUBMITTED", now() + year)).encode(), "future_dated")
    yield Poison("duplicate keys", _with_raw("status", b'"PACKAGING"'), None)
    yield Poison("10,000 unknown fields", _good(**{f"f{n}": n for n in range(10_000)}), None)
    yield Poison("no key, but good", _good(order_id="unkeyed"), None, None)
    yield Poison("key that is no text", _good(order_id="oddly keyed"), None, b"\xff\xfe\x00")
    yield Poison("unknown status", _good(order_id="unknown", status="TELEPORTED"), None)
    yield Poison("year 1", _good(order_id="ancient", occurred_at="0001-01-01T00:00:00Z"), None)
    yield Poison("nul in the order id", _good(order_id="a\x00b/../%2f?#"), None)


async def _send(world: World, topic: str, rng: random.Random) -> dict[tuple[str, int, int], Poison]:
    """Poison between good orders; where each poison came to stand."""
    producer = await world.producer()
    placed = {}
    good = events_of(crowd(rng, 60, Scale(promise=3, arrivals=1), start=now(), name=topic))
    for number, poison in enumerate(poisons()):
        await world.tell(good[number * 4 : number * 4 + 4], topic)
        batch = producer.create_batch()  # `send` does not take a record without key and value
        batch.append(key=poison.key, value=poison.value, timestamp=None)
        place = number % world.plan.topics[topic]
        sent = await (await producer.send_batch(batch, world.topics[topic], partition=place))
        placed[sent.topic, sent.partition, sent.offset] = poison
    await world.tell(good[len(placed) * 4 :], topic)
    return placed


async def test_poison_stops_nothing(bootstrap: str, tmp_path: Path, rng: random.Random) -> None:
    """Straight and by way of the repartition topic: the same process, every good order right, every bad one kept."""
    plan = Plan(promise("PT3S", "PT1S"), topics={"orders": PARTITIONS, "other": 3})
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        pid = worker.pid
        placed = {**await _send(world, "orders", rng), **await _send(world, "other", rng)}
        evidence, expected = await prove(world)
        assert (worker.pid, worker.exit_code) == (pid, None)
        reasons = _reasons(evidence)
        assert {poison.name: reasons.get(origin) for origin, poison in placed.items()} == {
            poison.name: poison.reason for poison in placed.values()
        }
        assert set(reasons) == set(expected.rejected)
        status, metrics = await worker.get("/metrics")
        assert status == 200
        counted = [line for line in metrics.splitlines() if 'outcome="dead_letter"' in line]
        assert sum(float(line.rsplit(" ", 1)[1]) for line in counted) == len(evidence.dead_letters)
        assert not worker.said("worker.crashed")


def _reasons(evidence: Evidence) -> dict[tuple[str, int, int], str]:
    reasons = {}
    for letter in evidence.dead_letters:
        headers = {name: value.decode() for name, value in letter.headers}
        origin = headers["slamon-topic"], int(headers["slamon-partition"]), int(headers["slamon-offset"])
        reasons[origin] = headers["slamon-reason"]
    return reasons
