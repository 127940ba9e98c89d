import pytest

from slamon.errors import SourceError
from slamon.kafka.cluster import Partition, Topic
from slamon.kafka.finding import Check, Severity
from slamon.kafka.topics import OwnTopics, TopicSpec, ensure_topics, own_topic_specs
from tests.fakes.cluster import FakeCluster

DAY_MS = 86_400_000


def specs(replication: int = 1) -> dict[str, TopicSpec]:
    return {spec.name: spec for spec in own_topic_specs("shop", partitions=4, replication=replication)}


def test_names_and_partitions() -> None:
    assert [(spec.name, spec.partitions, spec.replication) for spec in specs().values()] == [
        ("shop-orders-changelog", 4, 1),
        ("shop.repartition", 4, 1),
        ("shop.deliveries", 4, 1),
        ("shop.outbox", 4, 1),
        ("shop.dead-letters", 4, 1),
        ("shop.answers", 4, 1),
        ("shop.policies", 1, 1),
    ]


def test_the_changelog_is_compacted_and_nothing_else() -> None:
    assert specs()[OwnTopics("shop").changelog].config == {
        "cleanup.policy": "compact",
        "min.compaction.lag.ms": str(DAY_MS),
        "segment.bytes": "67108864",
        "min.cleanable.dirty.ratio": "0.1",
        "max.message.bytes": "16777216",
        "message.timestamp.type": "LogAppendTime",
    }


def test_policies_are_kept_for_ever() -> None:
    """Each under a key of its own, so compaction takes away only what was taken back."""
    assert specs()[OwnTopics("shop").policies].config == {
        "cleanup.policy": "compact",
        "max.message.bytes": "16777216",
        "message.timestamp.type": "LogAppendTime",
    }


def test_the_others_are_kept_for_a_time() -> None:
    names = OwnTopics("shop")
    for name, days in (
        (names.repartition, 30),
        (names.deliveries, 7),
        (names.outbox, 7),
        (names.dead_letters, 30),
        (names.answers, None),  # for ever
    ):
        assert specs()[name].config == {
            "cleanup.policy": "delete",
            "retention.ms": "-1" if days is None else str(days * DAY_MS),
            "max.message.bytes": "16777216",
            "message.timestamp.type": "LogAppendTime",
        }


@pytest.mark.parametrize(("replication", "in_sync"), [(1, None), (2, None), (3, "2"), (5, "2")])
def test_with_three_copies_two_must_have_a_record(replication: int, in_sync: str | None) -> None:
    assert {spec.config.get("min.insync.replicas") for spec in specs(replication).values()} == {in_sync}


async def test_missing_topics_are_made_and_existing_ones_left_alone() -> None:
    cluster = FakeCluster()
    cluster.lead("shop.outbox", 1, 1)
    before = dict(cluster.configs["shop.outbox"])
    assert await ensure_topics(cluster, specs().values()) == []
    assert len(cluster.topics["shop.outbox"].partitions) == 2
    assert cluster.configs["shop.outbox"] == before
    assert len(cluster.topics["shop-orders-changelog"].partitions) == 4
    assert cluster.configs["shop-orders-changelog"]["cleanup.policy"] == "compact"


async def test_what_may_not_be_made_is_found() -> None:
    cluster = FakeCluster(refusals={"shop.outbox": "ClusterAuthorizationFailed"})
    [finding] = await ensure_topics(cluster, specs().values())
    assert (finding.severity, finding.check, finding.subject) == (
        Severity.REFUSE,
        Check.OWN_TOPIC,
        "shop.outbox",
    )
    assert "ClusterAuthorizationFailed" in finding.what
    assert "4 partitions, 1 replicas" in finding.remedy
    assert "cleanup.policy=delete" in finding.remedy
    assert "shop.deliveries" in cluster.topics


async def test_topics_without_leaders_are_waited_for() -> None:
    class Leaderless(FakeCluster):
        def lead(self, topic: str, *leaders: int, copies: int = 1) -> None:
            super().lead(topic, *leaders, copies=copies)
            self.topics[topic] = Topic(0, {0: Partition(-1, copies)})

    with pytest.raises(SourceError, match=r"no leaders after 0.01 s"):
        await ensure_topics(Leaderless(), specs().values(), within=0.01)


async def test_a_silent_cluster() -> None:
    with pytest.raises(SourceError):
        await ensure_topics(FakeCluster(silent={1}), specs().values())
