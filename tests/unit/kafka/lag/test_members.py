import struct

from slamon.kafka.lag.members import Described, ask_for_classic, ask_for_new, read_classic, read_new
from slamon.kafka.lag.wire import TAGS, Answer, Memory, count, text, varint
from slamon.lag.observation import GroupState


def compact(*words: str) -> bytes:
    return b"".join(text(word, flexible=True) for word in words)


def blob(raw: bytes) -> bytes:
    return varint(len(raw) + 1) + raw


def subscription(*topics: str) -> bytes:
    return struct.pack(">hi", 1, len(topics)) + b"".join(text(topic, flexible=False) for topic in topics) + b"\xff" * 4


def assignment(**partitions: list[int]) -> bytes:
    each = b"".join(
        text(topic, flexible=False) + struct.pack(f">i{len(numbers)}i", len(numbers), *numbers)
        for topic, numbers in partitions.items()
    )
    return struct.pack(">hi", 1, len(partitions)) + each + b"\xff" * 4


def classic(name: str, *members: tuple[bytes, bytes], kind: str = "consumer", state: str = "Stable") -> bytes:
    each = b"".join(
        compact("id") + b"\x00" + compact("client", "/host") + blob(subscribed) + blob(assigned) + TAGS
        for subscribed, assigned in members
    )
    head = struct.pack(">h", 0) + compact(name, state, kind, "range") + count(len(members), flexible=True)
    return head + each + struct.pack(">i", -(2**31)) + TAGS


def answer(*groups: bytes, version: int = 5) -> Answer:
    return Answer(version, bytes(4) + count(len(groups), flexible=True) + b"".join(groups) + TAGS)


def test_members_and_their_topics() -> None:
    members = ((subscription("a", "b"), assignment(a=[0, 1])), (subscription("a"), assignment(c=[0])))
    found = read_classic(answer(classic("g", *members), classic("h", state="Empty")), Memory())
    assert found == {
        "g": Described(0, GroupState.STABLE, 2, frozenset("abc")),
        "h": Described(0, GroupState.EMPTY, 0, frozenset()),
    }


def test_what_members_write_in_another_format_is_passed_over() -> None:
    for odd in (b"", b"\x01", subscription("a")[:-6], b"\x00\x01\x00\x00\x00\x05\x00\x09short"):
        assert read_classic(answer(classic("g", (odd, odd))), Memory())["g"].members == 1
    other = classic("g", (subscription("a"), b""), kind="connect")
    assert read_classic(answer(other), Memory())["g"].assigned == frozenset()


def test_a_group_that_did_not_change_is_the_same_object() -> None:
    memory: Memory[Described] = Memory()
    group = classic("g", (subscription("a"), assignment(a=[0])))
    before = read_classic(answer(group), memory)["g"]
    memory.turn()
    assert read_classic(answer(classic("f"), group), memory)["g"] is before


def test_groups_of_the_new_protocol() -> None:
    def places(*topics: str) -> bytes:
        each = (bytes(16) + compact(topic) + count(1, flexible=True) + bytes(4) + TAGS for topic in topics)
        return count(len(topics), flexible=True) + b"".join(each) + TAGS

    for version in (0, 1):
        kind = b"\x01" * version
        member = compact("m") + b"\x00\x00" + bytes(4) + compact("client", "/host") + count(1, flexible=True)
        member += compact("a") + b"\x00" + places("b") + places("later") + kind + TAGS
        group = struct.pack(">h", 0) + b"\x00" + compact("g", "Reconciling") + bytes(8) + compact("uniform")
        group += count(2, flexible=True) + member * 2 + bytes(4) + TAGS
        found = read_new(answer(group, group.replace(b"\x02g", b"\x02h"), version=version), Memory())
        described = Described(0, GroupState.RECONCILING, 2, frozenset("ab"))
        assert found == {"g": described, "h": described}


def test_questions() -> None:
    assert ask_for_classic(["g"]).body(0) == b"\x00\x00\x00\x01\x00\x01g"
    assert ask_for_classic(["g"]).body(3) == b"\x00\x00\x00\x01\x00\x01g\x00"
    assert ask_for_classic(["g"]).body(5) == b"\x02\x02g\x00" + TAGS
    assert ask_for_new(["g"]).body(1) == b"\x02\x02g\x00" + TAGS
