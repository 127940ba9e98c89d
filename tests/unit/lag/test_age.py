"""The age of the first unread record by bisection: exact, few questions, honest bounds on odd stamps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.lag.age import MILLISECOND, MOST_ASKED, NEAR, Age, Search, following
from slamon.lag.observation import Found
from slamon.orders.event import SECOND, Instant
from tests.builders import HOUR, MINUTE, T0
from tests.fakes.lag import FakeLog

NOW = T0
WARN, CRITICAL = 5 * MINUTE, 15 * MINUTE


def every(gap: int, count: int, *, until: Instant = NOW) -> FakeLog:
    """A log of so many records, one every `gap`, the last at `until`."""
    return FakeLog([until - gap * (count - 1 - number) for number in range(count)])


def searched(log: FakeLog, x: int, now: Instant = NOW) -> Search:
    """Ask until the search is over."""
    search = Search(x)
    while (at := search.question(now, log.start, (WARN, CRITICAL))) is not None:
        assert at % MILLISECOND == 0
        search.asked += 1
        search.take(at, log.first_since(at), now)
    return search


@pytest.mark.parametrize(
    ("gap", "count", "at_most_asked"),
    [(8 * HOUR, 90, 14), (HOUR, 720, 14), (MINUTE, 43_200, 20), (SECOND // 10, 50_000, 24)],
    ids=["1 in 8 h", "1 an hour", "1 a minute", "10 a second"],
)
def test_the_age_is_found_exactly_in_few_questions(gap: int, count: int, at_most_asked: int) -> None:
    log = every(gap, count)
    for x in (0, 1, count // 3, count // 2, count - 2, count - 1):
        search = searched(log, x)
        age, truth = search.age(NOW, is_record=True), NOW - log.stamps[x]
        assert age.at_least is not None
        assert age.at_most is not None
        assert age.at_least <= truth <= age.at_most
        assert age.at_most - age.at_least <= NEAR
        assert search.asked <= at_most_asked


def test_an_idle_topic_tells_the_age_of_its_one_record() -> None:
    log = FakeLog([NOW - 40 * 24 * HOUR])
    assert searched(log, 0).age(NOW, is_record=True) == Age(40 * 24 * HOUR, 40 * 24 * HOUR)


def test_the_first_record_of_a_log_is_asked_for_at_once() -> None:
    search = searched(FakeLog([NOW - HOUR, NOW - MINUTE], start=7), 7)
    assert (search.asked, search.age(NOW, is_record=True)) == (1, Age(HOUR, HOUR))


def test_the_thresholds_are_asked_first() -> None:
    search = Search(5)
    assert search.question(NOW, 0, (WARN, CRITICAL)) == NOW - WARN
    search.take(NOW - WARN, Found(), NOW)
    search.asked += 1
    assert search.age(NOW, is_record=True) == Age(WARN + MILLISECOND, None)
    assert search.question(NOW, 0, (WARN, CRITICAL)) == NOW - CRITICAL


def test_no_record_that_young_proves_that_it_is_older() -> None:
    search = Search(5)
    search.take(NOW - WARN, Found(), NOW)
    assert search.age(NOW, is_record=True) == Age(WARN + MILLISECOND, None)


def test_a_record_before_the_commit_says_how_old_it_is_at_most() -> None:
    search = Search(5)
    search.take(NOW - WARN, Found(3, NOW - MINUTE), NOW)
    assert search.age(NOW, is_record=True) == Age(None, MINUTE)


def test_several_records_of_one_millisecond() -> None:
    at = NOW - 7 * MINUTE
    assert searched(FakeLog([at, at, at, at, NOW]), 2).age(NOW, is_record=True) == Age(7 * MINUTE, 7 * MINUTE)


def test_a_record_from_the_future_hides_what_is_behind_it_and_nothing_is_claimed() -> None:
    log = FakeLog([NOW - 2 * HOUR, NOW + HOUR, NOW - HOUR, NOW - MINUTE])
    search = searched(log, 2)
    assert search.is_stuck
    assert search.age(NOW, is_record=True).at_most is None


def test_stamps_out_of_order_leave_only_what_is_proven() -> None:
    search = Search(9)
    search.take(NOW - MINUTE, Found(), NOW)
    search.take(NOW - 3 * MINUTE, Found(4, NOW - MINUTE // 2), NOW)
    assert search.is_stuck
    assert search.age(NOW, is_record=True) == Age(MINUTE + MILLISECOND, None)


def test_an_age_is_never_negative() -> None:
    search = Search(0)
    search.learn(NOW + MINUTE)
    assert search.age(NOW, is_record=True) == Age(0, 0)


def test_the_next_record_is_no_older_than_the_last() -> None:
    before = Search(4)
    before.learn(NOW - HOUR)
    after = following(before, 5)
    assert after.age(NOW, is_record=True) == Age(None, HOUR)
    assert following(before, 3) == Search(3)


def test_what_lies_behind_the_new_offset_bounds_it_as_it_did_the_old_one() -> None:
    """The first record since T is at 9: whatever the order of the stamps, those before it are older than T."""
    before = Search(4)
    before.take(NOW - MINUTE, Found(9, NOW - SECOND), NOW)
    before.take(NOW - HOUR, Found(4, NOW - HOUR), NOW)
    assert following(before, 7).age(NOW) == Age(SECOND, HOUR)
    assert following(before, 7).age(NOW, is_record=True) == Age(MINUTE + MILLISECOND, HOUR)
    assert following(before, 9).age(NOW) == Age(None, HOUR)


@given(
    stamps=st.lists(st.integers(0, 40), min_size=2, max_size=12),
    moves=st.lists(st.integers(1, 3), min_size=1, max_size=6),
    rounds=st.integers(1, 4),
)
def test_who_moves_on_before_the_search_is_over_is_never_said_to_be_older(
    stamps: list[int], moves: list[int], rounds: int
) -> None:
    """Stamps in any order; a few questions between one offset and the next."""
    log = FakeLog([NOW - HOUR + stamp * SECOND for stamp in stamps])
    search = Search(0)
    for move in moves:
        for _ in range(rounds):
            at = search.question(NOW, log.start, (WARN, CRITICAL))
            if at is not None:
                assert at % MILLISECOND == 0
                search.asked += 1
                search.take(at, log.first_since(at), NOW)
        at_least = search.age(NOW, is_record=True).at_least
        assert at_least is None or at_least <= NOW - log.stamps[search.x]
        if search.x + move >= log.end:
            break
        search = following(search, search.x + move)


@pytest.mark.parametrize("answer", [Found(3, None), Found(None, None), Found(9, None)])
def test_a_broker_that_answers_without_a_stamp_ends_the_search_too(answer: Found) -> None:
    search = Search(5)
    asked = 0
    while (at := search.question(NOW, 0, ())) is not None:
        search.asked = asked = asked + 1
        search.take(at, answer, NOW)
    assert asked <= MOST_ASKED


def test_a_commit_at_a_marker_makes_no_young_record_old() -> None:
    """An hour after a transaction, whose marker is at 5, the next record comes in; the group stands at 5."""
    log = FakeLog([NOW - HOUR] * 6 + [NOW - SECOND], gaps=frozenset({5}))
    search = searched(log, 5)
    assert search.age(NOW) == Age(SECOND, HOUR)
    assert not search.is_sure


def test_the_record_itself_found_makes_it_sure() -> None:
    search = searched(FakeLog([NOW - HOUR, NOW - MINUTE, NOW - SECOND]), 1)
    assert search.is_sure
    assert search.age(NOW) == Age(MINUTE, MINUTE)


def test_without_any_younger_record_nothing_is_proven_of_what_may_be_a_marker() -> None:
    search = Search(5)
    search.take(NOW - WARN, Found(), NOW)
    assert search.age(NOW) == Age(None, None)
