"""Questions to one cluster within one deadline: a node that does not answer costs its time once, and only its own."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeVar

from slamon.errors import SourceError
from slamon.kafka.cluster import Cluster
from slamon.kafka.lag.wire import MALFORMED, Answer, Question
from slamon.lag.observation import Reason, Unknown

Read = TypeVar("Read")

_AT_ONCE: Final = 8
"""Questions in flight to one node; more gain nothing (a broker answers one connection's questions in turn)."""
_SOON: Final = 0.5
"""A connection that breaks within so many seconds may have been an idle one that the broker had closed: once more."""


class NotAnswered(Exception):  # noqa: N818 - it is no error of ours: it becomes an `Unknown` where it is caught
    """A node did not tell; `why` says what to show in its place."""

    def __init__(self, why: Unknown) -> None:
        super().__init__(why.detail)
        self.why = why


class Round:
    """The questions of one cycle. A node that could not be reached is not asked again in it."""

    def __init__(self, cluster: Cluster, *, seconds: float) -> None:
        self._cluster = cluster
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._seconds = seconds
        self._away: dict[int, Unknown] = {}
        self._slots: dict[int, asyncio.Semaphore] = {}

    def left(self, share: float = 1.0) -> float:
        """Seconds until this share of the round's time is over."""
        return self._began + self._seconds * share - self._loop.time()

    async def ask(
        self, question: Question, read: Callable[[Answer], Read], *, node: int | None, share: float = 1.0
    ) -> Read:
        """What one node, or any, tells, by the time that this share of the round's time is over.

        Raises:
            NotAnswered: it was not reached, does not know the question, or the time is over.
        """
        answer = await self.send(question, node=node, share=share)
        try:
            return read(answer)
        except MALFORMED as error:
            raise NotAnswered(Unknown(Reason.ERROR, f"an answer that can't be read: {error}")) from None

    async def send(self, question: Any, *, node: int | None, share: float = 1.0) -> Any:
        """The same for any request of aiokafka, its answer as it comes."""
        if node is None:
            return await self._send(question, None, share)
        async with self._slots.setdefault(node, asyncio.Semaphore(_AT_ONCE)):
            if node in self._away:
                raise NotAnswered(self._away[node])
            return await self._send(question, node, share)

    async def _send(self, question: Any, node: int | None, share: float) -> Any:
        for is_last in (False, True):
            asked_at = self._loop.time()
            try:
                async with asyncio.timeout(max(0.0, self.left(share))):
                    return await self._cluster.ask(question, node=node)
            except TimeoutError:
                raise NotAnswered(Unknown(Reason.DEADLINE, f"not answered within {self._seconds:g} s")) from None
            except SourceError as error:
                if getattr(question, "is_unsupported", False):
                    raise NotAnswered(Unknown(Reason.UNSUPPORTED, str(error))) from None
                if is_last or self._loop.time() - asked_at > _SOON:
                    raise NotAnswered(self._note(node, str(error))) from None
        raise AssertionError("the second try returns or raises")

    def _note(self, node: int | None, detail: str) -> Unknown:
        why = Unknown(Reason.BROKER_AWAY, detail)
        if node is not None:
            self._away[node] = why
        return why
