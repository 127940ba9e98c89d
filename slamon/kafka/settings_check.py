"""Whether topics keep what is needed: slamon's own against their specs, sources against the promise."""

from collections.abc import Iterable, Mapping
from typing import Final

from slamon.kafka.finding import Check, Finding, Severity
from slamon.kafka.topics import TopicSpec
from slamon.orders.event import DAY, SECOND, Span

_MS: Final = SECOND // 1000
_POLICY: Final = "cleanup.policy"
_RETENTION: Final = "retention.ms"
_AT_LEAST: Final = frozenset({_RETENTION, "min.compaction.lag.ms", "max.message.bytes", "min.insync.replicas"})
_TUNING: Final = frozenset({"segment.bytes", "min.cleanable.dirty.ratio"})
"""Settings of taste: another value costs disk or time, no record."""


def own_settings(spec: TopicSpec, actual: Mapping[str, str]) -> Iterable[Finding]:
    """Compare one of slamon's own topics with its spec; a wrong clean-up is refused, the rest warned of."""
    for key, wanted in spec.config.items():
        found = actual.get(key)
        if found is None or key in _TUNING or _is_enough(key, found, wanted):
            continue
        yield Finding(
            Severity.REFUSE if key == _POLICY else Severity.WARN,
            Check.TOPIC_SETTINGS,
            spec.name,
            f"{key} is {found}, {_why(key, wanted)}",
            _alter(spec.name, key, wanted),
        )


def source_settings(name: str, actual: Mapping[str, str], promise: Span) -> Iterable[Finding]:
    """Warn of a source that forgets records before an order's promise has passed."""
    policy = {part.strip() for part in actual.get(_POLICY, "delete").split(",")}
    if "compact" in policy:
        yield Finding(
            Severity.WARN,
            Check.RETENTION,
            name,
            "is compacted: of each key only the last event stays, so lost state can't be rebuilt from it",
            _alter(name, _POLICY, "delete"),
        )
    retention = int(actual.get(_RETENTION, -1))
    if "delete" in policy and 0 <= retention < promise // _MS:
        yield Finding(
            Severity.WARN,
            Check.RETENTION,
            name,
            f"keeps records for {_days(retention)}, shorter than the promise of {_days(promise // _MS)}: "
            "after a longer stop or a loss of state events are gone",
            _alter(name, _RETENTION, str(promise // _MS)),
        )


def _is_enough(key: str, found: str, wanted: str) -> bool:
    if key not in _AT_LEAST:
        return found == wanted
    if key == _RETENTION and min(int(found), int(wanted)) < 0:  # for ever
        return int(found) < 0
    return int(found) >= int(wanted)


def _why(key: str, wanted: str) -> str:
    if key == _POLICY:
        return f"must be {wanted} alone: anything else deletes what is still needed"
    at_least = "at least " if key in _AT_LEAST and int(wanted) >= 0 else ""
    return f"should be {at_least}{wanted}"


def _alter(name: str, key: str, value: str) -> str:
    return f"kafka-configs --alter --entity-type topics --entity-name {name} --add-config {key}={value}"


def _days(milliseconds: int) -> str:
    return f"{milliseconds * _MS / DAY:.3g} days"
