"""The index of order records: in order, bounded, and it knows what it does not know."""

from hypothesis import given
from hypothesis import strategies as st

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
    index.committed_by_all(A0, 0)
    for number in range(8):
        index.append(A0, number, f"o-{number}", T0)
    assert [record.offset for record in index.since(A0, 0)] == [0, 2, 4, 5, 6, 7]
    assert not index.knows_all(A0, 0, 8)
    assert index.knows_all(A0, 5, 8)


def test_before_anybody_was_looked_for_the_oldest_go() -> None:
    index = OrderIndex(STANDINGS.get, 8)
    for number in range(9):
        index.append(A0, number, "o-1", T0)
    assert index.extent(A0) == (2, 9)
    assert index.knows_all(A0, 2, 9)


def test_what_it_has_not_read_it_does_not_know() -> None:
    index = index_of((A0, 3, "o-1"))
    assert index.topics == {"a"}
    assert [index.knows_all(*asked) for asked in ((A0, 3, 4), (A0, 2, 4), (A0, 3, 5), (B0, 0, 0))] == [
        True, False, False, False,
    ]  # fmt: skip


def test_a_batch_is_taken_as_its_records_would_be() -> None:
    index = OrderIndex(STANDINGS.get)
    index.take(A0, [(3, "o-1", T0), (5, "o-2", T0)], 8)
    index.take(A0, [(5, "o-2", T0), (9, "o-1", T0)], 10)
    assert [record.offset for record in index.since(A0, 0)] == [3, 5, 9]
    assert index.extent(A0) == (3, 10)
    assert index.knows_all(A0, 3, 10)


def test_what_everybody_has_read_is_not_taken() -> None:
    index = OrderIndex(STANDINGS.get)
    index.committed_by_all(A0, 100)
    index.take(A0, [(3, "o-1", T0)], 4)
    assert (len(index), index.extent(A0)) == (0, None)


def test_after_an_interruption_a_gap_is_not_taken_for_known() -> None:
    index = index_of((A0, 0, "o-1"))
    index.interrupt()
    index.take(A0, [(5, "o-2", T0)], 6)
    assert (index.extent(A0), index.knows_all(A0, 0, 6)) == ((5, 6), False)
    index.interrupt()
    index.take(A0, [(5, "o-2", T0), (6, "o-1", T0)], 7)
    assert (index.extent(A0), len(index)) == ((5, 7), 2)


def test_a_topic_that_was_made_anew_is_another_log() -> None:
    index = index_of((A0, 50, "o-1"))
    index.take(A0, [(0, "o-2", T0)], 1)
    assert [record.order_id for record in index.since(A0, 0)] == ["o-2"]


def test_what_is_read_later_joins_what_is_there() -> None:
    index = index_of((A0, 5, "o-1"))
    index.put(A0, 2, 5, [Indexed(3, "o-2", T0)])
    assert index.knows_all(A0, 2, 6)
    index.put(A0, 6, 9, [Indexed(8, "o-2", T0)])
    assert index.knows_all(A0, 2, 9)
    assert [record.offset for record in index.since(A0, 0)] == [3, 5, 8]


def test_a_hole_that_was_left_stays_unknown_until_it_is_read() -> None:
    index = index_of((A0, 9, "o-1"))
    index.put(A0, 0, 2, [Indexed(0, "o-2", T0)])
    assert [index.knows_all(A0, since, 10) for since in (0, 9)] == [False, True]
    assert index.first(A0, 0) == Indexed(0, "o-2", T0)
    index.put(A0, 0, 9, [Indexed(0, "o-2", T0), Indexed(4, "o-2", T0)])
    assert index.knows_all(A0, 0, 10)
    index.put(A0, 20, 21, [])
    assert [index.knows_all(A0, since, 21) for since in (0, 20)] == [False, True]


@given(st.permutations(range(5)), st.sets(st.integers(0, 49)))
def test_whatever_the_order_of_reading_all_is_known_in_the_end(order: list[int], records: set[int]) -> None:
    index = OrderIndex(STANDINGS.get)
    for part in [*order, *order]:
        since, until = part * 10, part * 10 + 10
        index.put(A0, since, until, [Indexed(n, f"o-{n}", T0) for n in sorted(records) if since <= n < until])
        for start in range(0, 50, 10):
            if index.knows_all(A0, start, 50):
                assert {record.offset for record in index.since(A0, start)} == {n for n in records if n >= start}
    assert [record.offset for record in index.since(A0, 0)] == sorted(records)


def test_another_worker_watches() -> None:
    index = index_of((A0, 5, "o-1"))
    index.clear()
    assert (len(index), index.topics) == (0, frozenset())


def test_order_topics_are_known_before_anything_is_read() -> None:
    assert OrderIndex(STANDINGS.get, order_topics=frozenset({"a"})).topics == {"a"}
