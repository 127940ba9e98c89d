"""A group as a whole: who has members, what its partitions say together, since when."""

import pytest

from slamon.lag.age import NO_AGE
from slamon.lag.groups import GroupTrack, KeptGroup, remembered
from slamon.lag.lookups import LookUps
from slamon.lag.observation import GroupSeen, GroupState, PartitionSeen, Place, Reason, TopicSeen, Unknown
from slamon.lag.policy import LagPolicy
from slamon.lag.rows import GroupLag
from slamon.lag.verdict import LagStatus, Level
from slamon.orders.event import SECOND
from tests.builders import HOUR, MINUTE, T0

TOPICS = {"a": TopicSeen({0: PartitionSeen(0, 9, 9), 1: PartitionSeen(0, 9, 9)})}
STABLE = GroupSeen(GroupState.STABLE, 1, {"a": {0: 9, 1: 9}})


def group_track() -> GroupTrack:
    return GroupTrack("mes", LagPolicy(), T0)


def concluded(
    track: GroupTrack, seen: GroupSeen, after: int = 0, topics: dict[str, TopicSeen] | None = None
) -> GroupLag:
    lookups = LookUps()
    track.observe(seen, TOPICS if topics is None else topics, T0 + after, lookups)
    return track.conclude(T0 + after, lookups, "shop")


@pytest.mark.parametrize(
    ("state", "members", "has_members"),
    [
        (GroupState.STABLE, 3, True),
        (GroupState.STABLE, None, True),
        (GroupState.PREPARING_REBALANCE, 1, True),
        (GroupState.EMPTY, 0, False),
        (GroupState.EMPTY, None, False),
        (GroupState.DEAD, None, False),
        (GroupState.STABLE, 0, False),
        (GroupState.UNKNOWN, None, None),
        (GroupState.UNKNOWN, 2, True),
    ],
)
def test_whether_anybody_reads(state: GroupState, members: int | None, has_members: bool | None) -> None:
    track = group_track()
    concluded(track, GroupSeen(state, members))
    assert track.has_members is has_members


def test_a_group_that_has_committed_nothing_has_nothing_to_say() -> None:
    found = concluded(group_track(), GroupSeen(GroupState.STABLE, 1))
    assert (found.lag, found.status, found.topics) == (0, LagStatus.OK, ())


def test_a_group_that_was_never_read_is_unknown() -> None:
    fault = Unknown(Reason.NO_COORDINATOR)
    found = concluded(group_track(), GroupSeen(fault=fault))
    assert (found.lag, found.status, found.unknown) == (None, LagStatus.UNKNOWN, fault)


def test_its_state_is_kept_while_it_can_not_be_read() -> None:
    track = group_track()
    concluded(track, STABLE)
    found = concluded(track, GroupSeen(fault=Unknown(Reason.BROKER_AWAY)))
    assert (found.state, found.members) == (GroupState.STABLE, 1)


def test_since_when_it_is_as_it_is() -> None:
    track = group_track()
    assert concluded(track, STABLE).since == T0
    assert concluded(track, STABLE, MINUTE).since == T0
    idle = concluded(track, STABLE, 10 * MINUTE)
    assert (idle.status, idle.since) == (LagStatus.IDLE, T0 + 10 * MINUTE)


def test_a_topic_that_was_not_asked_about_is_unknown_one_that_is_gone_goes() -> None:
    track = group_track()
    found = concluded(track, STABLE, topics={})
    assert (found.lag, found.status) == (None, LagStatus.UNKNOWN)
    concluded(track, STABLE)
    assert concluded(track, STABLE, topics={"a": TopicSeen(fault=Unknown(Reason.NO_TOPIC))}).topics == ()


def test_the_worst_partition_stands_for_the_group() -> None:
    topics = {"a": TopicSeen({0: PartitionSeen(4, 9, 9), 1: PartitionSeen(0, 9, 9)})}
    found = concluded(group_track(), GroupSeen(GroupState.STABLE, 1, {"a": {0: 1, 1: 8}}), topics=topics)
    assert found.worst is not None
    assert (found.status, found.worst.partition, found.worst.lost) == (LagStatus.DATA_LOSS, 0, 3)


def test_what_is_well_is_not_kept_what_is_not_is_remembered() -> None:
    track = group_track()
    concluded(track, STABLE)
    assert track.keep() is None
    seen = GroupSeen(GroupState.STABLE, 1, {"a": {0: 12, 1: 9}})
    concluded(track, seen, MINUTE)
    kept = track.keep()
    assert kept is not None
    assert (kept.status, kept.since) == ("REWOUND", T0 + MINUTE)
    again = remembered(GroupTrack("mes", LagPolicy(), T0 + HOUR), kept)
    assert concluded(again, seen, HOUR).since == T0 + MINUTE


def test_a_status_that_changed_over_a_restart_begins_anew() -> None:
    track = remembered(group_track(), KeptGroup("STUCK", T0 - HOUR))
    found = concluded(track, STABLE, SECOND)
    assert (found.status, found.since, found.verdict.level) == (LagStatus.OK, T0 + SECOND, Level.NONE)


def test_partitions_whose_commit_is_unknown() -> None:
    seen = GroupSeen(GroupState.STABLE, 1, {"a": {0: 9}}, {Place("a", 1): Unknown(Reason.ERROR, "boom")})
    found = concluded(group_track(), seen)
    assert [row.lag for row in found.topics[0].partitions] == [0, None]


def test_of_what_was_never_read_neither_age_nor_end_is_known() -> None:
    found = concluded(group_track(), GroupSeen(fault=Unknown(Reason.NO_COORDINATOR)))
    assert (found.lag, found.age, found.eta) == (None, NO_AGE, None)


def test_a_part_that_can_not_be_read_leaves_the_end_unknown() -> None:
    topics = {"a": TopicSeen({0: PartitionSeen(0, 9, 9), 1: PartitionSeen(fault=Unknown(Reason.NO_LEADER))})}
    found = concluded(group_track(), STABLE, topics=topics)
    assert (found.lag, found.topics[0].unknown, found.eta) == (0, 1, None)
