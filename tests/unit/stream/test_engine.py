import pytest

from slamon.stream import Engine, PartitionLostError
from tests.fakes.engine import OPTIONS, Logic


async def test_an_engine_that_was_not_started_says_so_and_owns_nothing() -> None:
    engine = Engine(OPTIONS, Logic())
    ready, parts = engine.ready()
    assert not ready
    assert parts["engine"] == "not started"
    assert engine.partitions() == frozenset()
    assert engine.owned_sources() == frozenset()
    assert engine.owners() == {}
    assert engine.processed("source", 0) is None
    assert engine.rows(0) is None
    with pytest.raises(PartitionLostError):
        await engine.write(0, lambda _rows, _effects: None)


async def test_an_engine_that_found_no_broker_stops_at_once() -> None:
    engine = Engine(OPTIONS, Logic())
    await engine.start()
    await engine.stop()
    assert engine.progress.phase == "stopped"
