"""Forecasts from a history in Kafka: shown, kept over a crash, one notice of risk, the same from any worker."""

from pathlib import Path
from typing import Any

import pytest

from slamon.orders.event import DAY
from tests.foreseeing import lives, spells_of
from tests.integration.daemon.daemon import Daemon
from tests.integration.daemon.waiting import until, until_true
from tests.integration.daemon.world import PARTITIONS, Plan, World, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

HISTORY = 240


async def _forecast(worker: Daemon, order_id: str) -> dict[str, Any]:
    """The order, once it shows a forecast."""

    async def asked() -> dict[str, Any]:
        return await worker.order(order_id) or {"forecast": None}

    return await until(asked, lambda order: order["forecast"] is not None, what="a forecast is shown", within=90)


async def _learnt(*workers: Daemon) -> float:
    return sum([max(0.0, await worker.gauge("slamon_forecast_spells_total")) for worker in workers])


async def test_a_history_is_learnt_and_an_open_order_is_at_risk_by_forecast(bootstrap: str, tmp_path: Path) -> None:
    """The daemon learns each spell once, shows a forecast, tells it once, and knows it all again after a crash."""
    plan = Plan(promise("P21D", "P3D", forecast={"notify": True}), receivers=("webhook",))
    async with World(bootstrap, tmp_path, plan) as world:
        worker, at = await world.worker(), now()
        history = list(lives(HISTORY, before=at))
        for order_id, moves in history:
            await world.tell(event(order_id, status, when, system="mes") for when, status in moves)
        spells = sum(len(spells_of(moves)) for _, moves in history)
        await until(lambda: _learnt(worker), lambda found: found >= spells, what="the history is learnt")
        open_order = [("SUBMITTED", at - 16 * DAY), ("MANUFACTURING_STARTED", at - 15 * DAY)]
        await world.tell(event("o-1", status, when, system="mes") for status, when in open_order)

        order = await _forecast(worker, "o-1")
        assert 0.5 < order["forecast"]["probability_late"] < 1
        assert order["forecast"]["basis"] == "learnt"
        assert order["promise"]["due_at"] < order["forecast"]["suggested_due_at"]
        await until_true(lambda: len(_told(world)) == 1, what="it is told to be at risk")
        [told] = _told(world)
        assert "at risk by forecast" in told["text"]
        assert told["order"]["forecast"]["basis"] == "learnt"
        assert told["order"]["verdict"] == "at_risk"
        order = await worker.order("o-1") or {}
        assert order["verdict"] == "at_risk"
        assert await _learnt(worker) == spells

        worker.kill()
        again = await world.worker()
        assert (await _forecast(again, "o-1"))["verdict"] == "at_risk"
        assert "forecasts" in (await again.summary())["forecast_calibration"]
        [notice] = await again.notices(order_id="o-1", kind="at_risk")
        assert (notice["notice_id"], notice["kind"], notice["standing"]) == (told["notice_id"], "at_risk", True)
        assert notice["text"].split(" Promised ")[0] == told["text"].split(" Promised ")[0]
        assert await _learnt(again) == 0, "nothing is learnt a second time"

        other = await world.worker()
        await until(other.owned, lambda owned: 0 < owned < PARTITIONS, what="two workers share the partitions")
        for one in (again, other):
            order = await _forecast(one, "o-1")
            assert order["forecast"]["probability_late"] > 0.5
        assert len(_told(world)) == 1


def _told(world: World) -> list[dict[str, Any]]:
    said = [row["request"] for row in world.webhook.rows() if row["accepted"]]
    return [notice for notice in said if (notice["subject"], notice["kind"]) == ("o-1", "at_risk")]
