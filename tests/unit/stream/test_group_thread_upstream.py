"""Upstream code that `slamon.stream.group_thread` overrides or reaches into.

When one of these fails, upstream changed under us: read the change, look at the trap (docs of the engine,
faust.md), adapt the override, then take the new fingerprint.
"""

from typing import Any

import pytest
from faust.transport.drivers import aiokafka as driver

from tests.fakes.upstream import fingerprint


@pytest.mark.parametrize(
    ("code", "known", "trap"),
    [
        (driver.AIOKafkaConsumerThread.on_start, "38b4e8bd1e10723a", "waiting for a broker"),
        (driver.AIOKafkaConsumerThread._create_consumer, "a4dc6ba0681a298c", "settings"),
        (driver.AIOKafkaConsumerThread._create_worker_consumer, "c2701bfc3e6f6cad", "settings"),
        (driver.AIOKafkaConsumerThread._fetch_records, "39a2c6c79fc1455a", "skips check_errors"),
        (driver.AIOKafkaConsumerThread.assignment, "61f105132ae619f6", "assignment"),
        (driver.ConsumerRebalanceListener.on_partitions_revoked, "348c3aec879faf80", "order of the rebalance"),
        (driver.ConsumerRebalanceListener.on_partitions_assigned, "1c1f8406ad3698a6", "sets the generation"),
    ],
    ids=lambda value: getattr(value, "__qualname__", None) or str(value),
)
def test_upstream_is_as_we_know_it(code: Any, known: str, trap: str) -> None:
    assert fingerprint(code) == known, f"changed upstream: {code.__qualname__} ({trap})"
