import pytest

from bench.lag_sizes import Workload


@pytest.mark.parametrize("load", [Workload(), Workload(groups=3, topics=7, partitions=2, records=20, reads=2)])
def test_the_truth_of_the_workload(load: Workload) -> None:
    pairs = [
        (group, topic, partition, offset)
        for group in range(load.groups)
        for topic, offsets in load.committed(group).items()
        for partition, offset in offsets.items()
    ]
    assert len(pairs) == load.pairs
    assert all(0 <= offset <= load.records for *_, offset in pairs)
    behind = sum(offset < load.records for *_, offset in pairs)
    assert 0.3 < behind / load.pairs < 0.4
    assert sum(load.lags().values()) == sum(load.records - offset for *_, offset in pairs)


def test_ages_and_records_that_came_later() -> None:
    load = Workload(groups=1, topics=2, partitions=1, records=60, reads=2, made_at=1_000_000)
    before = load.lags()
    name = load.topic(0)
    load.added[name] = [1_000_500]
    assert load.lags() == {group: lag + 1 for group, lag in before.items()}
    now = 1_002_000_000
    assert load.age(name, 59, 1, now) == 2_000_000
    assert load.age(name, 58, 2, now) == 3_000_000
    assert load.age(name, 60, 1, now) == 1_500_000
    assert load.age(name, 60, 0, now) == 0
