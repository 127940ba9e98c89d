"""What one cycle of a collector saw: which end counts for whom, when absence is evidence."""

import pytest

from slamon.lag.observation import BrokerKind, Isolation, Observation, PartitionSeen, Reason, Unknown

AWAY = Unknown(Reason.BROKER_AWAY, "127.0.0.1:9092 did not answer")


def test_a_group_reads_up_to_the_end_of_its_isolation() -> None:
    seen = PartitionSeen(start=0, stable_end=5, high_watermark=15)
    assert seen.end(Isolation.READ_COMMITTED) == 5
    assert seen.end(Isolation.READ_UNCOMMITTED) == 15


def test_an_end_that_was_not_asked_is_unknown_not_the_other_one() -> None:
    assert PartitionSeen(start=0, high_watermark=15).end(Isolation.READ_COMMITTED) is None


@pytest.mark.parametrize(
    ("brokers", "fault", "is_complete"),
    [
        ({"1": None, "2": None}, None, True),
        ({"1": None, "2": AWAY}, None, False),
        ({}, None, False),
        ({"1": None}, AWAY, False),
    ],
    ids=["all answered", "one is away", "nobody was asked", "the cycle failed"],
)
def test_absence_is_evidence_only_when_every_broker_listed_its_groups(
    brokers: dict[str, Unknown | None], fault: Unknown | None, is_complete: bool
) -> None:
    assert Observation("shop", 1, 1, 2, brokers=brokers, fault=fault).is_complete is is_complete


@pytest.mark.parametrize(
    ("name", "fault", "is_evidence"),
    [
        ("orders", None, True),
        ("shop/orders", None, False),
        ("old/orders", None, True),
        ("nowhere/orders", None, True),
        ("orders", AWAY, False),
    ],
    ids=["listed", "refused", "deleted", "not configured", "the cycle failed"],
)
def test_of_a_queue_its_own_virtual_host_has_to_have_been_listed(
    name: str, fault: Unknown | None, is_evidence: bool
) -> None:
    brokers = {"vhost /": None, "vhost shop": Unknown(Reason.REFUSED), "vhost old": Unknown(Reason.NO_TOPIC)}
    seen = Observation("rabbit", 1, 1, 1, BrokerKind.RABBITMQ, brokers=brokers, fault=fault)
    assert seen.lists(name) is is_evidence


@pytest.mark.parametrize("broker", [None, AWAY])
def test_a_group_of_kafka_is_listed_when_every_broker_was(broker: Unknown | None) -> None:
    assert Observation("shop", 1, 1, 1, brokers={"1": None, "2": broker}).lists("mes") is (broker is None)
