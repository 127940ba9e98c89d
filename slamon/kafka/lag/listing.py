"""Which groups a broker coordinates, and their states: ListGroups (states from Kafka 2.6 on, kinds from 3.8 on)."""

from typing import Final, NamedTuple

from slamon.kafka.lag.wire import TAGS, Answer, Api, Question, Reader
from slamon.lag.observation import GroupState

_API: Final = Api(key=16, oldest=0, newest=5, flexible=3)
_STATES_FROM: Final = 4
_KINDS_FROM: Final = 5
_THROTTLE_FROM: Final = 1
_CONSUMING: Final = frozenset({"consumer", ""})
"""Protocols of groups that read topics; "" is a group that only commits. Others (Connect workers) have no offsets."""
_WITHOUT_OFFSETS: Final = frozenset({"share"})
_STATES: Final = {state.value.replace("_", ""): state for state in GroupState}


class Listed(NamedTuple):
    """A group as a broker lists it; `kind` is classic, consumer (KIP-848), streams or "" where it is not said."""

    name: str
    state: GroupState
    kind: str


def ask_for_groups() -> Question:
    """All groups that the asked broker coordinates."""
    return Question(_API, _body)


def read_groups(answer: Answer) -> tuple[int, list[Listed]]:
    """Kafka's error code (0 for none) and the groups that read topics."""
    version = answer.version
    reader = Reader(answer.data, flexible=version >= _API.flexible)
    if version >= _THROTTLE_FROM:
        reader.int32()
    error = reader.int16()
    found = [_group(reader, version) for _ in range(reader.count())]
    return error, [listed for listed in found if listed is not None]


def state_of(word: str | None) -> GroupState:
    """Kafka's word for a state as one of ours."""
    return _STATES.get((word or "").lower(), GroupState.UNKNOWN)


def _body(version: int) -> bytes:
    filters = (version >= _STATES_FROM) + (version >= _KINDS_FROM)
    # An empty array takes every state and kind.
    return b"\x01" * filters + (TAGS if version >= _API.flexible else b"")


def _group(reader: Reader, version: int) -> Listed | None:
    name, protocol = reader.text() or "", reader.text() or ""
    state = state_of(reader.text()) if version >= _STATES_FROM else GroupState.UNKNOWN
    kind = (reader.text() or "").lower() if version >= _KINDS_FROM else ""
    reader.tags()
    return Listed(name, state, kind) if protocol in _CONSUMING and kind not in _WITHOUT_OFFSETS else None
