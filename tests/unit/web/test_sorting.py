import random

import pytest

from slamon.orders.event import DAY
from slamon.sla.verdict import Verdict
from slamon.web.sorting import SORTS, Smallest, lead_time, order_key
from tests.fakes.orders_api import T0, order_head

ORDERS = [
    order_head("a", due_at=T0 + DAY),
    order_head("b", due_at=T0 - 2 * DAY, verdict=Verdict.BREACHED),
    order_head("c", due_at=None, started_at=None, verdict=Verdict.NOT_STARTED),
    order_head("d", due_at=T0 - 5 * DAY, finished_at=T0 - 2 * DAY, started_at=T0 - 9 * DAY, verdict=Verdict.BROKEN),
    order_head("e", due_at=T0 - 7 * DAY, verdict=Verdict.CANCELLED, started_at=T0 - DAY),
]


def ordered(sort: str) -> str:
    return "".join(sorted("abcde", key=lambda name: order_key(sort, T0)(ORDERS["abcde".index(name)])))


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("order_id", "abcde"),
        ("due_at", "edbac"),
        ("-due_at", "abdec"),
        ("overdue_seconds", "abdce"),
        ("-overdue_seconds", "dbace"),
        ("lateness_seconds", "abdce"),
        ("-lateness_seconds", "dbace"),
        ("lead_time_seconds", "dabce"),
        ("-lead_time_seconds", "dabce"),
        ("started_at", "deabc"),
        ("-finished_at", "dabce"),
    ],
)
def test_sorts_with_the_unknown_last_and_ids_breaking_ties(sort: str, wanted: str) -> None:
    assert ordered(sort) == wanted


def test_every_sort_has_a_total_order() -> None:
    for sort in SORTS:
        keys = [order_key(sort, T0)(head) for head in ORDERS]
        assert len(set(keys)) == len(keys)


def test_overdue_orders_keep_their_places_while_time_goes_on() -> None:
    """The cursor pins the instant; the key of a row does not grow between two pages."""
    pinned = order_key("-overdue_seconds", T0)
    assert pinned(ORDERS[1]) == (0, -2 * DAY, "b")


def test_lead_time_needs_a_start_and_an_end() -> None:
    assert [lead_time(head) for head in ORDERS] == [None, None, None, 7 * DAY, None]


@pytest.mark.parametrize("count", [1, 7, 50])
@pytest.mark.parametrize("after", [None, (0, 250, "x")])
def test_the_smallest_of_many_are_those_of_a_full_sort(count: int, after: tuple[int, int, str] | None) -> None:
    generator = random.Random(7)
    keys = [(0, generator.randrange(1000), f"o-{number}") for number in range(5000)]
    best = Smallest(count, after)
    for key in keys:
        best.offer(key, key[2])
    taken, until = best.taken()
    wanted = sorted(key for key in keys if after is None or key > after)[:count]
    assert [key for key, _ in taken] == wanted
    assert until == wanted[-1]


def test_when_all_were_taken_nothing_lies_behind() -> None:
    best = Smallest(2, None)
    for number in (2, 1):
        best.offer((0, number, "x"), "x")
    assert best.taken() == ([((0, 1, "x"), "x"), ((0, 2, "x"), "x")], None)


def test_of_nothing_there_is_nothing() -> None:
    assert Smallest(5, None).taken() == ([], None)
