"""Who waited behind a late queue: windows that begin with the record, end with the reading, survive, are bounded."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.lag import held_up
from slamon.lag.held_up import (
    Stay,
    Stays,
    decode_stays,
    encode_stays,
    follow,
    own_delay,
    waits_by_order,
)
from slamon.lag.observation import Place
from slamon.lag.order_index import OrderIndex, Standing
from slamon.lag.waiting import Wait
from slamon.orders.event import SECOND
from tests.builders import HOUR, MINUTE, T0
from tests.fakes.lag import FakeBroker, FakeGroup, FakeLog, Followed

A0 = Place("a", 0)
LATE = frozenset({"mes"})


def wait(order_id: str = "o-1", group: str = "mes", since: int = T0) -> dict[str, list[Wait]]:
    return {order_id: [Wait(group, "a", 0, 7, since, 0)]}


def test_a_window_begins_with_the_record_and_ends_with_the_reading() -> None:
    begun = follow((), wait(), LATE, T0 + HOUR)
    assert begun == (Stay("o-1", "mes", "a", T0),)
    assert follow(begun, wait(), LATE, T0 + 2 * HOUR) == begun
    over = follow(begun, {}, LATE, T0 + 3 * HOUR)
    assert over == (Stay("o-1", "mes", "a", T0, T0 + 3 * HOUR),)
    assert follow(over, {}, frozenset(), T0 + 9 * HOUR) == over


def test_a_queue_that_is_not_late_holds_nobody_up() -> None:
    assert follow((), wait(group="crm"), LATE, T0) == ()


def test_the_end_of_the_incident_ends_the_window() -> None:
    begun = follow((), wait(), LATE, T0)
    assert follow(begun, wait(), frozenset(), T0 + HOUR) == (Stay("o-1", "mes", "a", T0, T0 + HOUR),)


def test_while_nothing_is_known_nothing_ends() -> None:
    begun = follow((), wait(), LATE, T0)
    assert follow(begun, {}, LATE, T0 + HOUR, known=False) == begun


def test_a_second_wait_is_another_window() -> None:
    over = (Stay("o-1", "mes", "a", T0, T0 + HOUR),)
    assert follow(over, wait(since=T0 + 2 * HOUR), LATE, T0 + 3 * HOUR) == (
        *over,
        Stay("o-1", "mes", "a", T0 + 2 * HOUR),
    )


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans()), max_size=30))
def test_an_order_has_one_open_window_at_most_and_none_is_backwards(cycles: list[tuple[str, bool]]) -> None:
    stays: tuple[Stay, ...] = ()
    for number, (order_id, is_late) in enumerate(cycles):
        now = T0 + number * MINUTE
        stays = follow(stays, wait(order_id, since=now - SECOND), LATE if is_late else frozenset(), now)
        lasting = [stay for stay in stays if stay.until is None]
        assert len({stay.order_id for stay in lasting}) == len(lasting)
        assert [stay.order_id for stay in lasting] == ([order_id] if is_late else [])
        assert all(stay.since <= stay.until for stay in stays if stay.until is not None)


def test_of_too_many_those_over_longest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_up, "MOST_STAYS", 2)
    before = (Stay("o-8", "mes", "a", 0, 5), Stay("o-9", "mes", "a", 0, 9))
    assert [stay.order_id for stay in follow(before, wait(), LATE, T0)] == ["o-9", "o-1"]


def test_windows_survive_a_restart_but_not_another_version() -> None:
    stays = (Stay("o-1", "mes", "a", T0), Stay("o-2", "mes", "a", T0, T0 + 1))
    assert decode_stays(encode_stays(Stays(stays))) == stays
    assert decode_stays(encode_stays(Stays(stays, version=99))) == ()
    assert decode_stays(b"\xc1") == ()


def followed(age: int, committed: int = 1) -> Followed:
    broker = FakeBroker(mes=FakeGroup({A0: committed}))
    broker.logs[A0] = FakeLog([T0 - age] * 4)
    return Followed(broker)


def test_each_order_waits_at_its_first_unread_record() -> None:
    index = OrderIndex(dict[str, Standing]().get)
    for offset, order_id in enumerate(["o-0", "o-1", "o-2", "o-1"]):
        index.append(A0, offset, order_id, T0 + offset)
    snapshot = followed(HOUR).cycle()
    assert waits_by_order(snapshot.groups, index) == (
        {"o-1": [Wait("mes", "a", 0, 1, T0 + 1, 0)], "o-2": [Wait("mes", "a", 0, 2, T0 + 2, 1)]},
        True,
    )
    some, is_all = waits_by_order(snapshot.groups, index, most=1)
    assert (list(some), is_all) == (["o-1"], False)
    assert waits_by_order(snapshot.groups, OrderIndex(dict[str, Standing]().get)) == ({}, True)


@pytest.mark.parametrize(("age", "expected"), [(HOUR, HOUR + 15 * SECOND), (0, None)])
def test_how_late_slamon_is_itself(age: int, expected: int | None) -> None:
    snapshot = followed(age).cycle()
    assert own_delay(snapshot.groups, "mes") == expected
    assert own_delay(snapshot.groups, "crm") is None
    assert msgspec.structs.asdict(snapshot.groups[0])["group"] == "mes"
