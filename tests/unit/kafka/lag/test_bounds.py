import struct

import pytest

from slamon.kafka.lag.bounds import Bound, Stood, ask_for_bound, ask_for_moments, read_bound, read_moments
from slamon.kafka.lag.faults import OK
from slamon.kafka.lag.wire import MALFORMED, TAGS, Answer, Memory, count, text


def topic(name: str, *entries: Stood, tags: int = 0) -> bytes:
    each = b"".join(
        struct.pack(">ihqqiB", number, one.error, one.timestamp, one.offset, one.epoch, tags)
        for number, one in enumerate(entries)
    )
    return text(name, flexible=True) + count(len(entries), flexible=True) + each + TAGS


def answer(*topics: bytes) -> Answer:
    return Answer(7, bytes(4) + count(len(topics), flexible=True) + b"".join(topics) + TAGS)


GOOD, BAD = Stood(0, -1, 5, 2), Stood(6, -1, -1, -1)


def test_what_a_leader_tells() -> None:
    found = read_bound(answer(topic("t", GOOD, BAD), topic("u", GOOD)), Memory(), "ends")
    assert found == {"t": {0: GOOD, 1: BAD}, "u": {0: GOOD}}
    assert any(stood.error != OK for stood in found["t"].values())
    assert all(stood.error == OK for stood in found["u"].values())


def test_the_same_bytes_in_the_answer_to_another_question_are_another_value() -> None:
    memory: Memory[dict[int, Stood]] = Memory()
    before = read_bound(answer(topic("t", GOOD)), memory, "ends")["t"]
    memory.turn()
    assert read_bound(answer(topic("u", BAD), topic("t", GOOD)), memory, "ends")["t"] is before
    assert read_bound(answer(topic("t", GOOD)), memory, "starts")["t"] is not before


def test_tagged_fields_are_not_taken_for_offsets() -> None:
    with pytest.raises(MALFORMED):
        read_moments(answer(topic("t", GOOD, tags=1)))


@pytest.mark.parametrize(("version", "entry", "epoch"), [(3, ">ihqq", -1), (5, ">ihqqi", 2)])
def test_older_brokers(version: int, entry: str, epoch: int) -> None:
    values = (0, 0, 9, 5, 2)[: 5 if version >= 4 else 4]
    data = bytes(4) + struct.pack(">i", 1) + b"\x00\x01t" + struct.pack(">i", 1) + struct.pack(entry, *values)
    assert read_moments(Answer(version, data)) == {"t": {0: Stood(0, 9, 5, epoch)}}


def test_questions() -> None:
    ends = ask_for_bound(Bound.STABLE_END, {"t": (3,)})
    head = struct.pack(">ib", -1, 1)
    assert ends.body(7) == head + b"\x02\x02t\x02" + struct.pack(">iiqB", 3, -1, -1, 0) + TAGS + TAGS
    assert ends.body(4) == head + b"\x00\x00\x00\x01\x00\x01t\x00\x00\x00\x01" + struct.pack(">iiq", 3, -1, -1)
    assert ends.body(2) == head + b"\x00\x00\x00\x01\x00\x01t\x00\x00\x00\x01" + struct.pack(">iq", 3, -1)
    moments = ask_for_moments({"t": [(3, 77)]})
    assert moments.body(2) == bytes([255] * 4 + [0]) + ends.body(2)[5:-8] + struct.pack(">q", 77)
