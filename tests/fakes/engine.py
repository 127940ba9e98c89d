"""What stands around the stream engine's parts: a logic, a producer, a proof of membership."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from slamon.stream.contract import Effects, Outgoing, Record, Rows
from slamon.stream.core import Core
from slamon.stream.options import EngineOptions
from slamon.stream.table import Change

OPTIONS = EngineOptions(
    bootstrap="broker:9092",
    app_id="app",
    partitions=4,
    sources=("source",),
    data_dir=Path(),
    batch_records=2,
    drain_timeout=1.0,
)


class Logic:
    """Stores the value of every record under its key; `on_batch` may do more."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, int, bool]] = []
        self.opened_partitions: list[int] = []
        self.closed_partitions: list[int] = []
        self.on_batch: Callable[[Effects], None] = lambda _effects: None

    def batch(self, topic: str, partition: int, records: Sequence[Record], rows: Rows | None, effects: Effects) -> None:
        """As PartitionLogic says."""
        self.calls.append((topic, partition, len(records), rows is not None))
        self.on_batch(effects)
        for record in records:
            if rows is not None:
                assert record.key is not None
                assert record.value is not None
                rows.put(record.key, record.value)

    def opened(self, partition: int, rows: Rows) -> None:  # noqa: ARG002 - the contract's signature
        """As PartitionLogic says."""
        self.opened_partitions.append(partition)

    def closed(self, partition: int) -> None:
        """As PartitionLogic says."""
        self.closed_partitions.append(partition)


class Producing:
    """A log that acknowledges when `acknowledging` is set; `said` is everything in the order it was acknowledged."""

    def __init__(self) -> None:
        self.acknowledging = asyncio.Event()
        self.acknowledging.set()
        self.said: list[object] = []
        self.ends: dict[int, int] = {}
        self.error: Exception | None = None

    async def changes(self, topic: str, partition: int, changes: Sequence[Change]) -> int:
        """As producing.Producing."""
        await self._acknowledge()
        self.said.append((topic, partition, [(key, value) for key, value, _ in changes]))
        self.ends[partition] = self.ends.get(partition, 0) + len(changes)
        return self.ends[partition]

    async def records(self, outgoing: Sequence[Outgoing]) -> None:
        """As producing.Producing."""
        await self._acknowledge()
        self.said += list(outgoing)

    async def _acknowledge(self) -> None:
        await self.acknowledging.wait()
        if self.error is not None:
            raise self.error


class Membership:
    """A proof of membership that tests give and take."""

    def __init__(self) -> None:
        self._proof = asyncio.Event()
        self._proof.set()

    @property
    def valid(self) -> bool:
        """Whether there is a proof."""
        return self._proof.is_set()

    @property
    def age(self) -> float:
        """Its age in seconds."""
        return 1.0 if self.valid else 100.0

    async def proven(self) -> None:
        """As fencing.Membership."""
        await self._proof.wait()

    def lose(self) -> None:
        """No more proof."""
        self._proof.clear()

    def regain(self) -> None:
        """The coordinator answered again."""
        self._proof.set()


class Surroundings:
    """A core with all of these around it."""

    def __init__(self) -> None:
        self.logic = Logic()
        self.producing = Producing()
        self.membership = Membership()
        self.deaths: list[str] = []
        self.core = Core(OPTIONS, self.logic, self.membership, producing=self.producing, die=self.deaths.append)


async def settle() -> None:
    """Let everything that can run do so."""
    for _ in range(30):
        await asyncio.sleep(0)
