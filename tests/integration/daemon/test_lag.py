"""Lag in the daemon: backlogs, missing groups, incidents over a restart; API, metrics and CLI say the same."""

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.daemon.daemon import Daemon
from tests.integration.daemon.waiting import until
from tests.integration.daemon.world import Plan, World
from tests.kafkas import new_topic, put, unique
from tests.lag_kafka import commit, stamped

pytestmark = pytest.mark.kafka

Json = dict[str, Any]
HOUR_MS = 3_600_000


def _plan(lag: Json, **more: Any) -> Plan:
    """Without sources: lag alone."""
    return Plan(topics={}, receivers=(), partitions=2, more={"sources": {}, "lag": {"interval": "PT1S", **lag}, **more})


async def _group(worker: Daemon, name: str, status: str) -> Json:
    """A group of the API, once it has this status."""

    async def asked() -> Json:
        code, said = await worker.get(f"/api/v1/lag/{quote(name, safe='')}")
        return said if code == 200 else {"status": f"{code} {said}"}

    return await until(asked, lambda group: group["status"] == status, what=f"{name} is {status}")


async def test_a_daemon_without_sources_watches_lag(bootstrap: str, tmp_path: Path) -> None:
    """Backlog, its age, a group that has read all, one that is expected and missing."""
    topic, mes, done, gone = await new_topic(bootstrap, partitions=2), unique("mes/1"), unique("done"), unique("gone")
    written = int(time.time() * 1000) - HOUR_MS
    await stamped(bootstrap, topic, [written, written + 1000, written + 2000])
    await put(bootstrap, topic, [(None, b"x")], partition=1)
    await commit(bootstrap, mes, {(topic, 0): 1, (topic, 1): 1})
    await commit(bootstrap, done, {(topic, 0): 3, (topic, 1): 1})
    plan = _plan({"expected": [gone], "groups": {"include": [re.escape(name) for name in (mes, done, gone)]}})
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        found = await _group(worker, mes, "STOPPED")
        assert (found["lag"], found["members"], found["state"]) == (2, 0, "empty")
        assert found["lag_seconds"] == pytest.approx(HOUR_MS / 1000 - 1, abs=30)
        [shown] = found["topics"]
        assert [(row["partition"], row["committed"], row["end"], row["lag"]) for row in shown["partitions"]] == [
            (0, 1, 3, 2),
            (1, 1, 1, 0),
        ]
        assert (await _group(worker, gone, "MISSING"))["lag"] is None
        assert (await _group(worker, done, "OK"))["lag"] == 0
        code, page = await worker.get("/api/v1/lag")
        assert (code, page["complete"]) == (200, True)
        assert {group["group"] for group in page["groups"]} == {mes, done, gone}
        assert (await worker.get("/api/v1/lag/nobody"))[0] == 404
