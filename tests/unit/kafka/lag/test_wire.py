from io import BytesIO

import pytest
from aiokafka.errors import IncompatibleBrokerVersion
from hypothesis import given
from hypothesis import strategies as st

from slamon.kafka.lag.wire import (
    MALFORMED,
    TAGS,
    Answer,
    Api,
    Memory,
    Question,
    Reader,
    count,
    nothing,
    text,
    texts,
    varint,
)

API = Api(key=9, oldest=2, newest=8, flexible=6)


@given(st.integers(0, 2**32 - 1))
def test_numbers_in_groups_of_seven_bits(number: int) -> None:
    reader = Reader(varint(number) + b"!", flexible=True)
    assert reader.varint() == number
    assert reader.byte() == ord("!")


@given(st.text(max_size=300), st.lists(st.text(max_size=5), max_size=5), st.booleans())
def test_what_is_written_is_read(value: str, several: list[str], flexible: bool) -> None:
    reader = Reader(text(value, flexible=flexible) + texts(several, flexible=flexible), flexible=flexible)
    assert reader.text() == value
    assert [reader.text() for _ in range(reader.count())] == several
    assert reader.at == len(reader.data)


@pytest.mark.parametrize("flexible", [True, False])
def test_null_is_no_text_and_an_empty_array(flexible: bool) -> None:
    assert Reader(b"\x00" if flexible else b"\xff\xff", flexible=flexible).text() is None
    assert Reader(nothing(flexible=flexible), flexible=flexible).count() == 0
    assert Reader(nothing(flexible=flexible), flexible=flexible).blob() == b""
    assert Reader(count(7, flexible=flexible), flexible=flexible).count() == 7


def test_numbers_of_fixed_size_and_tagged_fields() -> None:
    reader = Reader(b"\xff\xff\xff\xff\xff\xfe\xff\xff\xff\xff\xff\xff\xff\xfd\x02\x00\x01a\x05\x02bc!", flexible=True)
    assert (reader.int16(), reader.int32(), reader.int64()) == (-1, -2, -3)
    reader.tags()
    assert reader.raw(1) == b"!"
    old = Reader(b"!", flexible=False)
    old.tags()
    assert old.raw(1) == b"!"


@pytest.mark.parametrize("data", [b"", b"\x05ab", b"\x03\xff\xff"])
def test_an_answer_that_ends_too_soon_or_is_no_text(data: bytes) -> None:
    with pytest.raises(MALFORMED):
        Reader(data, flexible=True).text()


def test_the_newest_version_that_both_know() -> None:
    question = Question(API, lambda version: bytes([version]))
    for low, high, version in [(0, 20, 8), (0, 5, 5), (3, 8, 8)]:
        sent = question.prepare({9: (low, high)})
        assert (sent.API_KEY, sent.API_VERSION, sent.encode()) == (9, version, bytes([version]))
        assert not question.is_unsupported


@pytest.mark.parametrize("versions", [{9: (0, 1)}, {9: (9, 12)}, {}])
def test_a_broker_that_does_not_know_the_question(versions: dict[int, tuple[int, int]]) -> None:
    question = Question(API, lambda _: b"")
    with pytest.raises(IncompatibleBrokerVersion):
        question.prepare(versions)
    assert question.is_unsupported


@pytest.mark.parametrize(("version", "tags"), [(5, b""), (6, TAGS)])
def test_headers_follow_the_version(version: int, tags: bytes) -> None:
    sent = Question(API, lambda _: b"").prepare({9: (0, version)})
    header = sent.build_request_header(correlation_id=3, client_id="c").encode()
    assert header == b"\x00\x09" + bytes([0, version]) + b"\x00\x00\x00\x03\x00\x01c" + tags
    buffer = BytesIO(b"\x00\x00\x00\x03" + tags + b"rest")
    assert sent.parse_response_header(buffer).correlation_id == 3
    assert sent.RESPONSE_TYPE.decode(buffer) == Answer(version, b"rest")


def entry(memory: Memory[object], data: bytes, key: str = "k") -> tuple[object, int]:
    """Recalls the entry of four bytes after the first, or reads it anew."""
    reader = Reader(data, flexible=True, at=1)
    known = memory.recall(key, reader, 1)
    if known is None:
        reader.raw(4)
        known = memory.keep(key, reader, 1, object())
    return known, reader.at


def test_the_same_bytes_are_the_same_value() -> None:
    memory: Memory[object] = Memory()
    first, _ = entry(memory, b"-abcd")
    memory.turn()
    again, at = entry(memory, b"+abcd-more")
    assert again is first
    assert at == 5
    assert entry(memory, b"+abce")[0] is not first
    assert entry(memory, b"+abcd", key="other")[0] is not first


def test_what_a_turn_does_not_meet_is_forgotten() -> None:
    memory: Memory[object] = Memory()
    kept, _ = entry(memory, b"-abcd", key="kept")
    gone, _ = entry(memory, b"-abcd", key="gone")
    memory.turn()
    assert entry(memory, b"-abcd", key="kept")[0] is kept
    assert len(memory) == 2
    memory.turn()
    assert len(memory) == 1
    assert entry(memory, b"-abcd", key="gone")[0] is not gone
