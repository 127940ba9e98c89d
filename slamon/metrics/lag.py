"""Lag as metrics: rendered from the last cycle's snapshots alone, once a cycle, by the worker that watches."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slamon.lag.observation import BrokerKind
from slamon.lag.policy import LagRules
from slamon.lag.severity import severity
from slamon.metrics import lag_catalog as names
from slamon.metrics.lag_form import Exposition, LagForm
from slamon.metrics.lag_lines import (
    Labels,
    Lines,
    end_lines,
    escaped,
    flow_lines,
    group_lines,
    of_cluster,
    of_group,
    put,
    seconds,
    topic_of_group,
)
from slamon.metrics.spec import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from slamon.lag.incidents import Incident
    from slamon.lag.rows import Snapshot, TopicLag
    from slamon.lag.waiting import Waiting
    from slamon.metrics.spec import MetricSpec

_TOTAL = "_total"


@dataclass(frozen=True, slots=True)
class LagFigures:
    """What a cycle left; `cycles`: by cluster, how long the last look took and how many failed so far."""

    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)
    waiting: Mapping[tuple[str, str], Waiting] = field(default_factory=dict)
    incidents: Iterable[Incident] = ()
    rules: LagRules = field(default_factory=LagRules)
    cycles: Mapping[str, tuple[float, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Made:
    """The texts of a topic for a group, and why partitions of it could not be read."""

    of: TopicLag
    texts: list[tuple[str, str]]
    unknown: tuple[str, ...]


def _always() -> bool:
    return True


class LagMetrics:
    """What is known of lag, as text; `is_ours` says whether this worker watches: nobody else shows it."""

    def __init__(self, form: LagForm) -> None:
        self.is_ours: Callable[[], bool] = _always
        self._form = form
        self._figures = LagFigures()
        self._made: dict[tuple[str, str, str], _Made] = {}
        self._lines: Lines | None = None
        also = {
            Exposition.KAFKA_EXPORTER: names.KAFKA_EXPORTER,
            Exposition.KAFKA_LAG_EXPORTER: names.KAFKA_LAG_EXPORTER,
        }
        self._specs = (*names.LAG_CATALOG, *(spec for other in form.also_as for spec in also[other]))

    def show(self, figures: LagFigures) -> None:
        """Show what a cycle found, from the next scrape on."""
        self._figures, self._lines = figures, None

    def render(self, *, openmetrics: bool = False) -> bytes:
        """The families with their samples; without samples on a worker that does not watch."""
        lines: Lines = defaultdict(list)
        if self.is_ours():
            if self._lines is None:
                self._lines = self._rendered()
            lines = self._lines
        return "".join(
            text for spec in self._specs for text in (_head(spec, openmetrics=openmetrics), *lines.get(spec.name, ()))
        ).encode()

    def _rendered(self) -> Lines:
        figures = self._figures
        lines: Lines = defaultdict(list)
        made: dict[tuple[str, str, str], _Made] = {}
        unknown: Counter[str] = Counter()
        for name in sorted(figures.snapshots):
            self._cluster(lines, figures.snapshots[name], made, unknown)
        for reason, count in sorted(unknown.items()):
            put(lines, names.UNKNOWN, f'reason="{reason}"', count)
        open_now = Counter((str(incident.kind), incident.level.name.lower()) for incident in figures.incidents)
        for (kind, level), count in sorted(open_now.items()):
            put(lines, names.INCIDENTS, f'kind="{kind}",severity="{level}"', count)
        self._made = made
        return lines

    def _cluster(
        self, lines: Lines, snapshot: Snapshot, made: dict[tuple[str, str, str], _Made], unknown: Counter[str]
    ) -> None:
        figures, form = self._figures, self._form
        suffix, ends = of_cluster(snapshot, form), set[str]()
        is_kafka = snapshot.kind is BrokerKind.KAFKA
        for group in snapshot.groups:
            waiting = figures.waiting.get((group.cluster, group.group))
            labels = of_group(group, suffix)
            level = severity(group.verdict, waiting, group.eta, figures.rules.slack)
            group_lines(lines, group, labels, level, form)
            if group.unknown is not None:
                unknown[group.unknown.reason] += 1
            for topic in group.topics:
                key = (group.cluster, group.group, topic.topic)
                last = self._made.get(key)
                if last is None or last.of is not topic:
                    last = _Made(topic, topic_of_group(labels, topic, form, is_kafka=is_kafka), _reasons(topic))
                made[key] = last
                unknown.update(last.unknown)
                for name, text in last.texts:
                    lines[name].append(text)
                if is_kafka and form.also_as and topic.topic not in ends:
                    ends.add(topic.topic)
                    end_lines(lines, snapshot, topic, suffix, form)
            _waiting(lines, labels, waiting)
        for flow in snapshot.topics:
            flow_lines(lines, flow, suffix, has_to_grow=figures.rules.silence(flow.topic) is not None)
        _health(lines, snapshot, figures.cycles.get(snapshot.cluster))


def _waiting(lines: Lines, labels: Labels, waiting: Waiting | None) -> None:
    if waiting is not None and waiting.slack is not None:
        put(lines, names.LEAST_SLACK, f"{labels.group}{labels.cluster}", seconds(waiting.slack))
    for topic, orders in ({} if waiting is None else waiting.topics).items():
        put(lines, names.ORDERS_WAITING, f'{labels.group},topic="{escaped(topic)}"{labels.cluster}', orders)


def _health(lines: Lines, snapshot: Snapshot, cycle: tuple[float, int] | None) -> None:
    here = f'cluster="{escaped(snapshot.cluster)}"'
    put(lines, names.AS_OF, here, seconds(snapshot.as_of))
    put(lines, names.BROKERS_AWAY, here, None if snapshot.unknown is not None else len(snapshot.away))
    if cycle is not None:
        put(lines, names.CYCLE, here, cycle[0])
        put(lines, names.FAILURES, here, cycle[1])


def _reasons(topic: TopicLag) -> tuple[str, ...]:
    return tuple(row.unknown.reason for row in topic.partitions if row.unknown is not None)


def _head(spec: MetricSpec, *, openmetrics: bool) -> str:
    name = spec.name.removesuffix(_TOTAL) if openmetrics and spec.kind is Kind.COUNTER else spec.name
    return f"# HELP {name} {spec.help}\n# TYPE {name} {spec.kind}\n"
