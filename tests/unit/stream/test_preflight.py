from pathlib import Path

import pytest

from slamon.errors import EngineError
from slamon.stream.options import EngineOptions
from slamon.stream.preflight import check_own_topics

OPTIONS = EngineOptions(
    bootstrap="k:9092",
    app_id="slamon",
    partitions=8,
    sources=("events",),
    internal=("slamon.outbox",),
    data_dir=Path(),
)


def test_t19_topics_that_fit_pass() -> None:
    check_own_topics(OPTIONS, {"slamon-orders-changelog": 8, "slamon.outbox": 8, "events": 3})


@pytest.mark.parametrize("topic", ["slamon-orders-changelog", "slamon.outbox"])
def test_t19_an_own_topic_with_another_count_is_refused(topic: str) -> None:
    counts = {"slamon-orders-changelog": 8, "slamon.outbox": 8} | {topic: 12}
    with pytest.raises(EngineError, match=f"{topic} has 12 partitions, but kafka.partitions is 8"):
        check_own_topics(OPTIONS, counts)
