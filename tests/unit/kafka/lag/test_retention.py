from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.protocol.admin import DescribeConfigsRequest

from slamon.kafka.lag.asking import Round
from slamon.kafka.lag.metadata import TopicPlaces
from slamon.kafka.lag.retention import Retention, retention_of
from tests.fakes.lag_cluster import FakeLagCluster


@pytest.mark.parametrize(
    ("policy", "retention", "kept"),
    [
        ("delete", "1000", 1000),
        ("compact,delete", "1000", 1000),
        ("compact", "1000", None),
        ("delete", "-1", None),
        (None, "1000", 1000),
        ("delete", None, None),
    ],
)
def test_after_how_long_records_are_deleted(policy: str | None, retention: str | None, kept: int | None) -> None:
    entries = [("cleanup.policy", policy, 0), ("retention.ms", retention, 0)]
    assert retention_of(one for one in entries if one[1] is not None) == kept


def topics(*names: str, topic_id: str = "1") -> dict[str, TopicPlaces]:
    return {name: TopicPlaces(0, topic_id, is_internal=False, leaders={}, replicas={}) for name in names}


class Configured(FakeLagCluster):
    """Says of each topic what `kept` holds; `asked_for` are the names asked."""

    def __init__(self, **kept: str) -> None:
        super().__init__()
        self.kept = kept
        self.asked_for: list[str] = []

    async def ask(self, request: Any, *, node: int | None = None) -> Any:
        assert isinstance(request, DescribeConfigsRequest)
        names = [name for _, name, _ in request._resources]
        self.asked_for += names
        resources = [
            (0 if name in self.kept else 29, "", 2, name, [("retention.ms", self.kept.get(name), False)])
            for name in names
        ]
        self.extra[DescribeConfigsRequest] = SimpleNamespace(resources=resources)
        return await super().ask(request, node=node)


async def refresh(retention: Retention, fake: FakeLagCluster, there: dict[str, TopicPlaces]) -> dict[str, int | None]:
    await retention.refresh(Round(fake, seconds=5), there)
    return retention.known()


async def test_asked_once_an_hour_or_when_the_topic_is_another() -> None:
    fake, retention = Configured(t="5"), Retention()
    assert await refresh(retention, fake, topics("t", "hidden")) == {"t": 5, "hidden": None}
    for _ in range(239):
        await refresh(retention, fake, topics("t", "hidden"))
    assert fake.asked_for == ["t", "hidden"]
    fake.kept["t"] = "6"
    assert await refresh(retention, fake, topics("t")) == {"t": 6}
    fake.kept["t"] = "7"
    assert await refresh(retention, fake, topics("t", topic_id="2")) == {"t": 7}
    assert await refresh(retention, fake, {}) == {}


async def test_a_portion_in_each_cycle_and_again_after_a_failure() -> None:
    names = [f"t{number}" for number in range(70)]
    fake, retention = Configured(**dict.fromkeys(names, "5")), Retention()
    fake.silent = {1}
    assert await refresh(retention, fake, topics(*names)) == {}
    fake.silent, fake.asked_for = set(), []
    assert len(await refresh(retention, fake, topics(*names))) == 50
    assert len(await refresh(retention, fake, topics(*names))) == 70
    assert sorted(fake.asked_for) == sorted(names)
