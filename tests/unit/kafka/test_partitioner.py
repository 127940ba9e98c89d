import pytest
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as murmur2_of_aiokafka
from hypothesis import example, given
from hypothesis import strategies as st

from slamon.kafka.partitioner import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "signed"),
    [  # from UtilsTest.java of Apache Kafka (testMurmur2)
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_javas(key: bytes, signed: int) -> None:
    assert murmur2(key) == signed % 2**32


@given(st.binary(max_size=600), st.integers(1, 1000))
@example(b"", 8)
@example(b"\xff" * 131, 8)
@example(b"\xff" * 132, 8)
def test_the_partition_is_aiokafkas(key: bytes, n: int) -> None:
    assert murmur2(key) == murmur2_of_aiokafka(key)
    assert partition_of(key, n) == DefaultPartitioner()(key, list(range(n)), [])
