"""Kafka's binary protocol by hand: questions in bytes, answers taken apart without an object per field.

aiokafka sends and receives; its own classes decode field by field in Python (20 µs per partition) and lack the
versions that ask for many groups at once. Here a run of equal-sized entries is unpacked in one call, and an entry
that stands in an answer byte for byte as it did before is not taken apart again.
"""

import struct
from collections.abc import Callable, Collection
from typing import Any, Final, Generic, NamedTuple, TypeVar

from aiokafka.errors import IncompatibleBrokerVersion
from aiokafka.protocol.api import RequestHeader_v1, RequestHeader_v2, ResponseHeader_v0, ResponseHeader_v1

Value = TypeVar("Value")

TAGS: Final = b"\x00"
"""No tagged fields: how each structure of a flexible version ends."""
_SHORT: Final = struct.Struct(">h")
_INT: Final = struct.Struct(">i")
_LONG: Final = struct.Struct(">q")
_SEVEN_BITS: Final = 0x7F


class Api(NamedTuple):
    """A kind of question: its key, the versions that are understood here, and from which on they are flexible."""

    key: int
    oldest: int
    newest: int
    flexible: int


class Answer(NamedTuple):
    """What came back, after the header, and the version that it is written in."""

    version: int
    data: bytes


class Question:
    """A question that aiokafka's connections can send; `body` writes it in the version that the broker knows."""

    def __init__(self, api: Api, body: Callable[[int], bytes]) -> None:
        self.api = api
        self.body = body
        self.is_unsupported = False

    def prepare(self, versions: dict[int, tuple[int, int]]) -> "_Prepared":
        """The question in the newest version that both sides know (called by aiokafka)."""
        low, high = versions.get(self.api.key, (0, -1))
        version = min(high, self.api.newest)
        self.is_unsupported = version < max(low, self.api.oldest)
        if self.is_unsupported:
            raise IncompatibleBrokerVersion(f"the broker knows versions {low} to {high} of question {self.api.key}")
        return _Prepared(self.api, version, self.body(version))


class _Prepared:
    """What `aiokafka.conn` asks of a request, and, for its answer, of a response class."""

    def __init__(self, api: Api, version: int, body: bytes) -> None:
        self.API_KEY = api.key
        self.API_VERSION = version
        self.RESPONSE_TYPE = self
        self._is_flexible = version >= api.flexible
        self._body = body

    def build_request_header(self, *, correlation_id: int, client_id: str) -> Any:
        header = RequestHeader_v2 if self._is_flexible else RequestHeader_v1
        return header(self, correlation_id=correlation_id, client_id=client_id)

    def encode(self) -> bytes:
        return self._body

    def parse_response_header(self, buffer: Any) -> Any:
        return (ResponseHeader_v1 if self._is_flexible else ResponseHeader_v0).decode(buffer)

    def decode(self, buffer: Any) -> Answer:
        return Answer(self.API_VERSION, buffer.read())


def varint(number: int) -> bytes:
    """An unsigned number in groups of seven bits."""
    out = bytearray()
    while number > _SEVEN_BITS:
        out.append(number & _SEVEN_BITS | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def text(value: str, *, flexible: bool) -> bytes:
    """A text that is not null."""
    raw = value.encode()
    return (varint(len(raw) + 1) if flexible else _SHORT.pack(len(raw))) + raw


def count(number: int, *, flexible: bool) -> bytes:
    """The length of an array."""
    return varint(number + 1) if flexible else _INT.pack(number)


def nothing(*, flexible: bool) -> bytes:
    """An array that is null, which mostly means all."""
    return b"\x00" if flexible else b"\xff\xff\xff\xff"


def texts(values: Collection[str], *, flexible: bool) -> bytes:
    """An array of texts."""
    return count(len(values), flexible=flexible) + b"".join(text(value, flexible=flexible) for value in values)


class Reader:
    """Goes through an answer; `at` is the place of the next field.

    Raises:
        struct.error, IndexError, UnicodeDecodeError: the answer is not what its version says (`MALFORMED`).
    """

    __slots__ = ("at", "data", "flexible")

    def __init__(self, data: bytes, *, flexible: bool, at: int = 0) -> None:
        self.data = data
        self.at = at
        self.flexible = flexible

    def byte(self) -> int:
        """A small number or a truth value."""
        self.at += 1
        return self.data[self.at - 1]

    def int16(self) -> int:
        """Error codes."""
        self.at += 2
        found: int = _SHORT.unpack_from(self.data, self.at - 2)[0]
        return found

    def int32(self) -> int:
        """Partitions, nodes, epochs."""
        self.at += 4
        found: int = _INT.unpack_from(self.data, self.at - 4)[0]
        return found

    def int64(self) -> int:
        """Offsets and timestamps."""
        self.at += 8
        found: int = _LONG.unpack_from(self.data, self.at - 8)[0]
        return found

    def varint(self) -> int:
        """An unsigned number in groups of seven bits."""
        number = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            number |= (byte & _SEVEN_BITS) << shift
            if byte <= _SEVEN_BITS:
                return number
            shift += 7

    def raw(self, length: int) -> bytes:
        """So many bytes."""
        self.at += length
        if self.at > len(self.data):
            raise IndexError(f"{self.at - len(self.data)} bytes are missing")
        return self.data[self.at - length : self.at]

    def text(self) -> str | None:
        """A text, perhaps null."""
        length = self.varint() - 1 if self.flexible else self.int16()
        return None if length < 0 else self.raw(length).decode()

    def blob(self) -> bytes:
        """Bytes; null is as good as none."""
        length = self.varint() - 1 if self.flexible else self.int32()
        return self.raw(max(0, length))

    def count(self) -> int:
        """The length of an array; null is as good as empty."""
        return max(0, self.varint() - 1 if self.flexible else self.int32())

    def tags(self) -> None:
        """Step over tagged fields."""
        if self.flexible:
            for _ in range(self.varint()):
                self.varint()
                self.raw(self.varint())


MALFORMED: Final = (struct.error, IndexError, UnicodeDecodeError)


class Memory(Generic[Value]):
    """What stood where an entry of this key stands, byte for byte, and what it meant.

    An entry's bytes say where they end, so bytes that begin with a whole earlier entry hold that entry again. Only
    what the last turn and this one have seen is kept.
    """

    def __init__(self) -> None:
        self._last: dict[Any, tuple[bytes, Value]] = {}
        self._now: dict[Any, tuple[bytes, Value]] = {}

    def __len__(self) -> int:
        return len(self._last.keys() | self._now.keys())

    def turn(self) -> None:
        """A new cycle begins: what the last one did not meet is forgotten."""
        self._last, self._now = self._now, {}

    def recall(self, key: Any, reader: Reader, begins: int) -> Value | None:
        """The value of the entry that begins there, if it is known; steps over it."""
        known = self._now.get(key) or self._last.get(key)
        if known is None or not reader.data.startswith(known[0], begins):
            return None
        self._now[key] = known
        reader.at = begins + len(known[0])
        return known[1]

    def keep(self, key: Any, reader: Reader, begins: int, value: Value) -> Value:
        """Remember the entry that the reader has just gone through."""
        self._now[key] = (reader.data[begins : reader.at], value)
        return value
