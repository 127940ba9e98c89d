"""Upstream code that `slamon.stream.group_consumer` overrides or reaches into.

When one of these fails, upstream changed under us: read the change, look at the trap (docs of the engine,
faust.md), adapt the override, then take the new fingerprint.
"""

from typing import Any

import pytest
from aiokafka.consumer import consumer, fetcher, group_coordinator, subscription_state

from tests.fakes.upstream import fingerprint


@pytest.mark.parametrize(
    ("code", "known", "trap"),
    [
        (fetcher.Fetcher.fetched_records, "be4348896b9b66af", "positions move here"),
        (consumer.AIOKafkaConsumer.seek_to_committed, "f6cd85c8b70a4ccf", "leaves partitions without a commit"),
        (consumer.AIOKafkaConsumer.commit, "79b057d88220e5a2", "commit"),
        (consumer.AIOKafkaConsumer.seek, "a9430f1f3b9ac419", "seek"),
        (consumer.AIOKafkaConsumer.seek_to_beginning, "231229deedd7d1ef", "seek"),
        (group_coordinator.GroupCoordinator.check_errors, "ba6ca51ad34838d9", "errors stand still until asked for"),
        (group_coordinator.GroupCoordinator.commit_offsets, "5cbe31af28d6cc06", "repeats for ever"),
        (subscription_state.TopicPartitionState.consumed_to, "c7b8f0f99ce9185e", "positions"),
        (subscription_state.TopicPartitionState.seek, "c20b56d7ba7b2872", "positions"),
    ],
    ids=lambda value: getattr(value, "__qualname__", None) or str(value),
)
def test_upstream_is_as_we_know_it(code: Any, known: str, trap: str) -> None:
    assert fingerprint(code) == known, f"changed upstream: {code.__qualname__} ({trap})"
