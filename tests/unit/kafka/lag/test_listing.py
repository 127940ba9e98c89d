import struct

import pytest

from slamon.kafka.lag.listing import Listed, ask_for_groups, read_groups, state_of
from slamon.kafka.lag.wire import TAGS, Answer, count, text
from slamon.lag.observation import GroupState


def line(*words: str) -> bytes:
    return b"".join(text(word, flexible=True) for word in words) + TAGS


def answer(*lines: bytes, error: int = 0) -> Answer:
    return Answer(5, struct.pack(">ih", 0, error) + count(len(lines), flexible=True) + b"".join(lines) + TAGS)


def test_only_groups_that_read_topics() -> None:
    error, groups = read_groups(
        answer(
            line("a", "consumer", "Stable", "Classic"),
            line("b", "", "Empty", "classic"),
            line("workers", "connect", "Stable", "classic"),
            line("shared", "consumer", "Stable", "share"),
            line("c", "consumer", "Reconciling", "consumer"),
        )
    )
    assert error == 0
    assert groups == [
        Listed("a", GroupState.STABLE, "classic"),
        Listed("b", GroupState.EMPTY, "classic"),
        Listed("c", GroupState.RECONCILING, "consumer"),
    ]


def test_a_refusal() -> None:
    assert read_groups(answer(error=14)) == (14, [])


@pytest.mark.parametrize(
    ("word", "state"),
    [("PreparingRebalance", GroupState.PREPARING_REBALANCE), ("Dead", GroupState.DEAD), ("", GroupState.UNKNOWN),
     ("NotReady", GroupState.UNKNOWN), (None, GroupState.UNKNOWN)],
)  # fmt: skip
def test_states(word: str | None, state: GroupState) -> None:
    assert state_of(word) is state


@pytest.mark.parametrize(("version", "body"), [(2, b""), (3, TAGS), (4, b"\x01" + TAGS), (5, b"\x01\x01" + TAGS)])
def test_every_state_and_kind_is_asked_for(version: int, body: bytes) -> None:
    assert ask_for_groups().body(version) == body
