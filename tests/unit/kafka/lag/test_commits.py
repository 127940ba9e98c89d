import struct
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from slamon.kafka.lag.commits import Committed, ask_for_many, ask_for_one, read_many, read_one
from slamon.kafka.lag.wire import TAGS, Answer, Memory, count, text
from slamon.lag.observation import Place, Reason

Entry = tuple[int, int, str | None, int]
"""Partition, offset, what is written beside it, error."""


def entry(number: int, offset: int, beside: str | None, error: int, tags: bytes = TAGS) -> bytes:
    written = b"\x00" if beside is None else text(beside, flexible=True)
    return struct.pack(">iqi", number, offset, 7) + written + struct.pack(">h", error) + tags


def group(name: str, topics: Mapping[str, list[Entry]], error: int = 0) -> bytes:
    each = b"".join(
        text(topic, flexible=True)
        + count(len(entries), flexible=True)
        + b"".join(entry(*one) for one in entries)
        + TAGS
        for topic, entries in topics.items()
    )
    return text(name, flexible=True) + count(len(topics), flexible=True) + each + struct.pack(">h", error) + TAGS


def answer(*groups: bytes) -> Answer:
    return Answer(8, bytes(4) + count(len(groups), flexible=True) + b"".join(groups) + TAGS)


def read(*groups: bytes) -> dict[str, Committed]:
    return read_many(answer(*groups), Memory())


def test_offsets_of_many_groups() -> None:
    found = read(group("a", {"t": [(0, 5, "", 0), (2, 7, None, 0)], "u": [(0, -1, "", 0)]}), group("b", {}, error=30))
    assert found == {"a": Committed({"t": {0: 5, 2: 7}}, {}, {}, 0), "b": Committed({}, {}, {}, 30)}


def test_errors_and_notes_stay_with_their_partition() -> None:
    found = read(group("a", {"t": [(0, 5, "", 0), (1, -1, "", 29), (2, 8, "note", 0)]}))["a"]
    assert found.commits == {"t": {0: 5, 2: 8}}
    assert {place: fault.reason for place, fault in found.unknown.items()} == {Place("t", 1): Reason.REFUSED}
    assert found.metadata == {Place("t", 2): "note"}


ENTRIES = st.lists(
    st.tuples(
        st.integers(0, 2**31 - 1),
        st.integers(-1, 2**63 - 1),
        st.none() | st.sampled_from(["", "x", "\x01" * 19, "y" * 200]),
        st.sampled_from([0, 0, 0, 3, 29, 256]),
    ),
    max_size=6,
    unique_by=lambda one: one[0],
)


@given(st.dictionaries(st.sampled_from(["t", "u"]), ENTRIES))
def test_a_run_in_one_go_and_entry_by_entry_tell_the_same(topics: dict[str, list[Entry]]) -> None:
    found = read(group("a", topics))["a"]
    expected = {
        topic: {n: offset for n, offset, _, error in entries if not error and offset >= 0}
        for topic, entries in topics.items()
    }
    assert found.commits == {topic: offsets for topic, offsets in expected.items() if offsets}
    assert set(found.unknown) == {Place(t, n) for t, entries in topics.items() for n, _, _, error in entries if error}
    assert found.metadata == {
        Place(t, n): beside
        for t, entries in topics.items()
        for n, offset, beside, error in entries
        if beside and not error and offset >= 0
    }


def test_a_group_that_did_not_move_is_the_same_object() -> None:
    memory: Memory[Committed] = Memory()
    still = group("a", {"t": [(0, 5, "", 0)]})
    before = read_many(answer(still, group("b", {"t": [(0, 5, "", 0)]})), memory)
    memory.turn()
    after = read_many(answer(group("b", {"t": [(0, 6, "", 0)]}), still), memory)
    assert after["a"] is before["a"]
    assert after["b"].commits == {"t": {0: 6}}


def test_one_group_of_an_older_broker() -> None:
    old = struct.pack(">i", 1) + b"\x00\x01t" + struct.pack(">i", 2)
    old += struct.pack(">iqhh", 0, 5, 0, 0) + struct.pack(">iq", 1, 9) + b"\x00\x01n" + struct.pack(">h", 0)
    old += struct.pack(">h", 0)
    assert read_one(Answer(2, old)) == Committed({"t": {0: 5, 1: 9}}, {}, {Place("t", 1): "n"}, 0)


def test_questions_ask_for_all_topics() -> None:
    assert ask_for_many(["g"]).body(8) == b"\x02\x02g\x00\x00" + b"\x00" + TAGS
    assert ask_for_one("g").body(5) == b"\x00\x01g\xff\xff\xff\xff"
    assert ask_for_one("g").body(7) == b"\x02g\x00\x00" + TAGS
