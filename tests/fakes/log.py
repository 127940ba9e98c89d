"""A log in memory, with what can go wrong between a worker and the broker."""

from collections.abc import Callable
from dataclasses import dataclass, field

from slamon.errors import SourceError
from slamon.kafka.log import LogRecord


@dataclass
class FakeLog:
    """`refusals`: so many calls fail first; `beside()` runs after each append, as another worker would."""

    topic: str = "shop.policies"
    records: list[LogRecord] = field(default_factory=list)
    refusals: int = 0
    loses_acknowledgements: bool = False
    beside: Callable[[], None] | None = None

    def put(self, key: bytes, value: bytes | None) -> None:
        """Write a record."""
        self.records.append(LogRecord(len(self.records), key, value))

    async def read(self) -> list[LogRecord]:
        self._answering()
        return list(self.records)

    async def append(self, key: bytes, value: bytes) -> None:
        self._answering()
        self.put(key, value)
        if self.beside is not None:
            self.beside()
        if self.loses_acknowledgements:
            self.loses_acknowledgements = False
            raise SourceError(f"{self.topic}: no answer within 5 s")

    def _answering(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise SourceError(f"{self.topic}: can't be reached")
