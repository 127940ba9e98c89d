"""How far each consumed topic partition is taken, done and committed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slamon.stream.contract import TopicPartition


class Ticket:
    """One fetched batch on its way; `end` is the offset to go on with when it is done."""

    __slots__ = ("_line", "done", "end")

    def __init__(self, line: Line, end: int) -> None:
        self._line = line
        self.end = end
        self.done = False

    def finish(self) -> None:
        """Everything that the batch caused is acknowledged."""
        self.done = True
        self._line.settle()


class Line:
    """One topic partition: batches are done in the order they were taken, or the line waits."""

    __slots__ = ("committed", "processed", "taken", "waiting")

    def __init__(self, committed: int | None) -> None:
        self.committed = committed
        self.processed = committed
        self.taken: int | None = None
        self.waiting: deque[Ticket] = deque()

    def settle(self) -> None:
        """Move on over the batches that are done, up to the first that is not (T5: never past it)."""
        while self.waiting and self.waiting[0].done:
            self.processed = self.waiting.popleft().end


class Ledger:
    """The lines of all topic partitions that are assigned to this worker."""

    def __init__(self) -> None:
        self._lines: dict[TopicPartition, Line] = {}

    def start(self, committed: Mapping[TopicPartition, int | None]) -> None:
        """Begin anew from the group's committed offsets (None: nothing committed yet)."""
        self._lines = {tp: Line(offset) for tp, offset in committed.items()}

    def clear(self) -> None:
        """Nothing is assigned; batches still on their way count for nothing."""
        self._lines = {}

    def take(self, tp: TopicPartition, end: int) -> Ticket:
        """Note a batch that is about to be worked on."""
        line = self._lines.get(tp)
        if line is None:
            line = Line(None)  # of an assignment that is gone: finished without effect
        ticket = Ticket(line, end)
        line.waiting.append(ticket)
        line.taken = end
        return ticket

    def taken(self, tp: TopicPartition) -> int | None:
        """The end of the last batch taken since the assignment."""
        line = self._lines.get(tp)
        return None if line is None else line.taken

    def pass_to(self, tp: TopicPartition, position: int) -> None:
        """The consumer stands at `position` and returned no record: gaps and transaction markers are passed."""
        line = self._lines.get(tp)
        if line is not None and not line.waiting:
            line.processed = position

    def processed(self, tp: TopicPartition) -> int | None:
        """The first offset whose effects are not all acknowledged; None while unknown or not ours."""
        line = self._lines.get(tp)
        return None if line is None else line.processed

    def committable(self) -> dict[TopicPartition, int]:
        """The offsets that the group does not know yet."""
        return {
            tp: line.processed
            for tp, line in self._lines.items()
            if line.processed is not None and line.processed != line.committed
        }

    def note_committed(self, offsets: Mapping[TopicPartition, int]) -> None:
        """The group knows these offsets."""
        for tp, offset in offsets.items():
            line = self._lines.get(tp)
            if line is not None:
                line.committed = offset

    def waiting(self, tps: Iterable[TopicPartition] | None = None) -> int:
        """How many batches are on their way, of all or of these topic partitions."""
        lines = self._lines.values() if tps is None else [self._lines[tp] for tp in tps if tp in self._lines]
        return sum(len(line.waiting) for line in lines)

    def __iter__(self) -> Iterator[TopicPartition]:
        """The topic partitions that are ours."""
        return iter(self._lines)
