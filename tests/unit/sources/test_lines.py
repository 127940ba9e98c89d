import io

import pytest

from slamon.sources.lines import RecordedEvent, numbered_lines


def lines(content: bytes, most: int = 5) -> list[tuple[int, bytes | None]]:
    return list(numbered_lines(io.BytesIO(content), most))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\n", [(1, b"")]),
        (b"a\nb", [(1, b"a"), (2, b"b")]),
        (b"a\r\nb\r\n", [(1, b"a"), (2, b"b")]),
        (b"a\n\nb\n", [(1, b"a"), (2, b""), (3, b"b")]),
        (b"12345\n12345\r\n12345", [(1, b"12345"), (2, b"12345"), (3, b"12345")]),
        (b"123456\nb\n", [(1, None), (2, b"b")]),
        (b"123456\r\nb\n", [(1, None), (2, b"b")]),
        (b"1234567\nb", [(1, None), (2, b"b")]),
        (b"x" * 200_000 + b"\nb\n", [(1, None), (2, b"b")]),
        (b"x" * 200_000, [(1, None)]),
        ("a\u2028b\n".encode(), [(1, "a\u2028b".encode())]),
    ],
)
def test_lines_are_numbered_and_bounded(content: bytes, expected: list[tuple[int, bytes | None]]) -> None:
    assert lines(content) == expected


def test_a_line_without_end_is_never_held() -> None:
    class Endless(io.BytesIO):
        asked = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.asked = max(self.asked, size or -1)
            self.seek(self.tell() + 1)
            return b"x" * (size or 0) if self.tell() < 100 else b""

    stream = Endless()
    assert list(numbered_lines(stream, 1000)) == [(1, None)]
    assert 0 < stream.asked <= 65_536


def test_the_origin_is_file_and_line() -> None:
    assert RecordedEvent("may.jsonl", 7, b"{}").origin == "may.jsonl:7"
