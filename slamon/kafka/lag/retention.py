"""How long topics keep their records: asked for some topics per cycle and seldom anew, since it hardly changes."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from aiokafka.admin.config_resource import ConfigResourceType
from aiokafka.protocol.admin import DescribeConfigsRequest

from slamon.kafka.lag.asking import NotAnswered, Round
from slamon.kafka.lag.faults import OK
from slamon.kafka.lag.metadata import TopicPlaces

_PER_CYCLE: Final = 50
_CYCLES: Final = 240
"""After so many cycles, an hour of them, a topic is asked for anew."""
_POLICY: Final = "cleanup.policy"
_RETENTION: Final = "retention.ms"


class _Kept(NamedTuple):
    topic_id: str | None
    cycle: int
    retention_ms: int | None


class Retention:
    """Remembers the retention of the topics of the last cycle."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._cycle = 0

    def known(self) -> dict[str, int | None]:
        """By topic, in milliseconds; None: unlimited, or not known."""
        return {name: kept.retention_ms for name, kept in self._kept.items()}

    async def refresh(self, asked: Round, topics: Mapping[str, TopicPlaces]) -> None:
        """Ask for some topics that are new, made anew, or were asked for long ago; forget those that are gone."""
        self._cycle += 1
        self._kept = {name: kept for name, kept in self._kept.items() if name in topics}
        wanted = list(islice((name for name, there in topics.items() if self._is_due(name, there)), _PER_CYCLE))
        if not wanted:
            return
        resources = [(ConfigResourceType.TOPIC, name, [_POLICY, _RETENTION]) for name in wanted]
        try:
            answer = await asked.send(DescribeConfigsRequest(resources, include_synonyms=False), node=None)
        except NotAnswered:
            return
        settings = {name: entries if error == OK else () for error, _, _, name, entries in answer.resources}
        for name in wanted:
            kept = retention_of(settings.get(name, ()))
            self._kept[name] = _Kept(topics[name].topic_id, self._cycle, kept)

    def _is_due(self, name: str, there: TopicPlaces) -> bool:
        kept = self._kept.get(name)
        return there.error == OK and (
            kept is None or kept.topic_id != there.topic_id or self._cycle - kept.cycle >= _CYCLES
        )


def retention_of(entries: Iterable[tuple[Any, ...]]) -> int | None:
    """Milliseconds after which records are deleted, by a topic's settings; None: never, or they may not be read."""
    settings = {name: value for name, value, *_ in entries}
    retention = settings.get(_RETENTION)
    if retention is None or int(retention) < 0:
        return None
    return int(retention) if "delete" in (settings.get(_POLICY) or "delete") else None
