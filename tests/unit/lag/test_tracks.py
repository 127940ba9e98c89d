"""One partition for one group: since when it stands, when it moved, what makes it rewound, what is kept."""

import pytest

from slamon.lag.age import NO_AGE, NOTHING_UNREAD, Age
from slamon.lag.lookups import LookUps
from slamon.lag.observation import Place
from slamon.lag.policy import LagPolicy
from slamon.lag.records import Rewind, lag_of
from slamon.lag.tracks import Track, age_of, case_of, first, follow, keep, release, stand
from slamon.lag.verdict import LagStatus, Level, Verdict
from slamon.orders.event import SECOND
from tests.builders import MINUTE, T0

A0 = Place("a", 0)
POLICY = LagPolicy()


def seen(committed: int | None = 5, end: int = 9, start: int = 0) -> Track:
    return first(A0, lag_of(committed, start, end), T0)


def then(track: Track, committed: int | None, end: int, after: int = MINUTE, start: int = 0) -> Track:
    follow(track, lag_of(committed, start, end), POLICY, at=T0 + after, before_at=T0 + after - SECOND, is_anew=False)
    return track


@pytest.mark.parametrize(
    ("committed", "end", "since"),
    [(5, 9, T0), (5, 12, T0), (6, 9, T0 + MINUTE), (9, 9, None)],
    ids=["stands", "stands while more comes", "moves", "has read all"],
)
def test_since_when_it_stands(committed: int, end: int, since: int | None) -> None:
    assert then(seen(), committed, end).stood_since == since


def test_it_stands_from_when_something_is_unread() -> None:
    assert seen(9).stood_since is None
    assert then(seen(9), 9, 10).stood_since == T0 + MINUTE


def test_only_a_commit_that_goes_on_is_a_move() -> None:
    assert then(seen(), 5, 30).moved_at is None
    assert then(seen(), 4, 9).moved_at is None
    assert then(seen(), 6, 9).moved_at == T0 + MINUTE
    assert then(seen(None), 1, 9).moved_at == T0 + MINUTE


@pytest.mark.parametrize(
    ("committed", "rewind", "peak"), [(3, None, None), (2, Rewind.BACK, 5)], ids=["within", "beyond"]
)
def test_a_step_back_within_the_tolerance_is_no_rewind(committed: int, rewind: Rewind | None, peak: int | None) -> None:
    track, policy = seen(5), LagPolicy(rewind_tolerance=2)
    follow(track, lag_of(committed, 0, 9), policy, at=T0 + 1, before_at=T0, is_anew=False)
    assert (track.rewind, track.peak) == (rewind, peak)


def test_an_expired_commit_is_no_rewind() -> None:
    assert then(seen(), None, 9).rewind is None


def test_another_log_clears_what_was_known() -> None:
    track = then(then(seen(), 6, 9), 6, 2, 2 * MINUTE)
    assert track.rewind is Rewind.RECREATED
    assert len(list(track.window.samples())) == 1


def test_what_is_well_is_not_kept() -> None:
    assert keep(seen(9)) is None
    track = seen()
    track.verdict = Verdict(LagStatus.OK, Level.NONE, 9)
    assert keep(track) is None


def test_what_is_late_is_kept_and_stands_since_then_after_a_restart() -> None:
    track = seen()
    track.verdict = Verdict(LagStatus.STUCK, Level.CRITICAL, 6)
    again = first(A0, lag_of(5, 0, 20), T0 + MINUTE, keep(track))
    assert (again.stood_since, again.verdict) == (T0, Verdict(LagStatus.STUCK, Level.CRITICAL, 0))
    moved = first(A0, lag_of(6, 0, 20), T0 + MINUTE, keep(track))
    assert (moved.stood_since, moved.verdict) == (T0 + MINUTE, None)


def test_a_recreated_topic_stays_so_over_a_restart_until_the_commit_changes() -> None:
    kept = keep(then(seen(), 5, 2))
    assert first(A0, lag_of(5, 0, 7), T0, kept).rewind is Rewind.RECREATED
    assert first(A0, lag_of(1, 0, 7), T0, kept).rewind is None


def test_the_end_that_slamon_saw_bounds_an_age_that_the_log_does_not_tell() -> None:
    lookups, track = LookUps(), then(seen(9, 9), 9, 10)
    stand(track, lookups, POLICY, T0 + MINUTE)
    assert age_of(track, lookups, POLICY, T0 + 5 * MINUTE) == Age(None, 4 * MINUTE + SECOND)
    release(track, lookups)
    assert age_of(track, lookups, POLICY, T0) == NO_AGE


def test_nothing_unread_has_no_age() -> None:
    assert age_of(seen(9), LookUps(), POLICY, T0) == NOTHING_UNREAD


def test_a_head_message_tells_its_own_age() -> None:
    track = seen()
    track.head_at = T0 - MINUTE
    assert age_of(track, LookUps(), POLICY, T0) == Age(MINUTE, MINUTE)
    track.head_at = T0 + MINUTE
    assert age_of(track, LookUps(), POLICY, T0) == Age(0, 0)


def test_what_the_rules_see() -> None:
    track = then(seen(5, 100), 20, 100)
    case = case_of(track, NO_AGE, POLICY, now=T0 + 2 * MINUTE, read_at=T0 + MINUTE + SECOND, has_members=True)
    assert (case.lag, case.waited, case.moved_ago, case.watched) == (80, MINUTE, MINUTE, 2 * MINUTE)
    assert case.read_ago == MINUTE - SECOND
    assert case.eta is not None
