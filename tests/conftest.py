"""Fixtures that any test may use."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from slamon.demo.kafka.broker import Broker

# A failure prints what reproduces it; a slow machine is no failure.
settings.register_profile(
    "ci",
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),  # the gate asks the same every time; every other run looks elsewhere
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# While writing tests: the first counterexample at once, not the smallest one later.
settings.register_profile("quick", settings.get_profile("ci"), phases=[Phase.explicit, Phase.reuse, Phase.generate])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A real Kafka, shared by the whole session: take topics of your own (tests/kafkas.py), leave it running.

    A test that kills or stops a broker starts one for itself: `with Broker() as own:`.
    """
    with Broker() as running:
        yield running


@pytest.fixture
def bootstrap(broker: Broker) -> str:
    """The address of the session's Kafka."""
    return broker.bootstrap
