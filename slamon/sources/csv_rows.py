"""Recorded events in CSV: the first line names the fields, each row becomes the JSON of an event.

RFC 4180 with a comma, semicolon or tab, in UTF-8 with or without a byte order mark (spreadsheets write both).
An empty cell is an absent field, the column `attributes` holds JSON, unknown columns are ignored. A quote
that is never closed costs its own line, not the rest of the file.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

import msgspec

from slamon.errors import DecodeError, InputError
from slamon.sources.lines import Item, NumberedLine, RecordedEvent, RejectedLine, numbered_lines
from slamon.sources.native import FIELD_NAMES
from slamon.sources.nesting import is_too_deep

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_BLANK: Final = _BYTE_ORDER_MARK + b" \t"
_DELIMITERS: Final = (",", ";", "\t")
_REQUIRED: Final = ("order_id", "occurred_at")

_read_json = msgspec.json.Decoder(msgspec.Raw).decode
_write_json = msgspec.json.Encoder().encode


class _Row(NamedTuple):
    """The physical lines of one row, joined; text None and a reason where they make none."""

    line: int
    text: bytes | None
    reason: str = ""
    detail: str = ""


def read_rows(stream: BinaryIO, *, source: str, max_event_bytes: int) -> Iterator[Item]:
    """The rows of a CSV file as events; `line` is the physical line on which the row starts.

    Raises:
        InputError: the first line is no header in UTF-8, lacks a required field or names one twice.
    """
    most = 2 * max_event_bytes  # a quoted cell doubles the quotes of the JSON in it
    csv.field_size_limit(max(csv.field_size_limit(), most))
    rows = _rows(numbered_lines(stream, most), most)
    header = next((row for row in rows if row.text is None or row.text.strip(_BLANK)), None)
    if header is None:
        return
    delimiter, names = _header(source, header)
    for row in rows:
        try:
            value = _event(row, names, delimiter)
        except DecodeError as error:
            yield RejectedLine(source, row.line, error.reason, str(error))
        else:
            if value is not None:
                yield RecordedEvent(source, row.line, value)


def _rows(lines: Iterator[NumberedLine], most: int) -> Iterator[_Row]:
    """Join physical lines until the quotes are even, which in CSV is where a row ends."""
    waiting: deque[NumberedLine] = deque()  # lines taken for a row that never ended: they are read again
    while line := waiting.popleft() if waiting else next(lines, None):
        number, text = line
        if text is None:
            yield _Row(number, None, "too_large", f"longer than {most} bytes")
            continue
        joined = [text]
        size, quotes = len(text), text.count(b'"')
        taken: list[NumberedLine] = []
        while quotes % 2 and (more := waiting.popleft() if waiting else next(lines, None)):
            taken.append(more)
            size += 1 + len(more[1] or b"")
            if more[1] is None or size > most:
                break
            joined.append(more[1])
            quotes += more[1].count(b'"')
        if quotes % 2:
            waiting.extendleft(reversed(taken))
            yield _Row(number, None, "invalid", "a quote is not closed")
        else:
            yield _Row(number, b"\n".join(joined))


def _header(source: str, row: _Row) -> tuple[str, list[str]]:
    try:
        text = (row.text or b"").removeprefix(_BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError:
        raise InputError(f"{source}: the first line is not UTF-8") from None
    for delimiter in _DELIMITERS:
        try:
            names = [name.strip() for name in _cells(text, delimiter)]
        except csv.Error:
            continue
        if _REQUIRED[0] not in names:
            continue
        missing = [name for name in _REQUIRED if name not in names]
        twice = [name for name in FIELD_NAMES if names.count(name) > 1]
        if missing or twice:
            raise InputError(f"{source}: the first line {_complaint(missing, twice)}")
        return delimiter, names
    raise InputError(f"{source}: the first line must name the fields; order_id is not among them")


def _complaint(missing: list[str], twice: list[str]) -> str:
    return f"lacks {', '.join(missing)}" if missing else f"names {', '.join(twice)} twice"


def _event(row: _Row, names: list[str], delimiter: str) -> bytes | None:
    """The JSON of one row; None for a row without any value."""
    if row.text is None:
        raise DecodeError(row.reason, row.detail)
    try:
        cells = _cells(row.text.decode(), delimiter)
    except UnicodeDecodeError:
        raise DecodeError("not_json", "the line is not UTF-8") from None
    except csv.Error as error:
        raise DecodeError("invalid", f"not CSV: {error}") from None
    if not any(cells):
        return None
    if len(cells) > len(names):  # fewer are well: spreadsheets leave out empty cells at the end
        raise DecodeError("invalid", f"{len(cells)} values, the first line names {len(names)}")
    stated = {name: cell for name, cell in zip(names, cells, strict=False) if cell and name in FIELD_NAMES}
    attributes = stated.pop("attributes", None)
    if attributes is None:
        return _write_json(stated)
    return _write_json(stated | {"attributes": _raw(attributes.encode())})


def _cells(text: str, delimiter: str) -> list[str]:
    return next(csv.reader([text], delimiter=delimiter, strict=True), [])


def _raw(text: bytes) -> msgspec.Raw:
    try:
        if not is_too_deep(text):
            return _read_json(text)
    except msgspec.DecodeError:
        pass
    raise DecodeError("invalid", "attributes: not JSON")
