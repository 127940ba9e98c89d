"""Fixtures that any test may use."""

from collections.abc import Iterator

import pytest

from slamon.demo.kafka.broker import Broker


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
