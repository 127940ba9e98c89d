import pytest

from slamon.errors import EngineError
from slamon.stream.audit import foreign_keys
from slamon.stream.table import revision
from tests.fakes.records import claim, row, tombstone


def test_keys_of_a_former_owner_are_found() -> None:
    records = [
        row(b"ours", b"", revision(50, 1)),
        row(b"theirs", b"", revision(40, 9)),
        tombstone(b"buried", revision(40, 10)),
        claim(offset=40),
        claim(offset=50),
    ]
    assert foreign_keys(records, 50) == {b"theirs", b"buried"}


@pytest.mark.parametrize("record", [claim(offset=51), row(b"k", b"", revision(51, 0))], ids=["claim", "row"])
def test_a_later_owner_means_that_we_are_the_zombie(record: object) -> None:
    with pytest.raises(EngineError, match="another worker"):
        foreign_keys([record], 50)
