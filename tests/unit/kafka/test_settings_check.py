import pytest

from slamon.kafka.finding import Check, Severity
from slamon.kafka.settings_check import own_settings, source_settings
from slamon.kafka.topics import TopicSpec, own_topic_specs
from slamon.orders.event import DAY

CHANGELOG, _, _, OUTBOX, _, ANSWERS, _ = own_topic_specs("shop", partitions=4, replication=3)


def found(spec: TopicSpec, **different: str) -> list[tuple[Severity, str]]:
    actual = dict(spec.config) | {key.replace("_", "."): value for key, value in different.items()}
    return [(finding.severity, finding.what.split(",", maxsplit=1)[0]) for finding in own_settings(spec, actual)]


@pytest.mark.parametrize("spec", own_topic_specs("shop", partitions=4, replication=3))
def test_topics_as_slamon_makes_them(spec: TopicSpec) -> None:
    assert found(spec) == []


@pytest.mark.parametrize(
    ("spec", "policy"),
    [(CHANGELOG, "delete"), (CHANGELOG, "compact,delete"), (OUTBOX, "compact"), (OUTBOX, "delete,compact")],
)
def test_a_wrong_clean_up_is_refused(spec: TopicSpec, policy: str) -> None:
    [finding] = own_settings(spec, dict(spec.config) | {"cleanup.policy": policy})
    assert (finding.severity, finding.check, finding.subject) == (
        Severity.REFUSE,
        Check.TOPIC_SETTINGS,
        spec.name,
    )
    assert finding.remedy.endswith(f"--add-config cleanup.policy={spec.config['cleanup.policy']}")


@pytest.mark.parametrize(
    ("spec", "setting", "value"),
    [
        (CHANGELOG, "min.compaction.lag.ms", "0"),
        (CHANGELOG, "max.message.bytes", "1048588"),
        (CHANGELOG, "message.timestamp.type", "CreateTime"),
        (CHANGELOG, "min.insync.replicas", "1"),
        (OUTBOX, "retention.ms", "3600000"),
        (ANSWERS, "retention.ms", "604800000"),
    ],
)
def test_less_than_the_spec_is_a_warning(spec: TopicSpec, setting: str, value: str) -> None:
    [finding] = own_settings(spec, dict(spec.config) | {setting: value})
    assert finding.severity is Severity.WARN
    assert finding.what.startswith(f"{setting} is {value}, should be ")


def test_more_than_the_spec_and_tuning_are_well() -> None:
    assert found(OUTBOX, retention_ms="-1", max_message_bytes="99999999") == []
    assert found(CHANGELOG, segment_bytes="1", min_cleanable_dirty_ratio="0.9") == []


def test_a_setting_that_is_not_told_is_not_judged() -> None:
    assert list(own_settings(CHANGELOG, {})) == []


@pytest.mark.parametrize(
    ("actual", "warnings"),
    [
        ({}, 0),
        ({"cleanup.policy": "delete", "retention.ms": "-1"}, 0),
        ({"cleanup.policy": "delete", "retention.ms": str(21 * 86_400_000)}, 0),
        ({"cleanup.policy": "delete", "retention.ms": str(21 * 86_400_000 - 1)}, 1),
        ({"cleanup.policy": "delete", "retention.ms": "0"}, 1),
        ({"cleanup.policy": "compact", "retention.ms": "0"}, 1),
        ({"cleanup.policy": "compact,delete", "retention.ms": "0"}, 2),
        ({"cleanup.policy": "", "retention.ms": "0"}, 0),  # Kafka 4: keep everything
    ],
)
def test_a_source_should_remember_as_long_as_the_promise(actual: dict[str, str], warnings: int) -> None:
    findings = list(source_settings("orders.events", actual, 21 * DAY))
    assert [(finding.severity, finding.check) for finding in findings] == [(Severity.WARN, Check.RETENTION)] * warnings


def test_what_to_do_about_a_short_memory() -> None:
    [finding] = source_settings("orders.events", {"retention.ms": "604800000"}, 21 * DAY)
    assert finding.what.startswith("keeps records for 7 days, shorter than the promise of 21 days")
    assert finding.remedy.endswith("--entity-name orders.events --add-config retention.ms=1814400000")
