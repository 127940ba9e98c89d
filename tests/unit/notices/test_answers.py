"""Answers as rows keep them."""

import msgspec

from slamon.notices.answers import Action, Answer


def test_an_answer_survives_its_bytes() -> None:
    answer = Answer("n-1", Action.SNOOZE, "U1", 5, until=9, reason="asked")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=Answer) == answer
