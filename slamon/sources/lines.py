"""The physical lines of a stream, numbered and of bounded length, and what replay makes of each."""

from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple, TypeAlias

_CRLF: Final = 2
_SKIPPED_AT_ONCE: Final = 1 << 16

NumberedLine: TypeAlias = tuple[int, bytes | None]
"""The line's number (from 1) and its text without line end; None where it is longer than allowed."""


class RecordedEvent(NamedTuple):
    """One event as recorded: JSON in UTF-8, as a Kafka record would carry it; `line` is where it starts."""

    source: str
    line: int
    value: bytes

    @property
    def origin(self) -> str:
        """The event's default id: `file:line`."""
        return f"{self.source}:{self.line}"


class RejectedLine(NamedTuple):
    """A line that can't become an event; `reason` is one of `DecodeError`'s, `detail` tells a person more."""

    source: str
    line: int
    reason: str
    detail: str


Item: TypeAlias = RecordedEvent | RejectedLine
"""What a line of a recorded file becomes."""


def numbered_lines(stream: BinaryIO, most: int) -> Iterator[NumberedLine]:
    """Each line of a stream up to `most` bytes; of a longer one nothing is kept."""
    number = 0
    while piece := stream.readline(most + _CRLF):
        number += 1
        if not piece.endswith(b"\n") and len(piece) == most + _CRLF:
            while (rest := stream.readline(_SKIPPED_AT_ONCE)) and not rest.endswith(b"\n"):
                pass
        text = piece.rstrip(b"\r\n")
        yield number, text if len(text) <= most else None
