"""The groups of a cluster: listed by every node, filtered, then their commits and members, many in one question."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

from aiokafka.protocol.coordination import FindCoordinatorRequest

from slamon.kafka.lag.asking import NotAnswered, Round
from slamon.kafka.lag.commits import Committed, ask_for_many, ask_for_one, read_many, read_one
from slamon.kafka.lag.faults import NO_GROUP, NOT_YET, OK, unknown
from slamon.kafka.lag.listing import Listed, ask_for_groups, read_groups
from slamon.kafka.lag.members import Described, ask_for_classic, ask_for_new, read_classic, read_new
from slamon.kafka.lag.wire import Memory
from slamon.lag.observation import GroupSeen, GroupState, Reason, Unknown

Item = TypeVar("Item")

SHARE: Final = 0.6
"""Of a cycle's time, for commits: what a coordinator leaves unanswered must not cost the others their ends."""
_GROUP: Final = 0
_CHUNK: Final = 100
"""Groups in one question: some 200 kB of answer where each has committed to 100 partitions."""
_PAUSES: Final = (0.05, 0.1, 0.2, 0.4)
"""Seconds before a coordinator is asked again that is loading or not found yet."""
_MEMBERLESS: Final = frozenset({GroupState.EMPTY, GroupState.DEAD})
_NEW: Final = "consumer"
_CLASSIC: Final = frozenset({"classic", ""})


class _Known(NamedTuple):
    """What a `GroupSeen` was made of; the same parts make the same object."""

    listed: Listed
    committed: Committed | Unknown
    described: Described | None
    coordinator: str
    seen: GroupSeen


@dataclass(slots=True)
class Roll:
    """What a look at the nodes has found so far."""

    groups: dict[str, GroupSeen] = field(default_factory=dict)
    brokers: dict[str, Unknown | None] = field(default_factory=dict)
    moved: dict[str, Listed] = field(default_factory=dict)
    """Groups whose coordinator has to be looked for."""


class Coordinators:
    """Looks at the groups of one cluster, cycle after cycle; keeps only what the last cycle has seen."""

    def __init__(self, take: Callable[[str], bool]) -> None:
        """`take` tells whether a group of this name is watched."""
        self._take = take
        self._commits: Memory[Committed] = Memory()
        self._members: Memory[Described] = Memory()
        self._known: dict[str, _Known] = {}
        self._one_each: set[int] = set()

    async def look(self, asked: Round, nodes: Mapping[int, str]) -> Roll:
        """Every node's groups; what could not be read stays with its node or group."""
        self._commits.turn()
        self._members.turn()
        before, self._known = self._known, {}
        roll = Roll()
        await asyncio.gather(*(self._node(asked, node, name, roll, before) for node, name in nodes.items()))
        if roll.moved:
            await self._follow(asked, nodes, roll, before)
        return roll

    async def _node(self, asked: Round, node: int, name: str, roll: Roll, before: Mapping[str, _Known]) -> None:
        try:
            listed = await self._listed(asked, node)
        except NotAnswered as error:
            roll.brokers[name] = error.why
            return
        roll.brokers[name] = None
        groups = {one.name: one for one in listed if self._take(one.name)}
        commits, members = await asyncio.gather(
            self._committed(asked, node, list(groups)), self._described(asked, node, groups.values())
        )
        for group, one in groups.items():
            committed = commits[group]
            if isinstance(committed, Committed) and committed.error in NOT_YET:
                roll.moved[group] = one
            elif not (isinstance(committed, Committed) and committed.error == NO_GROUP):
                self._enter(roll, _Known(one, committed, members.get(group), name, _NOTHING), before)

    async def _listed(self, asked: Round, node: int) -> list[Listed]:
        error = OK
        for pause in (0.0, *_PAUSES):
            await asyncio.sleep(pause)
            error, listed = await asked.ask(ask_for_groups(), read_groups, node=node, share=SHARE)
            if error not in NOT_YET:
                break
        if error != OK:
            raise NotAnswered(unknown(error))
        return listed

    async def _committed(self, asked: Round, node: int, groups: Sequence[str]) -> dict[str, Committed | Unknown]:
        found: dict[str, Committed | Unknown] = {}

        async def many(chunk: Sequence[str]) -> None:
            try:
                found.update(
                    await asked.ask(
                        ask_for_many(chunk), lambda it: read_many(it, self._commits), node=node, share=SHARE
                    )
                )
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
        missing = Unknown(Reason.ERROR, "left out of the answer")
        return {group: found.get(group, missing) for group in groups}

    async def _described(self, asked: Round, node: int, groups: Iterable[Listed]) -> dict[str, Described]:
        """Groups with members; without those that could not be described: they show no members."""
        with_members = [one for one in groups if one.state not in _MEMBERLESS]
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

    async def _follow(self, asked: Round, nodes: Mapping[int, str], roll: Roll, before: Mapping[str, _Known]) -> None:
        """Groups that were no longer where they were listed: look for their coordinators and ask those."""
        slots = asyncio.Semaphore(8)

        async def follow(one: Listed) -> None:
            async with slots:
                node, committed = await self._found_anew(asked, one.name)
            name = nodes.get(node, f"node {node}")
            self._enter(roll, _Known(one, committed, None, name, _NOTHING), before)

        await _all(follow(one) for group, one in roll.moved.items() if group not in roll.groups)

    async def _found_anew(self, asked: Round, group: str) -> tuple[int, Committed | Unknown]:
        node, why = -1, unknown(16)
        for pause in _PAUSES:
            try:
                answer = await asked.send(FindCoordinatorRequest(group, _GROUP), node=None, share=SHARE)
                node, why = answer.coordinator_id, unknown(answer.error_code)
                if answer.error_code == OK:
                    committed = (await self._committed(asked, node, [group]))[group]
                    if isinstance(committed, Unknown) or committed.error not in NOT_YET:
                        return node, committed
                    why = unknown(committed.error)
            except NotAnswered as error:
                return node, error.why
            await asyncio.sleep(pause)
        return node, why

    def _enter(self, roll: Roll, found: _Known, before: Mapping[str, _Known]) -> None:
        """Note a group; one that two nodes list is taken from the one that can tell."""
        group = found.listed.name
        if group in roll.groups and isinstance(found.committed, Unknown):
            return
        known = before.get(group)
        if known is None or not _is_same(known, found):
            known = found._replace(seen=_seen(found))
        self._known[group] = known
        roll.groups[group] = known.seen


_NOTHING: Final = GroupSeen()


def _is_same(known: _Known, found: _Known) -> bool:
    return (
        known.committed is found.committed
        and known.described is found.described
        and known.listed == found.listed
        and known.coordinator == found.coordinator
    )


def _seen(found: _Known) -> GroupSeen:
    committed, described = found.committed, found.described
    state, members = found.listed.state, 0 if found.listed.state in _MEMBERLESS else None
    if described is not None:
        # A group of the new protocol looks dead to the old question.
        state = state if described.state is GroupState.DEAD else described.state
        members = None if described.state is GroupState.DEAD else described.members
    fault = committed if isinstance(committed, Unknown) else None if committed.error == OK else unknown(committed.error)
    told = committed if isinstance(committed, Committed) else Committed({}, {}, {}, OK)
    return GroupSeen(
        state=state,
        members=members,
        commits=told.commits,
        unknown=told.unknown,
        metadata=told.metadata,
        assigned=described.assigned if described else frozenset(),
        coordinator=found.coordinator,
        fault=fault,
    )


def _chunks(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


async def _all(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    await asyncio.gather(*work)
