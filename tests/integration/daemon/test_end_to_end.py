"""Events of several systems, keyed and not, in; orders, notices and messages out, as the oracle says."""

import random
from pathlib import Path

import pytest

from tests.integration.daemon.lives import Scale, Told, crowd, play
from tests.integration.daemon.proof import prove
from tests.integration.daemon.world import PARTITIONS, Plan, World, beside, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

STAGES = [
    {"from": "SUBMITTED", "to": "PRICE_CALCULATED", "budget": "PT1S"},
    {"from": "MANUFACTURING_STARTED", "to": "SHIPPED", "budget": "PT2S"},
]
CRM_WORDS = {"approved": "MANUFACTURING_APPROVED", "away": "CANCELLED"}


def _in_words_of_crm(told: Told) -> Told:
    """The CRM has its own names, says them under its own source, and never names itself."""
    said = {name: value for name, value in told.said.items() if name != "system"}
    if said.get("type") == "cancel":
        said = {**said, "type": "status", "status": "away"}
    if said.get("status") == "MANUFACTURING_APPROVED":
        said["status"] = "approved"
    return Told(told.at, said)


async def test_several_systems_with_and_without_keys(bootstrap: str, tmp_path: Path, rng: random.Random) -> None:
    """Shop: keyed. CRM: other partition count, own words. MES: as many partitions, no keys. Old shop: wrong keys."""
    plan = Plan(
        promise("PT4S", "PT1S", stages=STAGES),
        topics={"orders": PARTITIONS, "crm": 3, "mes": PARTITIONS, "old": PARTITIONS},
        sources={"crm": {"system": "crm", "status_map": CRM_WORDS}, "old": {"system": "shop"}},
    )
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        start = now()
        told = crowd(rng, 400, Scale(promise=4, arrivals=6), start=start)
        by_system = {name: [one for one in told if one.said.get("system") == name] for name in ("shop", "crm", "mes")}
        early, late = by_system["shop"][::2], by_system["shop"][1::2]
        async with (
            beside(play(world, early, start=start)),
            beside(play(world, [_in_words_of_crm(one) for one in by_system["crm"]], start=start, source="crm")),
            beside(play(world, by_system["mes"], start=start, source="mes", keyed=False)),
            beside(play(world, late, start=start, source="old", key_of=lambda said: said["client_id"])),
        ):
            pass
        evidence, expected = await prove(world)
        assert {key[1] for key in expected.all_notices} == {*("at_risk", "breached", "stage_overdue", "finished_late")}
        assert {order["verdict"] for _, order in evidence.orders} >= {"kept", "broken", "breached", "cancelled"}
        systems = {name for _, order in evidence.orders for name in order["systems"]}
        assert systems == {"shop", "crm", "mes"}
        sent = {n["kind"] for n in evidence.notices if n["deliveries"][0]["state"] == "sent"}
        assert sent >= {"at_risk", "breached", "stage_overdue", "finished_late", "retracted"}
        _, metrics = await worker.get("/metrics")
        assert "slamon_events_total" in metrics
