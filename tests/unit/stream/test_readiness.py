import asyncio

from slamon.stream.lanes import Lane
from slamon.stream.readiness import readiness
from slamon.stream.table import PartitionRows
from tests.fakes.engine import Surroundings


def running() -> Surroundings:
    around = Surroundings()
    around.core.progress.phase = "running"
    return around


async def test_an_engine_that_runs_is_ready() -> None:
    assert readiness(running().core, "") == (True, {"engine": "ok", "broker": "ok", "changelog": "ok"})


async def test_what_is_waited_for_is_said() -> None:
    ready, parts = readiness(running().core, "waiting for a Kafka broker at k:9092")
    assert not ready
    assert parts["engine"] == "waiting for a Kafka broker at k:9092"


async def test_a_recovery_tells_how_far_it_is() -> None:
    around = running()
    around.core.progress.phase = "recovering"
    around.core.progress.replayed = 1234
    ready, parts = readiness(around.core, "")
    assert not ready
    assert parts["engine"] == "recovering: 1234 changelog records read"


async def test_a_silent_coordinator_is_said() -> None:
    around = running()
    around.membership.lose()
    ready, parts = readiness(around.core, "")
    assert not ready
    assert parts["broker"] == "no answer from the group coordinator for 100 s"


async def test_a_slow_acknowledgement_is_said() -> None:
    around = running()
    lane = Lane(around.core, 3, PartitionRows(), None)
    lane.flushing_since = asyncio.get_running_loop().time() - 60
    around.core.lanes = {3: lane}
    ready, parts = readiness(around.core, "")
    assert not ready
    assert parts["changelog"] == "1 partitions wait for acknowledgements, partition 3 for 60 s"


async def test_a_failure_is_said() -> None:
    around = running()
    around.core.failed(OSError("disk"))
    assert readiness(around.core, "")[1]["engine"] == "failed: OSError: disk"
