import pytest

from slamon.sources.nesting import MOST_LEVELS, is_too_deep

DEEP = MOST_LEVELS + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", False),
        (b"[" * MOST_LEVELS + b"]" * MOST_LEVELS, False),
        (b"[" * DEEP + b"]" * DEEP, True),
        (b'{"a":' * MOST_LEVELS + b"1" + b"}" * MOST_LEVELS, False),
        (b'{"a":' * DEEP + b"1" + b"}" * DEEP, True),
        (b"[" + b"[]," * 1000 + b"1]", False),
        (b"[[" + b"{}," * 1000 + b"1]]", False),
        (b'"' + b"[" * 1000 + b'"', False),
        (b'["\\"' + b"[" * 1000 + b'"]', False),
        (b'["\\\\",' + b"[" * DEEP, True),
        (b'["not ended ' + b"[" * 1000, False),
        (b'["ends in a backslash ' + b"[" * 1000 + b"\\", False),
        (b"]" * 500 + b"[" * 100, False),
        (b"[" * 200_000, True),
    ],
)
def test_levels_are_counted_outside_strings(text: bytes, expected: bool) -> None:
    assert is_too_deep(text) is expected


def test_the_worst_text_is_looked_at_once() -> None:
    # Quadratic matching would take hours: an open string full of escaped quotes, brackets in front of it.
    assert not is_too_deep(b"[]" * DEEP + b'"' + b'\\"' * 500_000)
