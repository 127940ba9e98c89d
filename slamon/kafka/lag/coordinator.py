"""What one coordinator tells of its groups: the list, then commits and members, a hundred groups in one question."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, Final, TypeVar

from aiokafka.protocol.coordination import FindCoordinatorRequest

from slamon.kafka.lag.asking import NotAnswered, Round
from slamon.kafka.lag.commits import Committed, ask_for_many, ask_for_one, read_many, read_one
from slamon.kafka.lag.faults import NOT_COORDINATOR, NOT_YET, OK, unknown
from slamon.kafka.lag.listing import Listed, ask_for_groups, read_groups
from slamon.kafka.lag.members import Described, ask_for_classic, ask_for_new, read_classic, read_new
from slamon.kafka.lag.wire import Answer, Memory
from slamon.lag.observation import GroupState, Reason, Unknown

Item = TypeVar("Item")

SHARE: Final = 0.6
"""Of a cycle's time, for commits: what a coordinator leaves unanswered must not cost the others their ends."""
MEMBERLESS: Final = frozenset({GroupState.EMPTY, GroupState.DEAD})
_GROUP: Final = 0
_CHUNK: Final = 100
"""Groups in one question: some 200 kB of answer where each has committed to 100 partitions."""
_PAUSES: Final = (0.05, 0.1, 0.2, 0.4)
"""Seconds before a coordinator is asked again that is loading or not found yet."""
_NEW: Final = "consumer"
_CLASSIC: Final = frozenset({"classic", ""})
_LEFT_OUT: Final = Unknown(Reason.ERROR, "left out of the answer")


class Coordinator:
    """Asks nodes for their groups; remembers what the answers of the last cycle meant, and which nodes are old."""

    def __init__(self) -> None:
        self._commits: Memory[Committed] = Memory()
        self._members: Memory[Described] = Memory()
        self._one_each: set[int] = set()
        """Nodes before Kafka 3.0: one group in a question."""

    def turn(self) -> None:
        """A new cycle begins."""
        self._commits.turn()
        self._members.turn()

    async def listed(self, asked: Round, node: int) -> list[Listed]:
        """Every group that a node coordinates; raises NotAnswered."""
        error: int = OK
        found: list[Listed] = []
        for pause in (0.0, *_PAUSES):
            await asyncio.sleep(pause)
            error, found = await asked.ask(ask_for_groups(), read_groups, node=node, share=SHARE)
            if error not in NOT_YET:
                break
        if error != OK:
            raise NotAnswered(unknown(error))
        return found

    async def committed(self, asked: Round, node: int, groups: Sequence[str]) -> dict[str, Committed | Unknown]:
        """What each of these groups has committed, or why that is not known."""
        found: dict[str, Committed | Unknown] = {}

        async def many(chunk: Sequence[str]) -> None:
            try:
                found.update(await self._many(asked, node, chunk))
            except NotAnswered as error:
                if error.why.reason is Reason.UNSUPPORTED:
                    self._one_each.add(node)
                    await _all(one(group) for group in chunk)
                else:
                    found.update(dict.fromkeys(chunk, error.why))

        async def one(group: str) -> None:
            try:
                found[group] = await asked.ask(ask_for_one(group), read_one, node=node, share=SHARE)
            except NotAnswered as error:
                found[group] = error.why

        if node in self._one_each:
            await _all(one(group) for group in groups)
        else:
            await _all(many(chunk) for chunk in _chunks(groups))
        return {group: found.get(group, _LEFT_OUT) for group in groups}

    async def _many(self, asked: Round, node: int, groups: Sequence[str]) -> dict[str, Committed]:
        def read(answer: Answer) -> dict[str, Committed]:
            return read_many(answer, self._commits)

        return await asked.ask(ask_for_many(groups), read, node=node, share=SHARE)

    async def described(self, asked: Round, node: int, groups: Iterable[Listed]) -> dict[str, Described]:
        """Groups with members; without those that could not be described: they show no members."""
        with_members = [one for one in groups if one.state not in MEMBERLESS]
        classic = [one.name for one in with_members if one.kind in _CLASSIC]
        new = [one.name for one in with_members if one.kind == _NEW]
        found: dict[str, Described] = {}

        async def described(chunk: Sequence[str], *, is_new: bool) -> None:
            question, read = (ask_for_new, read_new) if is_new else (ask_for_classic, read_classic)
            try:
                found.update(
                    await asked.ask(question(chunk), lambda it: read(it, self._members), node=node, share=SHARE)
                )
            except NotAnswered:
                return

        await _all(described(chunk, is_new=False) for chunk in _chunks(classic))
        await _all(described(chunk, is_new=True) for chunk in _chunks(new))
        return {group: one for group, one in found.items() if one.error == OK}

    async def found_anew(self, asked: Round, group: str) -> tuple[int, Committed | Unknown]:
        """Who coordinates a group by now, -1 for nobody, and what it has committed."""
        node, why = -1, unknown(NOT_COORDINATOR)
        for pause in _PAUSES:
            try:
                answer = await asked.send(FindCoordinatorRequest(group, _GROUP), node=None, share=SHARE)
                node, why = answer.coordinator_id, unknown(answer.error_code)
                if answer.error_code == OK:
                    committed = (await self.committed(asked, node, [group]))[group]
                    if isinstance(committed, Unknown) or committed.error not in NOT_YET:
                        return node, committed
                    why = unknown(committed.error)
            except NotAnswered as error:
                return node, error.why
            await asyncio.sleep(pause)
        return node, why


def _chunks(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


async def _all(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    await asyncio.gather(*work)
