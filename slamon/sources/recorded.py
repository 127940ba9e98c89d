"""Recorded events for replay: files and standard input become one record after another, line by line.

Only one line (or CSV row) is held, so a file may be larger than memory. What is wrong with a line becomes a
`RejectedLine`; what is wrong with a file (missing, cut short, not what its name says) raises `InputError`.
"""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

from slamon.errors import InputError
from slamon.sources.csv_rows import read_rows
from slamon.sources.lines import Item, RecordedEvent, RejectedLine, numbered_lines

STDIN: Final = "-"
_KINDS: Final = (".jsonl", ".csv", ".jsonl.gz", ".csv.gz")
_GZIP_MAGIC: Final = b"\x1f\x8b"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_BLOCK: Final = 1 << 18

Progress: TypeAlias = Callable[[int, int | None], None]
"""Is told, every 256 KiB or so, how many bytes of all files (as they lie on disk) were read, and their total;
the total is None where an input has no size."""


@dataclass(frozen=True, slots=True)
class _Input:
    """One file as it was named, and what its name says about it."""

    name: str
    kind: str
    size: int | None

    @property
    def is_gzip(self) -> bool:
        return self.kind.endswith(".gz")


def read_recorded(
    files: Sequence[str],
    *,
    max_event_bytes: int,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Iterator[Item]:
    """The lines of `files` (`.jsonl`, `.csv`, either with `.gz`; `-`: JSON lines on `stdin`), read as taken.

    Raises:
        InputError: at once for a file that is missing or of no known kind; while reading for one that is cut
            short, unreadable or not what its name says. Items that came before it must not be relied upon.
    """
    inputs = [_examined(name) for name in files]
    sizes = [one.size for one in inputs]
    total = None if None in sizes else sum(size for size in sizes if size is not None)
    meter = _Meter(progress or (lambda _read, _total: None), total)
    return _read_all(inputs, max_event_bytes, stdin or io.BytesIO(), meter)


class _Meter:
    """Adds up what was read of all files."""

    def __init__(self, progress: Progress, total: int | None) -> None:
        self._progress = progress
        self._total = total
        self._read = 0

    def add(self, length: int) -> None:
        self._read += length
        self._progress(self._read, self._total)


class _Metered(io.RawIOBase):
    """A file whose bytes are counted as they lie on disk, compressed or not."""

    def __init__(self, source: BinaryIO, meter: _Meter) -> None:
        super().__init__()
        self._source = source
        self._meter = meter

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed asks for a Buffer
        block = self._source.read(len(buffer))
        buffer[: len(block)] = block
        if block:
            self._meter.add(len(block))
        return len(block)


def _examined(name: str) -> _Input:
    if name == STDIN:
        return _Input(name, ".jsonl", None)
    path = Path(name)
    kind = next((kind for kind in _KINDS if path.name.lower().endswith(kind)), None)
    if kind is None:
        raise InputError(f"{name}: unknown kind of file, allowed are {', '.join(_KINDS)} and -")
    try:
        size = path.stat().st_size if path.is_file() else None
        with path.open("rb"):
            pass
    except OSError as error:
        raise InputError(f"{name}: {error.strerror or error}") from None
    if size == 0 and kind.endswith(".gz"):
        raise InputError(f"{name}: the file is empty, a gzip file never is")
    return _Input(name, kind, size)


def _read_all(inputs: list[_Input], max_event_bytes: int, stdin: BinaryIO, meter: _Meter) -> Iterator[Item]:
    for one in inputs:
        try:
            yield from _read_one(one, max_event_bytes, stdin, meter)
        except EOFError:
            raise InputError(f"{one.name}: the gzip file is cut short") from None
        except (OSError, zlib.error) as error:
            raise InputError(f"{one.name}: {getattr(error, 'strerror', None) or error}") from None


def _read_one(one: _Input, max_event_bytes: int, stdin: BinaryIO, meter: _Meter) -> Iterator[Item]:
    with ExitStack() as opened:
        raw = stdin if one.name == STDIN else opened.enter_context(Path(one.name).open("rb"))
        stream: io.BufferedReader[Any] = io.BufferedReader(_Metered(raw, meter), _BLOCK)
        if one.is_gzip:
            plain = opened.enter_context(gzip.GzipFile(fileobj=stream))
            stream = io.BufferedReader(plain, _BLOCK)  # reads lines faster than GzipFile does
        _refuse_other_encodings(one, stream.peek(2)[:2])
        if one.kind.startswith(".csv"):
            yield from read_rows(stream, source=one.name, max_event_bytes=max_event_bytes)
        else:
            yield from _json_lines(stream, one.name, max_event_bytes)


def _refuse_other_encodings(one: _Input, start: bytes) -> None:
    if start == _GZIP_MAGIC:
        raise InputError(f"{one.name}: the content is gzip; let the name end in .gz")
    if start in _UTF16_MARKS:
        raise InputError(f"{one.name}: the text is UTF-16, allowed is UTF-8")


def _json_lines(stream: BinaryIO, source: str, max_event_bytes: int) -> Iterator[Item]:
    for number, text in numbered_lines(stream, max_event_bytes):
        if text is None:
            yield RejectedLine(source, number, "too_large", f"longer than {max_event_bytes} bytes")
        elif text.strip():
            yield RecordedEvent(source, number, text)
