import pytest

from slamon.errors import EngineError
from slamon.stream.table import REVISION_SIZE, PartitionRows, epoch_of, revision, revision_of


def filled(**rows: bytes) -> PartitionRows:
    table = PartitionRows()
    for key, row in rows.items():
        table.put(key.encode(), row)
    table.seal(revision(1, 1))
    return table


def test_a_revision_compares_by_epoch_then_by_step() -> None:
    ordered = [revision(0, 9), revision(1, 0), revision(1, 255), revision(1, 256), revision(300, 0)]
    assert ordered == sorted(ordered)
    assert {len(head) for head in ordered} == {REVISION_SIZE}
    assert epoch_of(revision(300, 7)) == 300


def test_a_step_sees_its_own_writes() -> None:
    table = filled(a=b"1", b=b"2")
    table.put(b"c", b"3")
    table.delete(b"a")
    assert (table.get(b"a"), table.get(b"b"), table.get(b"c")) == (None, b"2", b"3")
    assert dict(table.items()) == {b"b": b"2", b"c": b"3"}
    assert len(table) == 2


def test_a_sealed_step_is_one_change_per_key_under_its_revision() -> None:
    table = filled(a=b"1")
    table.put(b"a", b"2")
    table.put(b"a", b"3")
    table.delete(b"b")
    head = revision(5, 6)
    assert table.seal(head) == [(b"a", head + b"3", head), (b"b", None, head)]
    assert table.seal(head) == []
    assert table.stored == {b"a": head + b"3"}


def test_a_discarded_step_leaves_no_trace() -> None:
    table = filled(a=b"1")
    table.put(b"a", b"2")
    table.delete(b"a")
    table.put(b"b", b"2")
    table.discard()
    assert dict(table.items()) == {b"a": b"1"}
    assert table.seal(revision(2, 2)) == []


def test_touching_writes_a_key_again_as_it_stands_and_buries_an_absent_one() -> None:
    table = filled(a=b"1")
    table.touch(b"a")
    table.touch(b"gone")
    head = revision(9, 0)
    assert table.seal(head) == [(b"a", head + b"1", head), (b"gone", None, head)]


def test_the_empty_key_is_the_engines_own() -> None:
    with pytest.raises(ValueError, match="empty key"):
        PartitionRows().put(b"", b"row")


@pytest.mark.parametrize("value", [b"", b"\x01short", b"\x02" + bytes(20), b'{"json": "of someone else"}'])
def test_a_value_of_another_format_is_refused(value: bytes) -> None:
    with pytest.raises(EngineError, match="unknown format"):
        revision_of(value)
