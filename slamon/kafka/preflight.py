"""The checks of the cluster at a start and by `doctor`: what would lose orders or notices, and what to do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from slamon.errors import SourceError
from slamon.kafka.clock import Skew, measure_skew
from slamon.kafka.cluster import OK, Cluster, Description, Topic
from slamon.kafka.finding import Check, Finding, Severity
from slamon.kafka.settings_check import own_settings, source_settings
from slamon.kafka.topics import TopicSpec
from slamon.orders.event import SECOND, Instant, Span

WARN_SKEW: Final[Span] = 5 * SECOND
REFUSE_SKEW: Final[Span] = 60 * SECOND
_NOT_AUTHORIZED: Final = 29


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a configuration expects of its cluster.

    `promise` is the longest time that slamon may have to look back; `clock_topic` one of `own` for the probe
    of the clock, None to write nothing and leave that check out.
    """

    own: tuple[TopicSpec, ...]
    sources: tuple[str, ...]
    promise: Span
    clock_topic: str | None = None


async def preflight(cluster: Cluster, expected: Surroundings, *, clock: Callable[[], Instant]) -> list[Finding]:
    """Look at everything and return what is wrong, worst first; empty when all is well. Alters nothing.

    A broker that does not answer is a finding too (`Severity.WAIT`).
    """
    names = [*(spec.name for spec in expected.own), *expected.sources]
    try:
        described = await cluster.describe(names)
        settings = await cluster.settings(name for name in names if described.topics[name].error == OK)
        findings = [*_topics(described, expected), *_settings(settings, expected)]
        findings += await _clock(cluster, described, expected.clock_topic, clock)
    except SourceError as error:
        findings = [unreachable(cluster.bootstrap_servers, error)]
    return sorted(findings, key=lambda finding: list(Severity).index(finding.severity))


def unreachable(servers: str, error: SourceError) -> Finding:
    """The finding for a cluster that does not answer."""
    return Finding(
        Severity.WAIT,
        Check.BROKER,
        servers,
        str(error).removeprefix(f"{servers}: "),
        "check kafka.bootstrap_servers, kafka.security and the network",
    )


def check_skew(topic: str, skew: Skew | None) -> Iterable[Finding]:
    """Judge a measurement: more than 5 s apart is a warning, more than 60 s a refusal."""
    if skew is None:
        yield Finding(
            Severity.WARN,
            Check.CLOCK,
            topic,
            "takes the producer's time, so the clocks can't be compared",
            "set message.timestamp.type=LogAppendTime",
        )
    elif skew.at_least > WARN_SKEW:
        side = "behind" if skew.ahead > 0 else "ahead of"
        yield Finding(
            Severity.REFUSE if skew.at_least > REFUSE_SKEW else Severity.WARN,
            Check.CLOCK,
            topic,
            f"this machine's clock is {skew.at_least / SECOND:.1f} s {side} the broker's",
            "synchronise both with NTP: deadlines follow this machine's clock",
        )


def _topics(described: Description, expected: Surroundings) -> Iterable[Finding]:
    for spec in expected.own:
        yield from _own_topic(spec, described.topics[spec.name])
    for name in expected.sources:
        yield from _source_topic(name, described.topics[name])
    if len(described.nodes) > 1:
        for name, topic in described.topics.items():
            yield from _copies(name, topic)


def _own_topic(spec: TopicSpec, topic: Topic) -> Iterable[Finding]:
    if topic.is_missing:
        what = "does not exist"
        yield Finding(Severity.REFUSE, Check.OWN_TOPIC, spec.name, what, "slamon creates it where it may (ACL Create)")
    elif topic.error != OK:
        yield _inaccessible(spec.name, topic)
    elif spec.is_log and len(topic.partitions) != 1:
        yield Finding(
            Severity.REFUSE,
            Check.PARTITIONS,
            spec.name,
            f"has {len(topic.partitions)} partitions, must have 1: its records need one order",
            "make it anew with 1 partition and the same records, or start afresh with another kafka.app_id",
        )
    elif len(topic.partitions) != spec.partitions:
        yield Finding(
            Severity.REFUSE,
            Check.PARTITIONS,
            spec.name,
            f"has {len(topic.partitions)} partitions, kafka.partitions is {spec.partitions}",
            f"set kafka.partitions to {len(topic.partitions)}, or start afresh with another kafka.app_id",
        )


def _source_topic(name: str, topic: Topic) -> Iterable[Finding]:
    if topic.is_missing:
        remedy = "create it, or correct sources.*.topics"
        yield Finding(Severity.WAIT, Check.SOURCE_TOPIC, name, "does not exist", remedy)
    elif topic.error != OK:
        yield _inaccessible(name, topic)


def _inaccessible(name: str, topic: Topic) -> Finding:
    what = "may not be described" if topic.error == _NOT_AUTHORIZED else f"has error {topic.error}"
    return Finding(Severity.REFUSE, Check.ACCESS, name, what, "grant Describe and Read (own topics: Write too)")


def _copies(name: str, topic: Topic) -> Iterable[Finding]:
    if any(one.replicas == 1 for one in topic.partitions.values()):
        yield Finding(
            Severity.WARN,
            Check.REPLICATION,
            name,
            "has one copy on a cluster of several brokers: it is lost with its broker",
            "give it 3 replicas (kafka-reassign-partitions); new own topics take kafka.replication_factor",
        )


def _settings(settings: Mapping[str, Mapping[str, str]], expected: Surroundings) -> Iterable[Finding]:
    for spec in expected.own:
        if spec.name in settings:
            yield from own_settings(spec, settings[spec.name])
    for name in expected.sources:
        if name in settings:
            yield from source_settings(name, settings[name], expected.promise)


async def _clock(
    cluster: Cluster, described: Description, topic: str | None, clock: Callable[[], Instant]
) -> Iterable[Finding]:
    if topic is None or described.topics[topic].error != OK:
        return []
    return check_skew(topic, await measure_skew(cluster, topic, clock=clock))
