from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy as Builder

from slamon.kafka.lag.asking import Round
from slamon.kafka.lag.readable import read_batches, scan_leader
from slamon.lag.observation import Place, Reason, Scan, Unknown
from tests.fakes.lag_cluster import FakeLagCluster

ABORT, COMMIT = b"\x00\x00\x00\x00", b"\x00\x00\x00\x01"
PLACE = Place("t", 0)
_CONTROL = 0x20


def batch(base: int, count: int = 1, *, producer: int = -1, marker: bytes | None = None, codec: int = 0) -> bytes:
    """A batch as it stands in the log: record n has the timestamp 1000 + its offset."""
    made = Builder(2, codec, int(producer >= 0), producer, 0, 0, 1 << 20)
    for number in range(count):
        made.append(number, 1_000 + base + number, marker, b"x", [])
    raw = made.build()
    raw[0:8] = base.to_bytes(8)
    if marker is not None:
        raw[22] |= _CONTROL
    return bytes(raw)


def test_the_builder_is_the_one_that_producers_use() -> None:
    assert DefaultRecordBatchBuilder.__name__.removeprefix("_").startswith("DefaultRecordBatchBuilder")


@pytest.mark.parametrize("codec", [0, 1, 2, 3, 4])
def test_the_first_record_from_there_on(codec: int) -> None:
    log = batch(0, 5, codec=codec) + batch(5, 5, codec=codec)
    assert read_batches(3, 10, (), log) == Scan(4, 3, 1_003_000)
    assert read_batches(7, 10, (), log) == Scan(8, 7, 1_007_000)


def test_markers_are_stepped_over() -> None:
    log = batch(0, 3, producer=7) + batch(3, producer=7, marker=COMMIT)
    assert read_batches(3, 4, (), log) == Scan(4)
    assert read_batches(2, 4, (), log) == Scan(3, 2, 1_002_000)


def test_aborted_records_are_stepped_over_those_of_others_and_later_ones_are_not() -> None:
    aborted = batch(0, 2, producer=7) + batch(2, 1, producer=8) + batch(3, 2, producer=7)
    log = aborted + batch(5, producer=7, marker=ABORT) + batch(6, 1, producer=7)
    assert read_batches(0, 7, [(7, 0)], log) == Scan(3, 2, 1_002_000)
    assert read_batches(3, 7, [(7, 0)], log) == Scan(7, 6, 1_006_000)
    assert read_batches(0, 7, [(7, 0), (8, 2), (7, 6)], log) == Scan(7)


def test_a_transaction_of_a_producer_that_aborts_later_is_read() -> None:
    log = batch(0, 2, producer=7) + batch(2, producer=7, marker=COMMIT) + batch(3, 2, producer=7)
    assert read_batches(0, 6, [(7, 3)], log) == Scan(1, 0, 1_000_000)
    assert read_batches(2, 6, [(7, 3)], log) == Scan(5)


def test_a_gap_that_compaction_left_and_a_batch_that_is_cut_off() -> None:
    log = batch(0, 2) + batch(8, 2)
    assert read_batches(2, 10, (), log) == Scan(9, 8, 1_008_000)
    assert read_batches(2, 10, (), batch(0, 2) + batch(2, 9)[:-5]) == Scan(2)


def test_what_is_not_stable_yet_is_not_read() -> None:
    assert read_batches(2, 4, (), batch(4, 2)) == Scan(6)
    assert read_batches(2, 4, (), b"") == Scan(2)


class Log(FakeLagCluster):
    """Gives a partition's batches one per question."""

    def __init__(self, *batches: bytes, aborted: tuple[tuple[int, int], ...] = (), version: int = 11) -> None:
        super().__init__()
        self.batches, self.aborted, self.version, self.error = batches, aborted, version, 0
        self.offsets: list[int] = []

    async def ask(self, request: Any, *, node: int | None = None) -> Any:
        assert isinstance(request, FetchRequest)
        [(topic, [(number, offset, _)])] = request.topics
        self.offsets.append(offset)
        left = [one for one in self.batches if int.from_bytes(one[:8]) + one[26] >= offset][:1]
        replica = [-1] if self.version >= 11 else []
        partition = (number, self.error, 99, 99, 0, list(self.aborted), *replica, b"".join(left))
        answer = SimpleNamespace(API_VERSION=self.version, topics=[(topic, [partition])])
        self.extra[FetchRequest] = answer
        return await super().ask(request, node=node)


async def scan(log: Log, begins: int, ends: int) -> Scan | Unknown:
    return (await scan_leader(Round(log, seconds=5), 1, {PLACE: (begins, ends)}))[PLACE]


@pytest.mark.parametrize("version", [10, 11])
async def test_reading_goes_on_until_something_is_found(version: int) -> None:
    aborted = [batch(number * 2, 2, producer=7) for number in range(3)]
    log = Log(*aborted, batch(6, producer=7, marker=ABORT), batch(7), aborted=((7, 0),), version=version)
    assert await scan(log, 0, 8) == Scan(8, 7, 1_007_000)
    assert log.offsets == [0, 2, 4, 6, 7]


async def test_it_ends_after_so_many_questions() -> None:
    log = Log(*(batch(number, producer=7) for number in range(20)), aborted=((7, 0),))
    assert await scan(log, 0, 20) == Scan(up_to=8)


async def test_nothing_comes() -> None:
    assert await scan(Log(), 3, 8) == Scan(up_to=3)


async def test_what_may_not_be_read_and_what_cannot() -> None:
    log = Log(batch(0))
    log.error = 29
    refused = await scan(log, 0, 1)
    assert isinstance(refused, Unknown)
    assert refused.reason is Reason.REFUSED
    broken = bytearray(batch(0, 50, codec=1))
    broken[70:80] = bytes(10)
    unread = await scan(Log(bytes(broken)), 0, 50)
    assert isinstance(unread, Unknown)
    assert unread.reason is Reason.UNSUPPORTED
    away = Log(batch(0))
    away.silent = {1}
    lost = await scan(away, 0, 1)
    assert isinstance(lost, Unknown)
    assert lost.reason is Reason.BROKER_AWAY


async def test_no_time() -> None:
    assert await scan_leader(Round(Log(batch(0)), seconds=-1), 1, {PLACE: (0, 1)}) == {}
