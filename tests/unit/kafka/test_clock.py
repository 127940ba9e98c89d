import pytest

from slamon.demo.ports import LOOPBACK, free_port
from slamon.errors import SourceError
from slamon.kafka.clock import Skew, measure_skew
from slamon.kafka.cluster import Cluster


@pytest.mark.parametrize(
    ("ahead", "tolerance", "at_least"), [(0, 0, 0), (5, 2, 3), (-5, 2, 3), (5, 5, 0), (-5, 9, 0), (7, 0, 7)]
)
def test_what_a_measurement_proves(ahead: int, tolerance: int, at_least: int) -> None:
    assert Skew(ahead, tolerance).at_least == at_least


async def test_nobody_there() -> None:
    async with Cluster(f"{LOOPBACK}:{free_port()}", {}, timeout=2.0) as cluster:
        with pytest.raises(SourceError, match="deliveries"):
            await measure_skew(cluster, "shop.deliveries", clock=lambda: 0)
