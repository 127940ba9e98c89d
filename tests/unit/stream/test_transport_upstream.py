"""Upstream code that `slamon.stream.transport` overrides or reaches into.

When one of these fails, upstream changed under us: read the change, look at the trap (docs of the engine,
faust.md), adapt the override, then take the new fingerprint.
"""

from typing import Any

import pytest
from faust.app import base as app
from faust.transport import consumer, producer
from faust.transport.drivers import aiokafka as driver

from tests.fakes.upstream import fingerprint


@pytest.mark.parametrize(
    ("code", "known", "trap"),
    [
        (consumer.Consumer.getmany, "4b168d84882a70d6", "one Faust message per fetch"),
        (
            consumer.Consumer._drain_messages,
            "44a2500309e83c63",
            "T: wait_first per message; drops by read offset; fills gaps",
        ),
        (consumer.Consumer.ack, "5fcf41cf45153475", "T3, T5"),
        (consumer.Consumer._add_gap, "4df2573ded7c1c2c", "gaps"),
        (consumer.Consumer._new_offset, "1d2c7ea89a7ad4f1", "T5"),
        (consumer.Consumer.on_partitions_revoked, "d04b7ae72c6fc206", "T6"),
        (consumer.Consumer.on_partitions_assigned, "29ce96596f05a18c", "assignment"),
        (consumer.Consumer.perform_seek, "0e8c130ff4b0afd8", "seeks before the flow resumes"),
        (consumer.Consumer.wait_empty, "e4662fe24f094819", "T7"),
        (consumer.Consumer.commit, "a354437baaa08bf8", "one commit at a time"),
        (consumer.Consumer.maybe_wait_for_commit_to_finish, "d687f63a0b5ef0c5", "one commit at a time"),
        (consumer.Consumer.force_commit, "cc094614d22c70fb", "T1: flush and commit"),
        (consumer.Consumer.track_message, "217d7f1399a4cd8e", "unacknowledged messages"),
        (driver.Producer.send, "0b5bd08f52e5e2a9", "T2"),
        (driver.Producer.flush, "36d0cb3615f65b01", "T1"),
        (driver.Producer.on_start, "219c9a7a785d77b2", "waiting for a broker"),
        (driver.Producer._new_producer, "e72355c3430ed02f", "settings"),
        (producer.ProducerBuffer.put, "bf26dfbc01d91088", "T1"),
        (producer.ProducerBuffer.flush_atmost, "4966e8c5f9b42eb9", "T1"),
        (producer.Producer.send_soon, "fcef15ab45623ff9", "T1"),
        (app.App._on_partitions_revoked, "d5c895bbe57dc73a", "T6, T7"),
        (app.App._on_partitions_assigned, "de932b7927db85b3", "order of the rebalance"),
        (app.App._stop_consumer, "55854a5de12c3f52", "order of the stop"),
        (app.App.on_rebalance_start, "5c1e23de30674082", "called from the consumer's thread"),
    ],
    ids=lambda value: getattr(value, "__qualname__", None) or str(value),
)
def test_upstream_is_as_we_know_it(code: Any, known: str, trap: str) -> None:
    assert fingerprint(code) == known, f"changed upstream: {code.__qualname__} ({trap})"
