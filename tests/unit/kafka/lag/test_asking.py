import asyncio
from typing import Any

import pytest

from slamon.errors import SourceError
from slamon.kafka.cluster import Cluster
from slamon.kafka.lag.asking import NotAnswered, Round
from slamon.kafka.lag.listing import ask_for_groups, read_groups
from slamon.kafka.lag.wire import Answer
from slamon.lag.observation import Reason

EMPTY = Answer(5, bytes(6) + b"\x01\x00")


class Scripted(Cluster):
    """Answers what it is told to, in turn; an exception is raised, None hangs."""

    def __init__(self, *answers: Any) -> None:
        super().__init__("fake:9092", {})
        self.answers = list(answers)
        self.asked: list[int | None] = []

    async def ask(self, request: Any, *, node: int | None = None) -> Any:  # noqa: ARG002
        self.asked.append(node)
        answer = self.answers.pop(0)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return answer


async def why(asked: Round, **options: Any) -> Reason:
    with pytest.raises(NotAnswered) as caught:
        await asked.ask(ask_for_groups(), read_groups, **{"node": 1, **options})
    return caught.value.why.reason


async def test_an_answer_is_read() -> None:
    assert await Round(Scripted(EMPTY), seconds=5).ask(ask_for_groups(), read_groups, node=1) == (0, [])


async def test_a_connection_that_just_broke_is_tried_once_more() -> None:
    cluster = Scripted(SourceError("closed"), EMPTY)
    assert await Round(cluster, seconds=5).ask(ask_for_groups(), read_groups, node=1) == (0, [])
    assert cluster.asked == [1, 1]


async def test_a_node_that_is_away_costs_its_time_once_and_only_its_own() -> None:
    cluster = Scripted(SourceError("gone"), SourceError("gone"), EMPTY)
    asked = Round(cluster, seconds=5)
    assert await why(asked) is Reason.BROKER_AWAY
    assert await why(asked) is Reason.BROKER_AWAY
    assert cluster.asked == [1, 1]
    await asked.ask(ask_for_groups(), read_groups, node=2)
    assert cluster.asked == [1, 1, 2]


async def test_the_deadline() -> None:
    assert await why(Round(Scripted(None), seconds=0.01)) is Reason.DEADLINE
    asked = Round(Scripted(None), seconds=3600)
    assert await why(asked, share=0.0) is Reason.DEADLINE
    assert 0 < asked.left() <= 3600
    assert asked.left(0.5) <= 1800


async def test_an_answer_that_cannot_be_read() -> None:
    assert await why(Round(Scripted(Answer(5, b"\x00")), seconds=5)) is Reason.ERROR


async def test_a_question_that_the_broker_does_not_know() -> None:
    class Old(Scripted):
        async def ask(self, request: Any, *, node: int | None = None) -> Any:
            request.is_unsupported = True
            return await super().ask(request, node=node)

    cluster = Old(SourceError("versions"), EMPTY)
    asked = Round(cluster, seconds=5)
    assert await why(asked) is Reason.UNSUPPORTED
    await asked.send(ask_for_groups(), node=1)
    assert cluster.asked == [1, 1], "it is there all the same"
