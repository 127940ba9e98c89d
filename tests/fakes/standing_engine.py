"""A stream engine that stands still: what it owns and says is set by the test."""

from slamon.stream import Engine
from tests.fakes.engine import OPTIONS, Logic
from tests.fakes.stream import FakeRows
from tests.fakes.tables import FakeTables


class StandingEngine(Engine):
    """Answers from `tables`, `others` and `checks`; nothing was started."""

    def __init__(self, tables: FakeTables | None = None) -> None:
        super().__init__(OPTIONS, Logic())
        self.tables = tables or FakeTables(OPTIONS.partitions)
        self.others: dict[int, str] = {}
        self.checks = {"engine": "ok", "broker": "ok"}

    def rows(self, partition: int) -> FakeRows | None:
        """As the engine's."""
        return self.tables.rows(partition)

    def partitions(self) -> frozenset[int]:
        """As the engine's."""
        return frozenset(self.tables.tables)

    def owners(self) -> dict[int, str]:
        """As the last assignment said, this worker included."""
        return self.others

    def ready(self) -> tuple[bool, dict[str, str]]:
        """As the engine's."""
        return all(text == "ok" for text in self.checks.values()), dict(self.checks)
