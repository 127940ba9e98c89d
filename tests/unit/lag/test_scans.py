"""Bounded reads: the shortest first, each stretch once, refusals respected."""

from slamon.lag.age import Search
from slamon.lag.observation import Place, Reason, Scan, Unknown
from slamon.lag.scans import Scans
from slamon.lag.unread import Unread
from tests.builders import HOUR, MINUTE, T0

A0, A1, A2 = Place("a", 0), Place("a", 1), Place("a", 2)
NOW = T0
REFUSED = Unknown(Reason.REFUSED)


def stood(x: int = 5, end: int = 9) -> Unread:
    return Unread(x, 0, end, (), Search(x), x)


def test_the_shortest_stretches_are_read_first_within_the_bound() -> None:
    scans = Scans()
    for place, end in ((A0, 900), (A1, 6), (A2, 30)):
        scans.want(place, stood(end=end))
    assert scans.questions(NOW, 2) == {A1: (5, 6), A2: (5, 30)}


def test_nothing_readable_up_to_the_end_is_remembered_until_more_comes() -> None:
    scans = Scans()
    unread = stood()
    scans.want(A0, unread)
    asked = scans.questions(NOW, 9)
    scans.take(asked, {A0: Scan(9)}, NOW)
    assert unread.is_phantom
    scans.want(A0, unread)
    assert scans.questions(NOW, 9) == {}
    unread.end = 12
    scans.want(A0, unread)
    assert scans.questions(NOW, 9) == {A0: (9, 12)}


def test_a_read_that_its_bound_cut_short_goes_on_where_it_ended() -> None:
    scans = Scans()
    unread = stood(end=500)
    scans.want(A0, unread)
    scans.take(scans.questions(NOW, 9), {A0: Scan(100)}, NOW)
    assert not unread.is_phantom
    assert scans.questions(NOW, 9) == {A0: (100, 500)}


def test_a_readable_record_is_the_first_unread_one_with_its_stamp() -> None:
    scans = Scans()
    unread = stood()
    scans.want(A0, unread)
    scans.take(scans.questions(NOW, 9), {A0: Scan(7, 7, NOW - HOUR)}, NOW)
    assert (unread.first, unread.search.stamp, unread.search.is_sure) == (7, NOW - HOUR, True)
    scans.want(A0, unread)
    assert scans.questions(NOW, 9) == {}


def test_a_record_that_came_after_the_question_does_not_count_yet() -> None:
    scans = Scans()
    unread = stood()
    scans.want(A0, unread)
    scans.take(scans.questions(NOW, 9), {A0: Scan(20, 20, NOW)}, NOW)
    assert (unread.first, unread.clear_to, unread.is_phantom) == (None, 9, True)


def test_who_may_not_read_is_not_asked_for_ten_minutes_and_failures_wait_behind_others() -> None:
    scans = Scans()
    for place in (A0, A1):
        scans.want(place, stood())
    scans.take(scans.questions(NOW, 1), {A0: Unknown(Reason.NO_LEADER)}, NOW)
    assert list(scans.questions(NOW, 1)) == [A1]
    scans.take(scans.questions(NOW, 1), {A1: REFUSED}, NOW)
    assert scans.is_refused(A1)
    assert list(scans.questions(NOW, 9)) == [A0]
    assert set(scans.questions(NOW + 10 * MINUTE, 9)) == {A0, A1}
    assert not scans.is_refused(A1)
