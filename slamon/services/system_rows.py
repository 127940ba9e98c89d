"""Rows of the orders table that are no order's: what slamon keeps for itself, moved and recovered with a partition.

Their keys begin with a byte that no UTF-8 text has, so no order id can be one of them. Whoever takes every row of a
partition for an order's leaves them out.
"""

from typing import Final

SYSTEM: Final = b"\xff"
"""What every key of a system row begins with."""


def system_key(name: str) -> bytes:
    """The key of the system row of this name."""
    return SYSTEM + name.encode()


def is_order_key(key: bytes) -> bool:
    """Tell whether a key is an order's."""
    return not key.startswith(SYSTEM)
