"""The index of order records: in order, bounded, and it knows what it does not know."""

from slamon.lag.observation import Place
from slamon.lag.order_index import Indexed, OrderIndex, Standing
from tests.builders import HOUR, MINUTE, T0, day

A0, B0 = Place("a", 0), Place("b", 0)
STANDINGS = {"o-1": Standing("SUBMITTED", day(5)), "o-2": Standing("SUBMITTED", day(2))}


def index_of(*records: tuple[Place, int, str], limit: int = 100) -> OrderIndex:
    """An index of records stamped an hour before the first cycle, each a minute after the last."""
    index = OrderIndex(STANDINGS.get, limit)
    for number, (place, offset, order_id) in enumerate(records):
        index.append(place, offset, order_id, T0 - HOUR + number * MINUTE)
    return index


def test_records_read_again_change_nothing() -> None:
    index = index_of((A0, 0, "o-1"), (A0, 1, "o-2"), (A0, 0, "o-1"))
    assert len(index) == 2


def test_the_index_drops_what_all_have_read_before_it_thins() -> None:
    index = index_of(limit=10)
    for number in range(10):
        index.append(A0, number, "o-1", T0)
    index.committed_by_all(A0, 0)
    index._floors[A0] = 6
    index.append(A0, 10, "o-1", T0)
    assert index.knows_all(A0, 6, 11)
    assert not index.knows_all(A0, 5, 11)


def test_the_record_that_a_group_stands_on() -> None:
    index = index_of((A0, 3, "o-1"), (A0, 5, "o-2"))
    assert index.first(A0, 4) == Indexed(5, "o-2", T0 - HOUR + MINUTE)
    assert (index.stamp(A0, 5), index.stamp(A0, 4), index.stamp(B0, 0)) == (T0 - HOUR + MINUTE, None, None)


def test_of_two_neighbours_the_one_due_later_is_left_out_and_the_oldest_stays() -> None:
    standings = {f"o-{number}": Standing(None, day(number % 2)) for number in range(8)}
    index = OrderIndex(standings.get, 7)
    for number in range(8):
        index.append(A0, number, f"o-{number}", T0)
    assert [record.offset for record in index.since(A0, 0)] == [0, 2, 4, 5, 6, 7]
    assert not index.knows_all(A0, 0, 8)
    assert index.knows_all(A0, 5, 8)


def test_what_it_has_not_read_it_does_not_know() -> None:
    index = index_of((A0, 3, "o-1"))
    assert index.topics == {"a"}
    assert [index.knows_all(*asked) for asked in ((A0, 3, 4), (A0, 2, 4), (A0, 3, 5), (B0, 0, 0))] == [
        True, False, False, False,
    ]  # fmt: skip
