"""The partition of a key, as Java's and aiokafka's default partitioners choose it (murmur2)."""

import struct
from typing import Final

_SEED: Final = 0x9747B28C
_M: Final = 0x5BD1E995
_MASK: Final = 0xFFFFFFFF
_WORD: Final = 4
_WORDS: Final = tuple(struct.Struct(f"<{count}I") for count in range(33))
"""Readers for keys of up to 128 bytes and a few more; an order id is rarely longer."""


def murmur2(key: bytes) -> int:
    """The hash of a key, 0 to 2^32 - 1. The same as aiokafka's, faster: it works on whole words."""
    length = len(key)
    count = length // _WORD
    words = _WORDS[count] if count < len(_WORDS) else struct.Struct(f"<{count}I")
    h = _SEED ^ length
    for word in words.unpack_from(key):
        k = word * _M & _MASK
        h = (h * _M & _MASK) ^ ((k ^ (k >> 24)) * _M & _MASK)
    if length % _WORD:
        h = (h ^ int.from_bytes(key[count * _WORD :], "little")) * _M & _MASK
    h = (h ^ (h >> 13)) * _M & _MASK
    return h ^ (h >> 15)


def partition_of(key: bytes, n: int) -> int:
    """The partition, 0 to n - 1, of a key in a topic of `n` partitions."""
    return (murmur2(key) & 0x7FFFFFFF) % n
