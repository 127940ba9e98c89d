"""The logs of topics: where each partition starts and ends, in one question per leader and kind of end."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple, TypeAlias

from slamon.kafka.cluster import NO_LEADER
from slamon.kafka.lag.asking import NotAnswered, Round
from slamon.kafka.lag.bounds import Bound, Stood, ask_for_bound, read_bound
from slamon.kafka.lag.faults import MOVED, OK, name_of, unknown
from slamon.kafka.lag.metadata import Layout, TopicPlaces, ask_for_topics, read_topics
from slamon.kafka.lag.wire import Memory
from slamon.lag.observation import PartitionSeen, Reason, TopicSeen, Unknown

_PAUSES: Final = (0.0, 0.1, 0.3)
"""Seconds before a leader that has moved is asked for anew."""
_LED_BY_NOBODY: Final = Unknown(Reason.NO_LEADER, "no leader")
_NOT_TOLD: Final = Unknown(Reason.ERROR, "left out of the answer")

Needs: TypeAlias = Mapping[str, frozenset[Bound]]
"""Which ends of which topics are wanted."""
_Told: TypeAlias = dict[tuple[Bound, int], dict[int, Stood] | Unknown]
"""Of one topic: what each leader says of its partitions."""


class _Known(NamedTuple):
    """What a `TopicSeen` was made of; the same parts make the same object."""

    places: TopicPlaces
    told: _Told
    retention_ms: int | None
    seen: TopicSeen


class Leaders:
    """Looks at the topics of one cluster, cycle after cycle; keeps only what the last cycle has seen."""

    def __init__(self) -> None:
        self._places: Memory[TopicPlaces] = Memory()
        self._bounds: Memory[dict[int, Stood]] = Memory()
        self._known: dict[str, _Known] = {}

    def turn(self) -> None:
        """A new cycle begins."""
        self._places.turn()
        self._bounds.turn()

    async def describe(self, asked: Round, names: Collection[str] | None) -> Layout:
        """Nodes and topics, by any node; raises NotAnswered."""
        return await asked.ask(ask_for_topics(names), lambda it: read_topics(it, self._places), node=None)

    async def look(
        self, asked: Round, places: Mapping[str, TopicPlaces], needs: Needs, retention: Mapping[str, int | None]
    ) -> dict[str, TopicSeen]:
        """The logs of these topics; a leader that has moved is looked for within the round's time."""
        places = dict(places)
        told = await self._ask_leaders(asked, places, needs)
        for pause in _PAUSES:
            again = [name for name in told if _may_have_moved(told[name])]
            if not again or asked.left() <= pause:
                break
            await asyncio.sleep(pause)
            try:
                found = (await self.describe(asked, again)).topics
            except NotAnswered:
                break
            changed = {name: found[name] for name in again if name in found and _is_worth_it(told[name], found[name])}
            places |= found
            told |= await self._ask_leaders(asked, changed, needs)
        before, self._known = self._known, {}
        return {
            name: self._enter(name, there, told.get(name, {}), retention.get(name), before)
            for name, there in places.items()
        }

    async def _ask_leaders(self, asked: Round, places: Mapping[str, TopicPlaces], needs: Needs) -> dict[str, _Told]:
        shares: defaultdict[tuple[Bound, int], dict[str, tuple[int, ...]]] = defaultdict(dict)
        for name, there in places.items():
            for node, numbers in there.shares.items():
                for bound in needs.get(name, ()):
                    shares[bound, node][name] = numbers
        told: dict[str, _Told] = {name: {} for name in places}

        async def ask(bound: Bound, node: int) -> None:
            share = shares[bound, node]
            question, key = ask_for_bound(bound, share), (bound, node)
            try:
                answer = await asked.ask(question, lambda it: read_bound(it, self._bounds, key), node=node)
            except NotAnswered as error:
                for name in share:
                    told[name][key] = error.why
                return
            for name in share:
                told[name][key] = answer.get(name, _NOT_TOLD)

        # Starts first: one connection's questions are answered in turn, so no end is older than its start.
        await asyncio.gather(*(ask(*one) for one in sorted(shares, key=lambda one: one[0] is not Bound.START)))
        return told

    def _enter(
        self, name: str, places: TopicPlaces, told: _Told, retention_ms: int | None, before: Mapping[str, _Known]
    ) -> TopicSeen:
        known = before.get(name)
        if known is None or not _is_same(known, places, told, retention_ms):
            known = _Known(places, told, retention_ms, _seen(places, told, retention_ms, known))
        self._known[name] = known
        return known.seen


def _may_have_moved(told: _Told) -> bool:
    return any(
        one.reason is Reason.BROKER_AWAY if isinstance(one, Unknown) else any(p.error in MOVED for p in one.values())
        for one in told.values()
    )


def _is_worth_it(told: _Told, places: TopicPlaces) -> bool:
    """Whether to ask again: there are leaders, and not only those that do not answer."""
    away = {node for (_, node), one in told.items() if isinstance(one, Unknown)}
    return bool(places.shares.keys() - away)


def _is_same(known: _Known, places: TopicPlaces, told: _Told, retention_ms: int | None) -> bool:
    return (
        known.places is places
        and known.retention_ms == retention_ms
        and known.told.keys() == told.keys()
        and all(known.told[key] is one for key, one in told.items())
    )


def _seen(places: TopicPlaces, told: _Told, retention_ms: int | None, before: _Known | None) -> TopicSeen:
    if places.error != OK and not places.leaders:
        return TopicSeen(topic_id=places.topic_id, retention_ms=retention_ms, fault=unknown(places.error))
    old = before.seen.partitions if before else {}
    partitions: dict[int, PartitionSeen] = {}
    for number, leader in places.leaders.items():
        fresh = _partition(number, leader, told)
        same = old.get(number)
        partitions[number] = same if same == fresh and same is not None else fresh
    return TopicSeen(partitions=partitions, topic_id=places.topic_id, retention_ms=retention_ms)


def _partition(number: int, leader: int, told: _Told) -> PartitionSeen:
    if leader == NO_LEADER:
        return PartitionSeen(fault=_LED_BY_NOBODY)
    offsets: dict[Bound, int] = {}
    epoch = -1
    for bound in Bound:
        share = told.get((bound, leader))
        if share is None:
            continue
        if isinstance(share, Unknown):
            return PartitionSeen(fault=share)
        stood = share.get(number)
        if stood is None or stood.error != OK:
            return PartitionSeen(fault=_NOT_TOLD if stood is None else _why(stood.error))
        offsets[bound] = stood.offset
        epoch = max(epoch, stood.epoch)
    if not offsets:
        return PartitionSeen(fault=_NOT_TOLD)
    return PartitionSeen(
        start=offsets.get(Bound.START),
        stable_end=offsets.get(Bound.STABLE_END),
        high_watermark=offsets.get(Bound.END),
        leader_epoch=epoch if epoch >= 0 else None,
    )


def _why(error: int) -> Unknown:
    """A leader that does not know its partition is none: only the metadata say that a topic is gone."""
    return Unknown(Reason.NO_LEADER, name_of(error)) if error in MOVED else unknown(error)
