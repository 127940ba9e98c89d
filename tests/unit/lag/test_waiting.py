"""Who waits behind a group: exact where the index holds all, honest where it does not, bounded always."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.lag.observation import Place
from slamon.lag.order_index import Indexed, OrderIndex, Standing
from slamon.lag.rows import GroupLag
from slamon.lag.waiting import floors, waiting_behind
from tests.builders import HOUR, MINUTE, T0, day
from tests.fakes.lag import FakeBroker, FakeGroup, FakeLog, Followed

A0, A1, B0 = Place("a", 0), Place("a", 1), Place("b", 0)
STANDINGS = {
    "o-1": Standing("SUBMITTED", day(5)),
    "o-2": Standing("SUBMITTED", day(2)),
    "o-3": Standing("PACKAGING", None),
}


def index_of(*records: tuple[Place, int, str], limit: int = 100) -> OrderIndex:
    """An index of records stamped an hour before the first cycle, each a minute after the last."""
    index = OrderIndex(STANDINGS.get, limit)
    for number, (place, offset, order_id) in enumerate(records):
        index.append(place, offset, order_id, T0 - HOUR + number * MINUTE)
    return index


def group_at(commits: dict[Place, int], ends: dict[Place, int], name: str = "mes") -> GroupLag:
    broker = FakeBroker(**{name: FakeGroup(dict(commits))})
    broker.logs = {place: FakeLog([T0] * end) for place, end in ends.items()}
    return Followed(broker).group(name=name)


def test_how_many_wait_since_when_at_which_stage_with_how_much_left() -> None:
    index = index_of((A0, 0, "o-3"), (A0, 1, "o-1"), (A0, 2, "o-2"), (A0, 3, "o-1"))
    waiting = waiting_behind(group_at({A0: 1}, {A0: 4}), index, T0)
    assert waiting is not None
    assert (waiting.orders, waiting.at_least, waiting.stages) == (2, False, {"SUBMITTED": 2})
    assert waiting.oldest == Indexed(1, "o-1", T0 - HOUR + MINUTE)
    assert waiting.oldest_stage == "SUBMITTED"
    assert (waiting.soonest, waiting.slack) == ("o-2", day(2) - T0)


def test_an_order_counts_once_whatever_it_has_waiting_where() -> None:
    index = index_of((A0, 0, "o-1"), (A0, 1, "o-1"), (A1, 0, "o-1"), (B0, 0, "o-2"))
    waiting = waiting_behind(group_at({A0: 0, A1: 0, B0: 0}, {A0: 2, A1: 1, B0: 1}), index, T0)
    assert waiting is not None
    assert (waiting.orders, waiting.topics) == (2, {"a": 1, "b": 1})


def test_a_group_that_reads_no_order_topic_has_no_orders_to_tell_of() -> None:
    assert waiting_behind(group_at({B0: 0}, {B0: 3}), index_of((A0, 0, "o-1")), T0) is None


def test_a_group_that_has_read_all_holds_nobody_up() -> None:
    waiting = waiting_behind(group_at({A0: 1}, {A0: 1}), index_of((A0, 0, "o-1")), T0)
    assert waiting is not None
    assert (waiting.orders, waiting.at_least, waiting.slack, waiting.oldest) == (0, False, None, None)


@pytest.mark.parametrize(
    ("records", "committed", "end"),
    [([(A0, 3, "o-1"), (A0, 4, "o-2")], 1, 5), ([(A0, 0, "o-1"), (A0, 1, "o-2")], 0, 5)],
    ids=["slamon began to read later", "slamon has not read it all"],
)
def test_what_slamon_has_not_read_makes_it_at_least(
    records: list[tuple[Place, int, str]], committed: int, end: int
) -> None:
    waiting = waiting_behind(group_at({A0: committed}, {A0: end}), index_of(*records), T0)
    assert waiting is not None
    assert (waiting.orders, waiting.at_least) == (2, True)


def test_what_is_no_order_counts_as_read() -> None:
    index = index_of((A0, 0, "o-1"))
    index.read_up_to(A0, 5)
    waiting = waiting_behind(group_at({A0: 0}, {A0: 5}), index, T0)
    assert waiting is not None
    assert (waiting.orders, waiting.at_least) == (1, False)


def test_what_all_have_read_goes() -> None:
    index = index_of(*((A0, number, "o-1") for number in range(10)))
    groups = [group_at({A0: 4}, {A0: 10}), group_at({A0: 7}, {A0: 10}, "crm")]
    assert floors(groups, index.topics) == {A0: 4}
    index.committed_by_all(A0, 4)
    assert [record.offset for record in index.since(A0, 0)] == [4, 5, 6, 7, 8, 9]
    index.forget(A0)
    assert len(index) == 0


def test_a_thinned_index_stays_bounded_keeps_the_oldest_and_the_soonest_and_says_at_least() -> None:
    standings = {f"o-{number}": Standing(None, day(100 - number)) for number in range(500)}
    standings["o-77"] = Standing(None, day(-500))
    index = OrderIndex(standings.get, 50)
    index.committed_by_all(A0, 0)
    for number in range(200):
        index.append(A0, number, f"o-{number}", T0 + number)
    assert len(index) <= 50
    waiting = waiting_behind(group_at({A0: 0}, {A0: 200}), index, T0)
    assert waiting is not None
    assert waiting.at_least
    assert waiting.oldest == Indexed(0, "o-0", T0)
    assert waiting.soonest == "o-77"


@given(st.lists(st.sampled_from(sorted(STANDINGS)), max_size=60), st.integers(0, 60), st.integers(4, 80))
def test_a_count_is_exact_or_says_at_least(ids: list[str], committed: int, limit: int) -> None:
    index = OrderIndex(STANDINGS.get, limit)
    index.read_up_to(A0, 0)
    for offset, order_id in enumerate(ids):
        index.append(A0, offset, order_id, T0 + offset)
    committed = min(committed, len(ids))
    waiting = waiting_behind(group_at({A0: committed}, {A0: len(ids)}), index, T0)
    truth = len(set(ids[committed:]))
    assert waiting is not None
    assert waiting.orders == truth or (waiting.at_least and waiting.orders < truth)
    assert len(index) <= limit + 1
