"""The groups of a cluster: every node lists its own, what is not watched is left, the rest is asked about."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from slamon.kafka.lag.asking import NotAnswered, Round
from slamon.kafka.lag.commits import Committed
from slamon.kafka.lag.coordinator import MEMBERLESS, Coordinator
from slamon.kafka.lag.faults import NO_GROUP, NOT_YET, OK, unknown
from slamon.kafka.lag.listing import Listed
from slamon.kafka.lag.members import Described
from slamon.lag.observation import GroupSeen, GroupState, Unknown

_FOLLOWED_AT_ONCE: Final = 8


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
        self._ask = Coordinator()
        self._known: dict[str, _Known] = {}

    async def look(self, asked: Round, nodes: Mapping[int, str]) -> Roll:
        """Every node's groups; what could not be read stays with its node or group."""
        self._ask.turn()
        before, self._known = self._known, {}
        roll = Roll()
        await asyncio.gather(*(self._node(asked, node, name, roll, before) for node, name in nodes.items()))
        if roll.moved:
            await self._follow(asked, nodes, roll, before)
        return roll

    async def _node(self, asked: Round, node: int, name: str, roll: Roll, before: Mapping[str, _Known]) -> None:
        try:
            listed = await self._ask.listed(asked, node)
        except NotAnswered as error:
            roll.brokers[name] = error.why
            return
        roll.brokers[name] = None
        groups = {one.name: one for one in listed if self._take(one.name)}
        commits, members = await asyncio.gather(
            self._ask.committed(asked, node, list(groups)), self._ask.described(asked, node, groups.values())
        )
        for group, one in groups.items():
            committed = commits[group]
            if isinstance(committed, Committed) and committed.error in NOT_YET:
                roll.moved[group] = one
            elif not (isinstance(committed, Committed) and committed.error == NO_GROUP):
                self._enter(roll, _Known(one, committed, members.get(group), name, _NOTHING), before)

    async def _follow(self, asked: Round, nodes: Mapping[int, str], roll: Roll, before: Mapping[str, _Known]) -> None:
        """Groups that were no longer where they were listed: look for their coordinators and ask those."""
        slots = asyncio.Semaphore(_FOLLOWED_AT_ONCE)

        async def follow(one: Listed) -> None:
            async with slots:
                node, committed = await self._ask.found_anew(asked, one.name)
            name = nodes.get(node, f"node {node}")
            self._enter(roll, _Known(one, committed, None, name, _NOTHING), before)

        await asyncio.gather(*(follow(one) for group, one in roll.moved.items() if group not in roll.groups))

    def _enter(self, roll: Roll, found: _Known, before: Mapping[str, _Known]) -> None:
        """Note a group; one that two nodes list is taken from the one that can tell."""
        group = found.listed.name
        if group in roll.groups and isinstance(found.committed, Unknown):
            return
        known = before.get(group)
        if known is None or not _is_same(known, found):
            known = found._replace(seen=_seen(group, found))
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


def _seen(group: str, found: _Known) -> GroupSeen:
    committed, described = found.committed, found.described
    state, members = found.listed.state, 0 if found.listed.state in MEMBERLESS else None
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
        assigned=_to_read(group, described.assigned) if described else frozenset(),
        coordinator=found.coordinator,
        fault=fault,
    )


def _to_read(group: str, assigned: frozenset[str]) -> frozenset[str]:
    """Without the changelogs of the group's own state, as Faust and Kafka Streams name them.

    They are read when a partition is taken up and nothing is ever committed, so they are nobody's backlog.
    """
    state = [topic for topic in assigned if topic.endswith("-changelog") and topic.startswith(f"{group}-")]
    return assigned.difference(state) if state else assigned
