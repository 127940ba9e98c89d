"""A bounded read_committed read: is there anything to read between two offsets, or only markers and aborted records?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.control_record import ABORT_MARKER, ControlRecord
from aiokafka.record.memory_records import MemoryRecords

from slamon.kafka.lag.asking import NotAnswered, Round
from slamon.kafka.lag.faults import OK, unknown
from slamon.lag.observation import Place, Reason, Scan, ScanAnswers, Unknown

_MICROSECONDS: Final = 1000
_READ_COMMITTED: Final = 1
_REPLICA_FROM: Final = 11
"""From this version of the answer on, the replica to read from stands between aborted transactions and records."""
_PER_PLACE: Final = 64 * 1024
"""Bytes of one partition in one answer; a larger first batch comes all the same."""
_PER_ANSWER: Final = 4 * 1024 * 1024
_PLACES: Final = 64
"""Partitions in one question."""
_ANSWERS: Final = 8
"""Questions per partition and scan: what is not found by then stays open."""


async def scan_leader(asked: Round, node: int, wanted: Mapping[Place, tuple[int, int]]) -> ScanAnswers:
    """Read these partitions, all led by one node, from one offset to another; what was not asked is left out."""
    found: dict[Place, Scan | Unknown] = {}
    places = list(wanted)
    for start in range(0, len(places), _PLACES):
        if asked.left() <= 0:
            break
        found |= await _scan(asked, node, {place: wanted[place] for place in places[start : start + _PLACES]})
    return found


async def _scan(asked: Round, node: int, wanted: Mapping[Place, tuple[int, int]]) -> dict[Place, Scan | Unknown]:
    found: dict[Place, Scan | Unknown] = {}
    at = {place: begins for place, (begins, _) in wanted.items()}
    for _ in range(_ANSWERS):
        if not at:
            break
        try:
            answer = await asked.send(_question(at), node=node)
        except NotAnswered as error:
            return found | dict.fromkeys(at, error.why)
        for topic, partitions in answer.topics:
            for number, code, *rest in partitions:
                place, records = Place(topic, number), rest[-1]
                aborted = rest[-3] if answer.API_VERSION >= _REPLICA_FROM else rest[-2]
                scan = _read(at[place], wanted[place][1], aborted, records) if code == OK else unknown(code)
                if isinstance(scan, Scan) and scan.first is None and at[place] < scan.up_to < wanted[place][1]:
                    at[place] = scan.up_to
                    continue
                found[place] = scan
                del at[place]
    return found | {place: Scan(up_to=position) for place, position in at.items()}


def _question(at: Mapping[Place, int]) -> FetchRequest:
    topics: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for (topic, number), offset in at.items():
        topics[topic].append((number, offset, _PER_PLACE))
    return FetchRequest(0, 0, _PER_ANSWER, _READ_COMMITTED, list(topics.items()))


def _read(begins: int, ends: int, aborted: Iterable[tuple[int, int]] | None, records: Any) -> Scan | Unknown:
    try:
        return read_batches(begins, ends, aborted or (), bytes(records or b""))
    except Exception as error:  # noqa: BLE001 - damage, or a codec that is not installed: five libraries, no common error
        return Unknown(Reason.UNSUPPORTED, f"records that can't be read: {type(error).__name__}")


def read_batches(begins: int, ends: int, aborted: Iterable[tuple[int, int]], records: bytes) -> Scan:
    """The first readable record from `begins` on and before `ends`.

    Args:
        begins: the offset to read from.
        ends: the last stable offset.
        aborted: producer and first offset of each aborted transaction, as Fetch gives them.
        records: batches as they stand in the log; the last one may be cut off.
    """
    position = begins
    for batch, is_dropped in _batches(aborted, records):
        if not is_dropped:
            for record in batch:
                if begins <= record.offset < ends:
                    return Scan(record.offset + 1, record.offset, record.timestamp * _MICROSECONDS)
        position = max(position, batch.next_offset)
        if position >= ends:
            break
    return Scan(position)


def _batches(aborted: Iterable[tuple[int, int]], records: bytes) -> Iterator[tuple[Any, bool]]:
    """Each batch, and whether it holds nothing for a reader: a marker, or records that were aborted."""
    open_aborts = sorted(aborted, key=lambda one: one[1])
    dropping: set[int] = set()
    batches = MemoryRecords(records)
    while batches.has_next():
        batch = batches.next_batch()
        while open_aborts and open_aborts[0][1] < batch.next_offset:
            dropping.add(open_aborts.pop(0)[0])
        is_marker = batch.is_control_batch
        yield batch, is_marker or (batch.is_transactional and batch.producer_id in dropping)
        if is_marker and _ends_in_abort(batch):
            dropping.discard(batch.producer_id)


def _ends_in_abort(batch: Any) -> bool:
    """Whether a control batch is the marker of an abort; compaction may have left it empty."""
    return any(ControlRecord.parse(record.key) == ABORT_MARKER for record in batch)
