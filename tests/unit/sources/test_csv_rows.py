import io
import json
from typing import Any

import pytest

from slamon.errors import InputError
from slamon.sources.csv_rows import read_rows
from slamon.sources.lines import Item, RecordedEvent, RejectedLine

HEADER = b"order_id,status,occurred_at,client_name,attributes\n"


def rows(content: bytes, most: int = 1000) -> list[Item]:
    return list(read_rows(io.BytesIO(content), source="may.csv", max_event_bytes=most))


def events(content: bytes) -> list[tuple[int, Any]]:
    found = rows(content)
    assert all(isinstance(item, RecordedEvent) for item in found)
    return [(item.line, json.loads(item.value)) for item in found if isinstance(item, RecordedEvent)]


def outcomes(content: bytes, most: int = 1000) -> list[tuple[int, str]]:
    return [(item.line, item.reason if isinstance(item, RejectedLine) else "") for item in rows(content, most)]


def test_the_first_line_names_the_fields_and_empty_is_absent() -> None:
    assert events(HEADER + b"o-1,SHIPPED,2026-03-05T12:00:00Z,,\no-2,,,ACME,\n") == [
        (2, {"order_id": "o-1", "status": "SHIPPED", "occurred_at": "2026-03-05T12:00:00Z"}),
        (3, {"order_id": "o-2", "client_name": "ACME"}),
    ]


def test_lines_are_physical_lines() -> None:
    content = b"\n" + HEADER + b'\no-1,,,"ACME\nMoscow\r\n, Inc. ""A""",\n\no-2,,,B,\n'
    assert events(content) == [
        (4, {"order_id": "o-1", "client_name": 'ACME\nMoscow\n, Inc. "A"'}),
        (8, {"order_id": "o-2", "client_name": "B"}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_write(delimiter: str, mark: bytes, end: str) -> None:
    table = [["order_id", "occurred_at ", "client_name"], ["o-1", "T", "Ёж"], ["o-2", "T"], ["", "", ""]]
    content = mark + end.join(delimiter.join(row) for row in table).encode() + end.encode()
    assert events(content) == [
        (2, {"order_id": "o-1", "occurred_at": "T", "client_name": "Ёж"}),
        (3, {"order_id": "o-2", "occurred_at": "T"}),
    ]


def test_attributes_hold_json() -> None:
    content = HEADER + b'o-1,,,,"{""rush"": true, ""n"": [1, 2]}"\no-2,,,,5\n'
    assert events(content) == [
        (2, {"order_id": "o-1", "attributes": {"rush": True, "n": [1, 2]}}),
        (3, {"order_id": "o-2", "attributes": 5}),  # the decoder says that this is a wrong type
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "rush",
        '"{}, ""order_id"": ""o-9"""',
        '"{""a"": 1"',
        "[" * 400 + "]" * 400,
        "{}{}",
        "NaN",
        '"{""a"":""\\ud800""}"',
    ],
)
def test_attributes_that_are_no_json_reject_the_row(cell: str) -> None:
    assert outcomes(HEADER + b"o-1,,,," + cell.encode() + b"\no-2,,,,\n") == [(2, "invalid"), (3, "")]


def test_unknown_columns_are_ignored_even_twice() -> None:
    assert events(b"x,order_id,occurred_at,x,\n1,o-1,T,2,3\n") == [(2, {"order_id": "o-1", "occurred_at": "T"})]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"o-1,,,A,,more\no-2,,,B,\n", [(2, "invalid"), (3, "")]),
        (b'o-1,,,"A"B,\no-2,,,B,\n', [(2, "invalid"), (3, "")]),
        (b'o-1,,,"A,\no-2,,,B,\no-3,,,C,\n', [(2, "invalid"), (3, ""), (4, "")]),
        (
            b'o-1,,,"A,\no-2,,,B,\n' + b"x" * 3000 + b"\no-3,,,C,\n",
            [(2, "invalid"), (3, ""), (4, "too_large"), (5, "")],
        ),
        (b'o-1,,,"A,\n' + b"o-2,,,B,\n" * 400, [(2, "invalid"), *((number, "") for number in range(3, 403))]),
        (b"x" * 3000 + b"\no-2,,,B,\n", [(2, "too_large"), (3, "")]),
        (b"o-1,,,\xe9,\no-2,,,B,\n", [(2, "not_json"), (3, "")]),
        (b"o-1,,,A\rB,\no-2,,,B,\n", [(2, "invalid"), (3, "")]),
    ],
)
def test_a_bad_row_costs_itself(content: bytes, expected: list[tuple[int, str]]) -> None:
    assert outcomes(HEADER + content) == expected


def test_cells_larger_than_csv_reads_by_default() -> None:
    content = b"order_id,occurred_at,client_name\no-1,T," + b"x" * 200_000 + b"\n"
    assert outcomes(content, most=262_144) == [(2, "")]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf\n"])
def test_an_empty_file_has_no_events(content: bytes) -> None:
    assert rows(content) == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"o-1,SHIPPED,2026-03-05T12:00:00Z\n", "must name the fields"),
        (b'{"order_id": "o-1"}\n', "must name the fields"),
        (b"order_id,status\n", "lacks occurred_at"),
        (b"order_id,occurred_at,status,status\n", "names status twice"),
        (b"order_id,occurred_at,\xe9\n", "not UTF-8"),
        (b"x" * 3000, "must name the fields"),
        (b'order_id,occurred_at,"\no-1,T,\n', "must name the fields"),
    ],
)
def test_a_first_line_that_is_no_header(content: bytes, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        rows(content)
