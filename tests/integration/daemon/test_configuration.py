"""Wrong configurations and surroundings are refused with exit code 2 and every problem named."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from slamon.kafka.topics import OwnTopics
from tests.integration.daemon.daemon import ROOT
from tests.integration.daemon.world import Plan, World
from tests.kafkas import create_topic

pytestmark = [pytest.mark.kafka]


@pytest.mark.parametrize("command", [("run", "--config"), ("check-config",)], ids=["run", "check-config"])
def test_every_problem_is_named_with_its_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "slamon.yaml"
    file.write_text(
        "kafka:\n"
        "  bootstrap_servers: nowhere\n"
        "  partitons: 4\n"
        "sources:\n"
        "  orders: {topics: []}\n"
        "sla:\n"
        "  promise: {duration: 3 weeks}\n"
        "  stages: [{from: SUBMITED, to: SHIPPED, budget: PT1H}]\n"
        "web: {port: 99999}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "slamon", *command, str(file)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    for number, key in (
        (2, "kafka.bootstrap_servers"),
        (3, "kafka.partitons"),
        (5, "sources.orders.topics"),
        (7, "sla.promise.duration"),
        (8, "sla.stages.0.from"),
        (9, "web.port"),
    ):
        assert any(line.startswith(f"{file}:{number}: {key}: ") and "allowed" in line for line in lines), (key, lines)


async def test_a_changelog_with_another_partition_count_is_refused(bootstrap: str, tmp_path: Path) -> None:
    """Orders would be read from the wrong partitions: exit 2, and what to do about it."""
    async with World(bootstrap, tmp_path, Plan(receivers=())) as world:
        changelog = OwnTopics(world.app_id).changelog
        await create_topic(bootstrap, changelog, partitions=3, config={"cleanup.policy": "compact"})
        worker = world.daemon().start()
        assert await worker.ended() == 2
        refusals = [json.loads(line) for line in worker.log.read_text().splitlines() if "startup.refused" in line]
        told = " ".join(line["problem"] for line in refusals)
        assert changelog in told
        assert "3 partitions" in told
        assert "set kafka.partitions to 3" in told
