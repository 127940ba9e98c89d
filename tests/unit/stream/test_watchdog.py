from dataclasses import replace

import pytest
from aiokafka import TopicPartition

from slamon.errors import EngineError
from slamon.stream.lanes import Lane
from slamon.stream.table import PartitionRows
from slamon.stream.watchdog import Watchdog
from tests.fakes.engine import OPTIONS, Surroundings

TP = TopicPartition("source", 0)


class Case(Surroundings):
    """A running engine with a patience of 100 s, looked at once a second."""

    def __init__(self) -> None:
        super().__init__()
        self.core.options = replace(OPTIONS, stall_timeout=100.0)
        self.watchdog = Watchdog(self.core)
        self.core.progress.phase = "running"
        self.now = 1000.0
        self.core.progress.at = self.core.progress.looked_at = self.now

    def pass_time(self, seconds: int, *, looking: bool = True) -> None:
        for _ in range(seconds):
            self.now += 1
            if looking:
                self.core.progress.looked_at = self.now
            self.watchdog.tick(self.now)


@pytest.fixture
async def case() -> Case:
    return Case()


async def test_an_idle_engine_is_left_alone(case: Case) -> None:
    case.pass_time(1000)


@pytest.mark.parametrize("phase", ["recovering", "handing over"])
async def test_t16_a_recovery_that_stands_still_ends_the_process(case: Case, phase: str) -> None:
    case.core.progress.phase = phase
    with pytest.raises(EngineError, match=phase):
        case.pass_time(130)


async def test_a_recovery_that_moves_may_take_as_long_as_it_takes(case: Case) -> None:
    case.core.progress.phase = "recovering"
    for _ in range(20):
        case.pass_time(40)
        case.core.progress.at = case.now


async def test_a_broker_that_is_away_is_waited_for(case: Case) -> None:
    case.core.progress.phase = "recovering"
    case.membership.lose()
    case.pass_time(10_000, looking=False)


async def test_a_consumer_that_answers_no_more_ends_the_process(case: Case) -> None:
    with pytest.raises(EngineError, match="consumer has not answered"):
        case.pass_time(130, looking=False)


async def test_b9_records_that_are_there_and_not_worked_on_end_the_process(case: Case) -> None:
    case.core.ledger.start({TP: 5})
    case.core.highwaters = {TP: 8}
    with pytest.raises(EngineError, match="source/0 stands at 5 of 8"):
        case.pass_time(130)


async def test_a_flush_that_never_ends_ends_the_process(case: Case) -> None:
    lane = Lane(case.core, 3, PartitionRows(), None)
    lane.flushing_since = case.now
    case.core.lanes = {3: lane}
    with pytest.raises(EngineError, match="partition 3 waits for acknowledgements"):
        case.pass_time(130)


async def test_a_process_that_was_stopped_gets_its_time_back(case: Case) -> None:
    case.core.progress.phase = "recovering"
    case.now += 5000
    case.watchdog.tick(case.now)
    case.core.progress.at = case.now
    case.pass_time(40)
