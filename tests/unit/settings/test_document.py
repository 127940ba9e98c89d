"""YAML with the line of every key."""

import pytest

from slamon.settings.document import read_document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("on", "on"),
        ("no", "no"),
        ("y", "y"),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".inf", float("inf")),
        ("2027-01-31", "2027-01-31"),
        ('"8080"', "8080"),
        ("P21D", "P21D"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_reads_scalars_as_yaml_1_2_does(text: str, value: object) -> None:
    document = read_document(f"key: {text}\n")
    assert document.tree == {"key": value}
    assert type(document.tree["key"]) is type(value)


def test_keys_are_always_text() -> None:
    assert read_document("{1: a, true: b, NO: c, null: d}").tree == {
        "1": "a",
        "true": "b",
        "NO": "c",
        "null": "d",
    }


def test_knows_the_line_of_every_key_and_item() -> None:
    document = read_document("a:\n  b: 1\n  c:\n    - x\n    - d: 2\n\ne: {f: 3}\n")
    assert document.lines == {
        (): 1,
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "c"): 3,
        ("a", "c", 0): 4,
        ("a", "c", 1): 5,
        ("a", "c", 1, "d"): 5,
        ("e",): 7,
        ("e", "f"): 7,
    }


def test_an_empty_text_is_an_empty_mapping() -> None:
    for text in ("", "# nothing\n", "---\n", "null\n"):
        document = read_document(text)
        assert document.tree == {}
        assert document.problems == []


def test_anchors_and_merges() -> None:
    document = read_document("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {y: 4, <<: [{x: 5}, *a]}\nd: *a\n")
    assert document.problems == []
    assert document.tree["b"] == {"x": 1, "y": 3}
    assert document.tree["c"] == {"x": 5, "y": 4}
    assert document.tree["d"] == {"x": 1, "y": 2}


def test_merging_something_else_is_a_problem() -> None:
    document = read_document("a: {<<: 5}\n")
    assert [(found.line, found.path) for found in document.problems] == [(1, ("a",))]


def test_a_key_that_is_no_text_is_a_problem_and_the_rest_is_read() -> None:
    document = read_document("a: 1\n? [x, y]\n: 2\nb: 3\n")
    assert document.tree == {"a": 1, "b": 3}
    assert [found.line for found in document.problems] == [2]


def test_all_keys_that_stand_twice_are_named() -> None:
    document = read_document("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert [(found.line, found.path) for found in document.problems] == [(2, ("b", "c")), (3, ("a",))]
    assert "first in line 1" in document.problems[1].words


def test_a_document_that_would_grow_without_end_is_refused() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    document = read_document("\n".join(rows))
    assert not document.readable
    assert len(document.problems) == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1\n", 3),
        ("a: 1\n b: 2\n", 2),
        ("a: 1\nb: *unknown\n", 2),
        ("a: 1\nb: \x07\n", 2),
        ("[" * 3000, 1),
    ],
)
def test_bad_syntax_is_one_problem_with_its_line(text: str, line: int) -> None:
    document = read_document(text)
    assert not document.readable
    assert [found.line for found in document.problems] == [line]
