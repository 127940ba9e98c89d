"""One cycle over one Kafka cluster: groups, their commits, then the ends of what they read; and the core's questions.

Commits first, ends after, so that a lag is never negative by a race. What can't be read is unknown at its own place.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from slamon.kafka.cluster import NO_LEADER, OK, Cluster
from slamon.kafka.lag.asking import NotAnswered, Round
from slamon.kafka.lag.bounds import Bound
from slamon.kafka.lag.coordinators import Coordinators, Roll
from slamon.kafka.lag.leaders import Leaders, Needs
from slamon.kafka.lag.lookups import look_up
from slamon.kafka.lag.metadata import Layout, TopicPlaces
from slamon.kafka.lag.nodes import COMMITS_TOPIC, Nodes
from slamon.kafka.lag.readable import scan_leader
from slamon.kafka.lag.retention import Retention
from slamon.kafka.lag.watching import Watch
from slamon.lag.observation import (
    GroupSeen,
    Isolation,
    Observation,
    Place,
    Reason,
    ScanAnswers,
    ScanQuestions,
    TimeAnswers,
    TimeQuestions,
    TopicSeen,
    Unknown,
)
from slamon.orders.event import Instant

Asked = TypeVar("Asked")
Told = TypeVar("Told")

_ALL_TOPICS_EVERY: Final = 4
"""Cycles between two looks at the names of all topics, where topics are watched by name."""
_ENDS: Final = {Isolation.READ_COMMITTED: Bound.STABLE_END, Isolation.READ_UNCOMMITTED: Bound.END}


class KafkaLag:
    """Looks at one cluster again and again; one call at a time."""

    def __init__(self, name: str, cluster: Cluster, watch: Watch, *, clock: Callable[[], Instant]) -> None:
        """`name` is the cluster's, `cluster` this collector's alone: it is closed with it."""
        self.name = name
        self._cluster = cluster
        self._watch = watch
        self._clock = clock
        self._coordinators = Coordinators(watch.groups.take)
        self._leaders = Leaders()
        self._retention = Retention()
        self._nodes = Nodes()
        self._topics: dict[str, TopicPlaces] = {}
        self._by_name: frozenset[str] = frozenset()
        self._cycle = -1

    async def close(self) -> None:
        """Close the connections."""
        await self._cluster.close()

    async def collect(self) -> Observation:
        """One cycle; ends within the deadline."""
        began_at = self._clock()
        asked = Round(self._cluster, seconds=self._watch.deadline)
        self._cycle += 1
        self._leaders.turn()
        try:
            roll, layout = await self._roll(asked)
        except NotAnswered as error:
            # The addresses may be others by now: the next cycle starts from the configured ones.
            await self._cluster.close()
            return Observation(self.name, began_at, began_at, began_at, fault=error.why)
        groups = {name: roll.groups[name] for name in sorted(roll.groups)}
        needs = self._needs(groups)
        places, faults = await self._places(asked, layout.topics, needs)
        ends_at = self._clock()
        topics = await self._look(asked, places, needs)
        self._topics = places
        brokers = roll.brokers | self._nodes.missing(layout, frozenset(roll.brokers))
        return Observation(
            self.name, began_at, began_at, ends_at, groups=groups, topics=faults | topics, brokers=brokers
        )

    async def ask(self, questions: TimeQuestions) -> TimeAnswers:
        """The first record of each partition with that timestamp or a later one."""
        asked = Round(self._cluster, seconds=self._watch.deadline)
        by_leader, answers = _by_leader(questions, self._topics)
        found = await asyncio.gather(*(look_up(asked, node, share) for node, share in by_leader.items()))
        return _joined(answers, found)

    async def scan(self, questions: ScanQuestions) -> ScanAnswers:
        """What a bounded read finds in each partition; REFUSED where slamon may not read."""
        asked = Round(self._cluster, seconds=self._watch.deadline)
        by_leader, answers = _by_leader(questions, self._topics)
        found = await asyncio.gather(*(scan_leader(asked, node, share) for node, share in by_leader.items()))
        return _joined(answers, found)

    async def _roll(self, asked: Round) -> tuple[Roll, Layout]:
        """The groups with their commits and, beside it, the nodes and the topics of the last cycle."""
        if not self._nodes.present:
            self._nodes.note(await self._leaders.describe(asked, [COMMITS_TOPIC]))
        nodes = dict(self._nodes.present)
        roll, layout = await asyncio.gather(self._coordinators.look(asked, nodes), self._describe(asked))
        if isinstance(layout, Unknown):
            self._nodes.forget()
            raise NotAnswered(layout)
        self._nodes.note(layout)
        return roll, layout

    async def _describe(self, asked: Round) -> Layout | Unknown:
        """The topics of the last cycle; all of them from time to time where some are watched by name."""
        is_for_all = bool(self._watch.topics.include) and self._cycle % _ALL_TOPICS_EVERY == 0
        try:
            layout = await self._leaders.describe(asked, None if is_for_all else [COMMITS_TOPIC, *self._topics])
        except NotAnswered as error:
            return error.why
        if COMMITS_TOPIC in layout.topics and layout.topics[COMMITS_TOPIC].error == OK:
            self._cluster.track([COMMITS_TOPIC])
        if is_for_all:
            self._by_name = frozenset(
                name for name, there in layout.topics.items() if not there.is_internal and self._watch.topics.take(name)
            )
        return layout

    def _needs(self, groups: Mapping[str, GroupSeen]) -> Needs:
        needs: defaultdict[str, set[Bound]] = defaultdict(set)
        for name in self._by_name:
            needs[name] |= {Bound.START, _ENDS[self._watch.isolation]}
        for group, seen in groups.items():
            ends = {Bound.START, _ENDS[self._watch.isolation_of(group)]}
            for topic in {*seen.commits, *seen.assigned, *(place.topic for place in seen.unknown)}:
                needs[topic] |= ends
        return {name: frozenset(bounds) for name, bounds in needs.items()}

    async def _places(
        self, asked: Round, known: Mapping[str, TopicPlaces], needs: Needs
    ) -> tuple[dict[str, TopicPlaces], dict[str, TopicSeen]]:
        """Where the topics are led, and those of which it can't be told."""
        missing = [name for name in needs if name not in known]
        found: Mapping[str, TopicPlaces] = {}
        why = Unknown(Reason.ERROR, "left out of the answer")
        if missing:
            try:
                found = (await self._leaders.describe(asked, missing)).topics
            except NotAnswered as error:
                why = error.why
        places = {name: there for name in needs if (there := known.get(name) or found.get(name)) is not None}
        return places, {name: TopicSeen(fault=why) for name in needs if name not in places}

    async def _look(self, asked: Round, places: dict[str, TopicPlaces], needs: Needs) -> dict[str, TopicSeen]:
        retention = self._retention.known()
        look = self._leaders.look(asked, places, needs, retention)
        if self._cycle == 0:
            return await look  # lag first
        topics, _ = await asyncio.gather(look, self._retention.refresh(asked, places))
        return topics


def _by_leader(
    questions: Mapping[Place, Asked], topics: Mapping[str, TopicPlaces]
) -> tuple[dict[int, dict[Place, Asked]], dict[Place, Unknown]]:
    """The questions by the node that leads the partition, and those that nobody can answer."""
    by_leader: defaultdict[int, dict[Place, Asked]] = defaultdict(dict)
    answers: dict[Place, Unknown] = {}
    for place, question in questions.items():
        there = topics.get(place.topic)
        leader = NO_LEADER if there is None else there.leaders.get(place.partition, NO_LEADER)
        if leader == NO_LEADER:
            answers[place] = Unknown(Reason.NO_LEADER, "no leader")
        else:
            by_leader[leader][place] = question
    return by_leader, answers


def _joined(
    answers: Mapping[Place, Unknown], found: Iterable[Mapping[Place, Told | Unknown]]
) -> dict[Place, Told | Unknown]:
    joined: dict[Place, Told | Unknown] = dict(answers)
    for share in found:
        joined |= share
    return joined
