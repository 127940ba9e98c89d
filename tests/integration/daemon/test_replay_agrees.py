"""The same recorded events through `slamon replay` and, shuffled, through Kafka: the same verdicts and notices."""

import asyncio
import csv
import io
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from slamon.orders.event import Instant, rfc3339
from tests.integration.daemon.daemon import ROOT, Daemon
from tests.integration.daemon.lives import Scale, crowd, events_of
from tests.integration.daemon.proof import prove
from tests.integration.daemon.world import PARTITIONS, SECOND, Json, Plan, World, now

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

DAY = 86_400
LOST = 0.05
"""So much of what the systems say never comes."""


def _recorded(rng: random.Random) -> list[Json]:
    """Ninety days of orders under the default promise and the default stages; some messages are lost, some misheard."""
    start = now() - 120 * DAY * SECOND
    told = events_of(crowd(rng, 300, Scale(promise=21 * DAY, arrivals=90 * DAY), start=start))
    return [*(_misheard(said, rng) for said in told if rng.random() > LOST), *_overtaken(start + DAY * SECOND)]


def _overtaken(start: Instant) -> list[Json]:
    """The shop says that an order is packed of which mes said nothing after its price: mes is behind."""
    said = (("shop", "SUBMITTED", 0), ("mes", "PRICE_CALCULATED", 600), ("crm", "MANUFACTURING_APPROVED", 3600))
    return [
        {"order_id": "overtaken", "system": system, "status": status, "occurred_at": rfc3339(start + after * SECOND)}
        for system, status, after in (*said, ("shop", "PACKAGING", 5 * DAY))
    ]


def _misheard(said: Json, rng: random.Random) -> Json:
    """Some steps are told by another system than their owner: it is ahead of it."""
    return said | {"system": rng.choice(("shop", "crm", "mes"))} if rng.random() < LOST else said


def _replayed(daemon: Daemon, file: Path, at: str) -> Json:
    command = [sys.executable, "-m", "slamon", "replay", str(file), "--config", str(daemon.config)]
    done = subprocess.run(
        [*command, "--at", at, "--format", "json"], capture_output=True, cwd=ROOT, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    result: Json = json.loads(done.stdout)
    return result


def _as_csv(events: list[Json]) -> str:
    names = sorted({name for said in events for name in said})
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(events)
    return text.getvalue()


async def test_a_recording_and_the_daemon_agree(bootstrap: str, tmp_path: Path, rng: random.Random) -> None:
    """Shuffled over two topics, one of another partition count, one without keys; the file in time order and CSV."""
    kept = {"keep_finished": "P300D", "keep_not_started": "P300D"}
    topics = {"orders": PARTITIONS, "other": 3}
    plan = Plan({}, topics=topics, receivers=("webhook",), more={"orders": kept})
    events = _recorded(rng)
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(said) + "\n" for said in events))
    (tmp_path / "events.csv").write_text(_as_csv(events))
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        shuffled = rng.sample(events, len(events))
        await world.tell(shuffled[::2], keyed=False)
        await world.tell(shuffled[1::2], "other")
        evidence, _ = await prove(world)
        at = max(as_of for as_of, _ in evidence.orders)
        for file in ("events.jsonl", "events.csv"):
            replayed = await asyncio.to_thread(_replayed, worker, tmp_path / file, at)
            assert {order["order_id"]: order["verdict"] for order in replayed["orders"]} == {
                order["order_id"]: order["verdict"] for _, order in evidence.orders
            }
            assert _standing(replayed["notices"]) == _standing(evidence.notices)
            assert len(replayed["notices"]) > 300
            apart = {notice["divergence"]["kind"] for notice in replayed["notices"] if notice["divergence"]}
            assert apart >= {"ahead", "behind", "lost"}
        states = {delivery["state"] for notice in evidence.notices for delivery in notice["deliveries"]}
        assert states == {"sent", "superseded"}


def _standing(notices: list[Json]) -> dict[str, tuple[object, ...]]:
    names = ("kind", "order_id", "stage", "due_at", "at", "divergence")
    return {notice["notice_id"]: tuple(notice[n] for n in names) for notice in notices if notice["standing"]}
