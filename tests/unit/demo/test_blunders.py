import random

import pytest

from slamon.demo.blunders import BLUNDERS, Blunder, system_for
from slamon.demo.systems import MES
from tests.oracle.decoding import RejectedRecordError, decode
from tests.oracle.instants import instant
from tests.oracle.rules import DEFAULT

NOW = 1_790_000_000_000_000


@pytest.mark.parametrize("blunder", BLUNDERS, ids=lambda blunder: blunder.what)
def test_no_consumer_can_use_it(blunder: Blunder) -> None:
    value = blunder.make("X-1", MES, NOW)
    if blunder.what == "two days ahead":
        assert value is not None
        assert decode(value, DEFAULT).occurred_at == instant(MES.time(NOW + 2 * 86_400 * 1_000_000))
    elif value is not None:
        with pytest.raises(RejectedRecordError):
            decode(value, DEFAULT)


@pytest.mark.parametrize("blunder", [blunder for blunder in BLUNDERS if not blunder.keyed], ids=lambda b: b.what)
def test_its_bytes_are_its_own(blunder: Blunder) -> None:
    assert blunder.make("X-1", MES, NOW) != blunder.make("X-2", MES, NOW)


def test_only_topics_with_keys_get_records_without_a_value() -> None:
    nothing = next(blunder for blunder in BLUNDERS if blunder.make("X-1", MES, NOW) is None)
    assert nothing.keyed
    assert all(system_for(nothing, random.Random(seed)).keyed for seed in range(20))
