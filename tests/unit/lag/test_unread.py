"""What a bounded read teaches of the records from one offset on."""

import pytest

from slamon.lag.age import Search
from slamon.lag.observation import Scan
from slamon.lag.unread import Unread
from tests.builders import T0


@pytest.mark.parametrize(
    ("scan", "clear_to", "first", "is_phantom"),
    [
        (Scan(9), 9, None, True),
        (Scan(7), 7, None, False),
        (Scan(30), 9, None, True),
        (Scan(6, 6, T0), 6, 6, False),
        (Scan(5, 5, T0), 5, 5, False),
        (Scan(12, 12, T0), 9, None, True),
    ],
    ids=["nothing", "nothing so far", "read past the end", "behind a marker", "at once", "only what came later"],
)
def test_what_is_readable(scan: Scan, clear_to: int, first: int | None, is_phantom: bool) -> None:
    unread = Unread(5, 0, 9, (), Search(5), 5)
    unread.take_scan(scan, 9)
    assert (unread.clear_to, unread.first, unread.is_phantom) == (clear_to, first, is_phantom)
    assert unread.search.is_sure is (first is not None)
