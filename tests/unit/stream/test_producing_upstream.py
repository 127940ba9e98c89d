"""Upstream code that `slamon.stream.producing` overrides or reaches into.

When one of these fails, upstream changed under us: read the change, look at the trap (docs of the engine,
faust.md), adapt the override, then take the new fingerprint.
"""

from typing import Any

import pytest
from aiokafka.producer import message_accumulator, producer, sender

from tests.fakes.upstream import fingerprint


@pytest.mark.parametrize(
    ("code", "known", "trap"),
    [
        (producer.AIOKafkaProducer.create_batch, "c4efda4bb7a09741", "batch API"),
        (producer.AIOKafkaProducer.send_batch, "bf42b0f0c5c0646d", "batch API"),
        (producer.AIOKafkaProducer.flush, "d70a0cb58abb4bd2", "T2"),
        (message_accumulator.MessageAccumulator.add_batch, "5ed1c5b1367ad854", "batch API"),
        (message_accumulator.MessageAccumulator._pop_batch, "41cc98a298ef2628", "idempotence"),
        (sender.SendProduceReqHandler._can_retry, "7ff5d491d977aacf", "T2: an idempotent batch never expires"),
        (sender.SendProduceReqHandler.handle_response, "850323cc8f77abc3", "T2"),
    ],
    ids=lambda value: getattr(value, "__qualname__", None) or str(value),
)
def test_upstream_is_as_we_know_it(code: Any, known: str, trap: str) -> None:
    assert fingerprint(code) == known, f"changed upstream: {code.__qualname__} ({trap})"
