"""Open questions: shared by groups, in turn, bounded per cycle, forgotten when nobody needs the answer."""

from slamon.lag.lookups import LookUps
from slamon.lag.observation import Found, Place, Reason, Unknown
from slamon.lag.unread import Unread
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


def test_what_was_not_answered_is_asked_again_in_the_next_cycle() -> None:
    lookups = LookUps()
    unread = stood(lookups)
    assert answered(lookups) == [A0]
    assert answered(lookups) == []
    lookups.begin()
    assert answered(lookups, (A0, Unknown(Reason.NO_LEADER))) == [A0]
    assert (unread.fault, unread.search.asked) == (Unknown(Reason.NO_LEADER), 0)
    assert answered(lookups) == []
    lookups.begin()
    assert answered(lookups, (A0, Found(5, NOW - HOUR))) == [A0]
    assert lookups.time_questions(NOW, 9) == {}


def test_an_answer_ends_the_fault() -> None:
    lookups = LookUps()
    stood(lookups).fault = Unknown(Reason.NO_LEADER)
    answered(lookups, (A0, Found(5, NOW - HOUR)))
    assert stood(lookups).fault is None


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


def test_where_nobody_may_read_the_offset_is_taken_for_a_record() -> None:
    lookups = LookUps()
    unread = stood(lookups)
    unread.search.take(NOW - HOUR, Found(), NOW)
    assert lookups.age(A0, unread, NOW).at_least is None
    lookups.scans.want(A0, unread)
    lookups.scans.take(lookups.scans.questions(NOW, 1), {A0: REFUSED}, NOW)
    assert (lookups.age(A0, unread, NOW).at_least or 0) > HOUR
