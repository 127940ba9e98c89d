"""The way to one channel: when the next call may be made."""

import asyncio

import pytest

from slamon.errors import SinkError
from slamon.orders.event import SECOND
from slamon.services.lane import bucket_of
from slamon.services.way import NotNow
from tests.fakes.stream import until
from tests.lanes import NOW, LaneBench


async def test_a_channel_without_a_pace_may_be_called_at_once() -> None:
    bench = LaneBench()
    for _ in range(20):
        await bench.way.pace()
    assert bench.now == NOW


async def test_nothing_is_started_while_partitions_are_handed_over() -> None:
    bench = LaneBench()
    bench.stopping = True
    with pytest.raises(NotNow):
        await bench.way.pace()


async def test_nothing_is_started_where_everything_is_refused() -> None:
    bench = LaneBench()
    bench.channel.refused = "auth"
    with pytest.raises(NotNow):
        await bench.way.pace()


async def test_who_waits_for_a_token_gives_up_when_nothing_more_is_to_be_started() -> None:
    bench = LaneBench(per_second=1000)
    bench.way.bucket = bucket_of(1000)
    for _ in range(3):
        await bench.way.pace()
    waiting = asyncio.create_task(bench.way.pace())
    bench.stopping = True
    with pytest.raises(NotNow):
        await waiting


async def test_a_rest_of_the_channel_holds_for_every_call() -> None:
    """Also for one that was chosen before the rest began; the clock decides, not the caller."""
    bench = LaneBench()
    bench.channel.rest(NOW + 1)
    waiting = asyncio.create_task(bench.way.pace())
    await asyncio.sleep(0)
    assert not waiting.done()
    bench.now += 1
    async with asyncio.timeout(20):  # a microsecond of it is waited for in real time
        await waiting
    await until(waiting.done)


@pytest.mark.parametrize(
    ("failures", "retry_after", "least", "most"),
    [
        (0, None, SECOND // 2, SECOND),
        (3, None, 4 * SECOND, 8 * SECOND),
        (40, None, 15 * SECOND, 30 * SECOND),
        (0, 17.0, 17 * SECOND, 17 * SECOND),
    ],
)
async def test_the_rest_after_a_failure(failures: int, retry_after: float | None, least: int, most: int) -> None:
    """Doubling with the failures in a row, or as the receiver asks."""
    bench = LaneBench()
    bench.channel.failures = failures
    fault = SinkError("server_error", "?", permanent=False, retry_after=retry_after)
    assert NOW + least <= bench.way.rest_after(fault) <= NOW + most
