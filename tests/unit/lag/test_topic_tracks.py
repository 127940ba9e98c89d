"""All partitions of a topic for a group: what has not changed is not looked at, what can't be read hides nothing."""

from collections.abc import Mapping

from slamon.lag.lookups import LookUps
from slamon.lag.observation import Isolation, PartitionSeen, Reason, TopicSeen, Unknown
from slamon.lag.policy import LagPolicy
from slamon.lag.topic_tracks import UNREADABLE, TopicTracks
from slamon.lag.verdict import LagStatus
from slamon.orders.event import SECOND
from tests.builders import MINUTE, T0

POLICY = LagPolicy()
NO_LEADER = Unknown(Reason.NO_LEADER)


def topic(*ends: int | None) -> TopicSeen:
    parts = [PartitionSeen(fault=NO_LEADER) if end is None else PartitionSeen(0, end, end) for end in ends]
    return TopicSeen(dict(enumerate(parts)))


class Bench:
    def __init__(self, policy: LagPolicy = POLICY) -> None:
        self.tracks = TopicTracks("a")
        self.lookups = LookUps()
        self.policy = policy
        self.now = T0

    def see(
        self, seen: TopicSeen, commits: Mapping[int, int], unknown: Mapping[int, Unknown] | None = None
    ) -> list[tuple[int | None, int | None]]:
        """One cycle; (committed, lag) of each partition."""
        self.now += 15 * SECOND
        self.tracks.observe(
            seen, commits, unknown or {}, at=self.now, policy=self.policy, lookups=self.lookups, kept={}
        )
        self.verdicts = self.tracks.judge(self.now, self.policy, self.lookups, has_members=True)
        return [(row.committed, row.lag) for row in self.tracks.row().partitions]


def test_partitions_in_their_order_with_their_sum() -> None:
    bench = Bench()
    assert bench.see(topic(5, 9, 3), {2: 3, 0: 4, 1: 2}) == [(4, 1), (2, 7), (3, 0)]
    assert bench.tracks.row().lag == 8


def test_what_has_not_changed_is_the_same_row() -> None:
    bench = Bench()
    bench.see(topic(5, 9), {0: 5, 1: 2})
    before = bench.tracks.row().partitions
    bench.see(topic(5, 9), {0: 5, 1: 2})
    after = bench.tracks.row().partitions
    assert after[0] is before[0]
    assert after[1].waited == 15 * SECOND


def test_it_counts_what_was_read_between_two_cycles() -> None:
    bench = Bench()
    bench.see(topic(50, 90), {0: 5, 1: 2})
    assert bench.tracks.read_now == 0
    bench.see(topic(50, 90), {0: 15, 1: 3})
    assert bench.tracks.read_now == 11
    bench.see(topic(50, 90), {0: 15, 1: 3})
    assert bench.tracks.read_now == 0


def test_new_partitions_are_seen() -> None:
    bench = Bench()
    bench.see(topic(5), {0: 5})
    assert bench.see(topic(5, 7), {0: 5}) == [(5, 0), (None, 7)]


def test_a_commit_that_can_not_be_read_keeps_its_last_value_and_comes_back() -> None:
    bench = Bench()
    bench.see(topic(5, 9), {0: 5, 1: 2})
    assert bench.see(topic(5, 20), {0: 5}, {1: NO_LEADER}) == [(5, 0), (2, 7)]
    assert bench.tracks.row().partitions[1].unknown == NO_LEADER
    assert bench.see(topic(5, 20), {0: 5, 1: 2}) == [(5, 0), (2, 18)]
    assert bench.tracks.row().partitions[1].unknown is None


def test_it_comes_back_too_when_nothing_else_has_changed() -> None:
    bench = Bench()
    seen, commits = topic(5, 9), {0: 5, 1: 2}
    bench.see(seen, commits)
    bench.see(TopicSeen(fault=NO_LEADER), commits)
    assert [row.unknown for row in bench.tracks.row().partitions] == [NO_LEADER, NO_LEADER]
    bench.see(seen, commits)
    assert [row.unknown for row in bench.tracks.row().partitions] == [None, None]


def test_what_was_never_read_is_unreadable_and_has_no_lag() -> None:
    bench = Bench()
    assert bench.see(topic(5, None), {0: 5, 1: 2}) == [(5, 0), (None, None)]
    assert bench.verdicts == [UNREADABLE]
    assert (bench.tracks.row().lag, bench.tracks.row().unknown) == (0, 1)


def test_lost_for_longer_than_a_minute_it_is_unknown() -> None:
    bench = Bench()
    bench.see(topic(5), {0: 2})
    bench.tracks.lose(NO_LEADER)
    (verdict,) = bench.tracks.judge(bench.now + MINUTE, POLICY, bench.lookups, has_members=True)
    assert verdict.status is LagStatus.OK
    (verdict,) = bench.tracks.judge(bench.now + MINUTE + 1, POLICY, bench.lookups, has_members=True)
    assert verdict.status is LagStatus.UNKNOWN


def test_an_end_that_nobody_asked_for_is_unknown() -> None:
    bench = Bench(LagPolicy(isolation=Isolation.READ_UNCOMMITTED))
    assert bench.see(TopicSeen({0: PartitionSeen(0, 5, None)}), {0: 2}) == [(None, None)]


def test_forgetting_leaves_no_question_open() -> None:
    bench = Bench()
    bench.see(topic(5), {0: 2})
    assert bench.lookups.open_ages == 1
    bench.tracks.forget(bench.lookups)
    assert bench.lookups.open_ages == 0
