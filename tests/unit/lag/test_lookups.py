"""Open questions: shared by groups, in turn, bounded per cycle, forgotten when nobody needs the answer."""

from slamon.lag.lookups import LookUps, Unread
from slamon.lag.observation import Found, Place, Reason, Scan, Unknown
from tests.builders import HOUR, MINUTE, T0

A0, A1, A2 = Place("a", 0), Place("a", 1), Place("a", 2)
NOW = T0
THRESHOLDS = (5 * MINUTE, 15 * MINUTE)
REFUSED = Unknown(Reason.REFUSED)


def stood(lookups: LookUps, place: Place = A0, x: int = 5, end: int = 9, before: Unread | None = None) -> Unread:
    return lookups.stand(place, x, log=(0, end), thresholds=THRESHOLDS, before=before)


def answered(lookups: LookUps, *found: tuple[Place, Found | Unknown], at_most: int = 9) -> list[Place]:
    """One round of questions, of which these are answered."""
    asked = lookups.time_questions(NOW, at_most)
    lookups.take_times(asked, dict(found), NOW)
    return list(asked)


def test_groups_at_one_offset_share_what_is_known() -> None:
    lookups = LookUps()
    assert stood(lookups) is stood(lookups)


def test_an_answer_teaches_every_offset_of_its_partition() -> None:
    lookups = LookUps()
    one, other = stood(lookups, x=5), stood(lookups, x=7)
    answered(lookups, (A0, Found(7, NOW - HOUR)))
    assert other.search.stamp == NOW - HOUR
    assert one.search.high is not None


def test_partitions_take_turns_within_the_bound_of_a_cycle() -> None:
    lookups = LookUps()
    for place in (A0, A1, A2):
        stood(lookups, place)
    young = Found(2, NOW - HOUR)
    assert answered(lookups, (A0, young), (A1, young), at_most=2) == [A0, A1]
    assert answered(lookups, (A2, young), (A0, young), at_most=2) == [A2, A0]


def test_what_was_not_answered_is_asked_again() -> None:
    lookups = LookUps()
    unread = stood(lookups)
    assert answered(lookups) == [A0]
    assert answered(lookups, (A0, Unknown(Reason.NO_LEADER))) == [A0]
    assert unread.fault == Unknown(Reason.NO_LEADER)
    assert unread.search.asked == 0
    assert answered(lookups, (A0, Found(5, NOW - HOUR))) == [A0]
    assert (unread.fault, lookups.time_questions(NOW, 9)) == (None, {})


def test_slamons_own_index_needs_no_question() -> None:
    lookups = LookUps(lambda place, offset: NOW - HOUR if (place, offset) == (A0, 5) else None)
    assert stood(lookups).search.stamp == NOW - HOUR
    assert lookups.time_questions(NOW, 9) == {}


def test_who_moves_on_takes_along_what_is_known() -> None:
    lookups = LookUps()
    before = stood(lookups)
    answered(lookups, (A0, Found(5, NOW - HOUR)))
    after = stood(lookups, x=6, before=before)
    assert after.search.low == NOW - HOUR
    assert stood(lookups).search.stamp is None  # nobody stood there any more


def test_who_stays_keeps_it() -> None:
    lookups = LookUps()
    shared = stood(lookups)
    assert stood(lookups) is shared
    lookups.leave(A0, shared)
    assert stood(lookups) is shared


def test_nothing_is_kept_of_a_log_that_is_no_more() -> None:
    lookups = LookUps()
    unread = stood(lookups)
    answered(lookups, (A0, Found(5, NOW - HOUR)))
    lookups.forget(A0)
    assert unread.is_void
    assert stood(lookups, before=unread).search.low is None


def test_the_shortest_stretches_are_read_first_within_the_bound() -> None:
    lookups = LookUps()
    for place, end in ((A0, 900), (A1, 6), (A2, 30)):
        lookups.want_scan(place, stood(lookups, place, end=end))
    assert lookups.scan_questions(NOW, 2) == {A1: (5, 6), A2: (5, 30)}


def test_nothing_readable_up_to_the_end_is_remembered_until_more_comes() -> None:
    lookups = LookUps()
    unread = stood(lookups)
    lookups.want_scan(A0, unread)
    asked = lookups.scan_questions(NOW, 9)
    lookups.take_scans(asked, {A0: Scan(9)}, NOW)
    assert unread.is_phantom
    lookups.want_scan(A0, unread)
    assert lookups.scan_questions(NOW, 9) == {}
    unread.end = 12
    lookups.want_scan(A0, unread)
    assert lookups.scan_questions(NOW, 9) == {A0: (9, 12)}


def test_a_read_that_its_bound_cut_short_goes_on_where_it_ended() -> None:
    lookups = LookUps()
    unread = stood(lookups, end=500)
    lookups.want_scan(A0, unread)
    lookups.take_scans(lookups.scan_questions(NOW, 9), {A0: Scan(100)}, NOW)
    assert not unread.is_phantom
    assert lookups.scan_questions(NOW, 9) == {A0: (100, 500)}


def test_a_readable_record_is_the_first_unread_one_with_its_stamp() -> None:
    lookups = LookUps()
    unread = stood(lookups)
    lookups.want_scan(A0, unread)
    lookups.take_scans(lookups.scan_questions(NOW, 9), {A0: Scan(7, 7, NOW - HOUR)}, NOW)
    assert (unread.first, unread.search.stamp, unread.search.is_sure) == (7, NOW - HOUR, True)
    lookups.want_scan(A0, unread)
    assert lookups.scan_questions(NOW, 9) == {}


def test_a_record_that_came_after_the_question_does_not_count_yet() -> None:
    lookups = LookUps()
    unread = stood(lookups)
    lookups.want_scan(A0, unread)
    lookups.take_scans(lookups.scan_questions(NOW, 9), {A0: Scan(20, 20, NOW)}, NOW)
    assert (unread.first, unread.clear_to, unread.is_phantom) == (None, 9, True)


def test_who_may_not_read_is_not_asked_for_ten_minutes_and_failures_wait_behind_others() -> None:
    lookups = LookUps()
    for place in (A0, A1):
        lookups.want_scan(place, stood(lookups, place))
    lookups.take_scans(lookups.scan_questions(NOW, 1), {A0: Unknown(Reason.NO_LEADER)}, NOW)
    assert list(lookups.scan_questions(NOW, 1)) == [A1]
    lookups.take_scans(lookups.scan_questions(NOW, 1), {A1: REFUSED}, NOW)
    assert lookups.is_refused(A1)
    assert list(lookups.scan_questions(NOW, 9)) == [A0]
    assert set(lookups.scan_questions(NOW + 10 * MINUTE, 9)) == {A0, A1}
    assert not lookups.is_refused(A1)


def test_where_nobody_may_read_the_offset_is_taken_for_a_record() -> None:
    lookups = LookUps()
    unread = stood(lookups)
    unread.search.take(NOW - HOUR, Found(), NOW)
    assert lookups.age(A0, unread, NOW).at_least is None
    lookups.want_scan(A0, unread)
    lookups.take_scans(lookups.scan_questions(NOW, 1), {A0: REFUSED}, NOW)
    assert (lookups.age(A0, unread, NOW).at_least or 0) > HOUR
