"""The truth table: what happens to logs and groups, and what slamon says of it cycle by cycle."""

import pytest

from slamon.lag.age import Age
from slamon.lag.cluster import Memory, decode_memory, encode_memory
from slamon.lag.observation import GroupState, Isolation, Place, Reason, Unknown
from slamon.lag.policy import LagPolicy, LagRules
from slamon.lag.records import Rewind
from slamon.lag.verdict import LagStatus, Level
from slamon.orders.event import SECOND
from tests.builders import HOUR, MINUTE, T0
from tests.fakes.lag import FakeBroker, FakeGroup, FakeLog, Followed, group_of, partition_of

A0, A1, B0 = Place("a", 0), Place("a", 1), Place("b", 0)
AWAY = Unknown(Reason.BROKER_AWAY, "no answer")
NO_LEADER = Unknown(Reason.NO_LEADER)


def stamps(*ago: int) -> list[int]:
    """Stamps so long before the first cycle."""
    return [T0 + 15 * SECOND - span for span in ago]


def standing(committed: int | None, *ago: int, start: int = 0, **log: frozenset[int]) -> FakeBroker:
    """A group `mes` at one partition with records of these ages."""
    broker = FakeBroker(mes=FakeGroup({} if committed is None else {A0: committed}))
    broker.logs[A0] = FakeLog(stamps(*ago), start, **log)
    return broker


# --- records --------------------------------------------------------------------------------------------------------


def test_lag_and_exact_age_stand_after_one_cycle() -> None:
    found = Followed(standing(1, HOUR, 46 * SECOND, 20 * SECOND)).group()
    assert (found.lag, found.age, found.status) == (2, Age(46 * SECOND, 46 * SECOND), LagStatus.OK)


def test_a_low_volume_topic_with_a_standing_group_is_late_at_once() -> None:
    found = Followed(standing(0, 30 * 24 * HOUR, 8 * HOUR)).group()
    assert found.age == Age(30 * 24 * HOUR, 30 * 24 * HOUR)
    assert (found.status, found.verdict.level) == (LagStatus.FALLING_BEHIND, Level.CRITICAL)


def test_all_is_read() -> None:
    followed = Followed(standing(3, HOUR, HOUR, HOUR))
    assert (found := followed.group()).lag == 0
    assert (found.age, found.status) == (Age(0, 0), LagStatus.OK)
    assert followed.group(10 * MINUTE).status is LagStatus.IDLE
    assert followed.broker.asked == followed.broker.read == 0


def test_a_partition_without_a_commit_counts_from_its_start() -> None:
    broker = standing(2, HOUR, HOUR)
    broker.logs[A1] = FakeLog(stamps(2 * HOUR, HOUR), 7)
    found = Followed(broker).group()
    assert partition_of(found, 1).committed is None
    assert (partition_of(found, 1).lag, partition_of(found, 1).age) == (2, Age(2 * HOUR, 2 * HOUR))


def test_a_topic_that_members_are_assigned_to_counts_before_its_first_commit() -> None:
    broker = standing(None, MINUTE)
    broker.groups["mes"].assigned = frozenset({"a"})
    assert Followed(broker).group().lag == 1


def test_records_that_were_deleted_unread_are_lost_and_no_lag() -> None:
    broker = standing(2, HOUR, HOUR, start=6)
    found = Followed(broker).group()
    assert (found.lag, found.lost, found.status) == (2, 4, LagStatus.DATA_LOSS)


def test_a_commit_beyond_the_end_is_no_lag_and_rewound_until_the_group_commits_anew() -> None:
    broker = standing(9, HOUR)
    followed = Followed(broker)
    found = followed.group()
    assert (found.lag, found.status, partition_of(found).rewind) == (0, LagStatus.REWOUND, Rewind.BEYOND_END)
    broker.write("a", *[followed.now] * 20)
    assert followed.group().status is LagStatus.REWOUND  # 9 of those 20 it will never read
    broker.groups["mes"].commits[A0] = 21
    assert followed.group().status is LagStatus.OK


@pytest.mark.parametrize("topic_ids", [("x", "y"), (None, None)], ids=["by its id", "by its offsets"])
def test_a_topic_made_anew(topic_ids: tuple[str | None, str | None]) -> None:
    broker = standing(40, *[HOUR] * 40)
    followed = Followed(broker)
    broker.topic_ids = {} if topic_ids[0] is None else {"a": topic_ids[0]}
    followed.group()
    broker.logs[A0] = FakeLog([followed.now] * 3)
    broker.topic_ids = {} if topic_ids[1] is None else {"a": topic_ids[1]}
    found = followed.group()
    assert (found.lag, found.status, partition_of(found).rewind) == (0, LagStatus.REWOUND, Rewind.RECREATED)
    broker.groups["mes"].commits[A0] = 2
    found = followed.group()
    assert (found.lag, found.status) == (1, LagStatus.OK)


def test_a_group_that_was_set_back_is_rewound_until_it_is_where_it_was() -> None:
    broker = standing(3, HOUR, HOUR, HOUR)
    followed = Followed(broker)
    followed.group()
    broker.groups["mes"].commits[A0] = 0
    assert followed.group().status is LagStatus.REWOUND
    broker.groups["mes"].commits[A0] = 2
    assert followed.group().status is LagStatus.REWOUND
    broker.groups["mes"].commits[A0] = 3
    assert followed.group().status is LagStatus.OK


def test_an_open_transaction_is_no_lag_for_those_who_wait_for_its_end() -> None:
    broker = standing(5, *[HOUR] * 15)
    broker.stable[A0] = 5
    assert Followed(broker).group().lag == 0
    uncommitted = LagRules(default=LagPolicy(isolation=Isolation.READ_UNCOMMITTED))
    assert Followed(broker, uncommitted).group().lag == 10


@pytest.mark.parametrize("unread", [1, 20], ids=["a marker", "aborted records and their marker"])
def test_what_nobody_can_read_is_no_lag(unread: int) -> None:
    tail = frozenset(range(5, 5 + unread))
    broker = standing(5, *[HOUR] * (5 + unread), unreadable=tail)
    followed = Followed(broker)
    found = followed.group()
    assert (found.lag, found.status, found.age, partition_of(found).exact) == (0, LagStatus.OK, Age(0, 0), True)
    read = broker.read
    assert followed.group().lag == 0
    assert broker.read == read  # it is remembered
    broker.write("a", followed.now)
    assert followed.group().lag == unread + 1
    assert followed.group().lag == unread + 1


def test_where_slamon_may_not_read_markers_count_and_it_says_so() -> None:
    broker = standing(5, *[HOUR] * 6, unreadable=frozenset({5}))
    broker.may_read = False
    row = partition_of(Followed(broker).group())
    assert (row.lag, row.exact) == (1, False)


def test_a_record_after_a_marker_is_as_old_as_it_is() -> None:
    """Nothing came for an hour; the group stands at the marker of the last transaction."""
    broker = standing(5, *[HOUR] * 6, unreadable=frozenset({5}))
    followed = Followed(broker)
    followed.group()
    broker.write("a", followed.now + 14 * SECOND)
    found = followed.group()
    assert (found.age, found.status) == (Age(SECOND, SECOND), LagStatus.OK)


def test_consumers_that_commit_the_last_offset_instead_of_the_next() -> None:
    rules = LagRules(groups=[("mes", LagPolicy(offset_adjust=1))])
    assert Followed(standing(2, HOUR, HOUR, HOUR), rules).group().lag == 0


# --- what can't be read ---------------------------------------------------------------------------------------------


def test_a_partition_without_a_leader_hides_no_other_and_is_unknown_after_a_minute() -> None:
    broker = standing(0, MINUTE)
    broker.logs[A1] = FakeLog(stamps(MINUTE))
    followed = Followed(broker)
    followed.group()
    broker.faults[A1] = NO_LEADER
    found = followed.group()
    assert (found.lag, found.status) == (2, LagStatus.OK)
    assert partition_of(found, 1).unknown == NO_LEADER
    found = followed.group(50 * SECOND)
    assert (partition_of(found, 0).lag, partition_of(found, 1).lag) == (1, None)
    assert (found.lag, found.topics[0].unknown, found.status) == (1, 1, LagStatus.UNKNOWN)
    broker.faults.clear()
    found = followed.group()
    assert (found.lag, found.status) == (2, LagStatus.OK)


def test_a_partition_that_was_never_read_is_unknown_never_0() -> None:
    broker = standing(0, MINUTE)
    broker.faults[A0] = NO_LEADER
    found = Followed(broker).group()
    assert (found.lag, found.age.at_least, found.status) == (None, None, LagStatus.UNKNOWN)


def test_a_group_whose_coordinator_is_away_keeps_its_last_values_for_a_while() -> None:
    followed = Followed(standing(0, MINUTE))
    followed.group()
    followed.broker.groups["mes"].fault = Unknown(Reason.NO_COORDINATOR)
    assert followed.group().lag == 1
    found = followed.group(MINUTE)
    assert (found.lag, found.status, found.unknown) == (None, LagStatus.UNKNOWN, Unknown(Reason.NO_COORDINATOR))


def test_a_broker_that_is_away_takes_nothing_away() -> None:
    followed = Followed(standing(0, MINUTE))
    followed.group()
    followed.broker.away = AWAY
    snapshot = followed.cycle(HOUR)
    assert snapshot.unknown == AWAY
    assert [group.status for group in snapshot.groups] == [LagStatus.UNKNOWN]
    followed.broker.away = None
    assert followed.group().lag == 1


# --- groups that go -------------------------------------------------------------------------------------------------


def test_a_deleted_group_goes_after_complete_listings_without_it() -> None:
    followed = Followed(standing(0, MINUTE))
    followed.group()
    followed.broker.groups.clear()
    followed.broker.brokers["2"] = AWAY
    assert len(followed.cycle(HOUR).groups) == 1  # the broker that is away may know of it
    followed.broker.brokers["2"] = None
    assert len(followed.cycle().groups) == 1
    assert followed.cycle().groups == ()
    assert followed.track.lookups.open_ages == 0


def test_an_expected_group_turns_missing_instead() -> None:
    followed = Followed(FakeBroker(), LagRules(expected=frozenset({"mes"})))
    followed.cycle()
    found = followed.group()
    assert (found.status, found.verdict.level, found.lag) == (LagStatus.MISSING, Level.CRITICAL, None)
    again = followed.restarted().group()
    assert (again.status, again.since) == (LagStatus.MISSING, found.since)  # a restart makes nobody doubt it
    followed.broker.groups["mes"] = FakeGroup({A0: 0})
    followed.broker.write("a", followed.now)
    assert followed.group().status is LagStatus.OK


def test_of_a_group_that_went_missing_nothing_is_said() -> None:
    followed = Followed(standing(0, MINUTE), LagRules(expected=frozenset({"mes"})))
    assert followed.group().members is not None
    del followed.broker.groups["mes"]
    followed.group()
    found = followed.group()
    assert (found.status, found.members, found.state) == (LagStatus.MISSING, None, GroupState.UNKNOWN)


def test_offsets_of_one_topic_deleted_from_a_living_group() -> None:
    broker = standing(0, MINUTE)
    broker.groups["mes"].commits[B0] = 0
    broker.write("b", T0)
    followed = Followed(broker)
    assert [topic.topic for topic in followed.group().topics] == ["a", "b"]
    del broker.groups["mes"].commits[B0]
    assert [topic.topic for topic in followed.group().topics] == ["a"]


# --- verdicts over time ---------------------------------------------------------------------------------------------


def test_frozen_on_one_record() -> None:
    broker = standing(1, MINUTE, 0, 0)
    followed = Followed(broker)
    said = [followed.group(MINUTE).status for _ in range(7)]
    assert said == [LagStatus.OK] * 5 + [LagStatus.STUCK] * 2


def test_consumers_gone() -> None:
    broker = standing(1, MINUTE, 0)
    broker.groups["mes"].state, broker.groups["mes"].members = GroupState.EMPTY, 0
    followed = Followed(broker)
    said = [followed.group(MINUTE).status for _ in range(7)]
    assert said == [LagStatus.OK] * 5 + [LagStatus.STOPPED] * 2


def test_falling_behind_then_catching_up_then_ok() -> None:
    broker = standing(0)
    followed = Followed(broker)
    said = []
    for minute in range(30):
        broker.write("a", *[followed.now] * (10 if minute < 15 else 0))
        log = broker.logs[A0]
        broker.groups["mes"].commits[A0] = min(log.end, broker.groups["mes"].commits[A0] + 6)
        found = followed.group(MINUTE)
        said.append(found.status)
        if found.status is LagStatus.CATCHING_UP:
            assert found.eta is not None
            assert found.eta.low <= found.eta.span
        elif found.status is LagStatus.FALLING_BEHIND:
            assert found.eta is None
    changes = [status for number, status in enumerate(said) if number == 0 or status is not said[number - 1]]
    assert changes == [LagStatus.OK, LagStatus.FALLING_BEHIND, LagStatus.CATCHING_UP, LagStatus.OK]


def test_a_restart_in_the_middle_changes_nothing_that_is_said() -> None:
    broker = standing(1, MINUTE, 0, 0)
    followed = Followed(broker)
    for _ in range(5):
        followed.group(MINUTE)
    before = followed.group(MINUTE)
    after = followed.restarted().group()
    assert (before.status, after.status) == (LagStatus.STUCK, LagStatus.STUCK)
    assert (after.lag, after.since) == (before.lag, before.since)
    assert partition_of(after).waited == partition_of(before).waited + 15 * SECOND


def test_a_restart_after_which_the_group_has_moved() -> None:
    broker = standing(1, MINUTE, 0, 0)
    followed = Followed(broker)
    for _ in range(6):
        followed.group(MINUTE)
    other = followed.restarted()
    broker.groups["mes"].commits[A0] = 2
    assert other.group().status is LagStatus.FALLING_BEHIND


def test_what_was_set_back_is_so_after_a_restart() -> None:
    broker = standing(3, HOUR, HOUR, HOUR)
    followed = Followed(broker)
    followed.group()
    broker.groups["mes"].commits[A0] = 1
    followed.group()
    other = followed.restarted()
    assert other.group().status is LagStatus.REWOUND
    broker.groups["mes"].commits[A0] = 3
    assert other.group().status is LagStatus.OK


def test_a_restart_while_the_broker_is_away_forgets_nothing() -> None:
    broker = standing(1, MINUTE, 0, 0)
    followed = Followed(broker)
    for _ in range(6):
        followed.group(MINUTE)
    broker.away = AWAY
    other = followed.restarted()
    found = other.group()
    assert (found.status, found.lag) == (LagStatus.UNKNOWN, None)
    broker.away = None
    found = other.restarted().group()
    assert (found.status, partition_of(found).waited) == (LagStatus.STUCK, 5 * MINUTE + 30 * SECOND)


def test_what_is_kept_is_read_again_and_nothing_of_another_version() -> None:
    broker = standing(0, HOUR)
    followed = Followed(broker)
    followed.group()
    kept = followed.track.keep()
    assert kept.groups
    assert decode_memory(encode_memory(kept)) == kept
    assert decode_memory(encode_memory(Memory({}, {}, 99))) == Memory()
    assert decode_memory(b"?") == Memory()


def test_groups_at_one_offset_share_their_questions() -> None:
    broker = standing(0, HOUR, MINUTE)
    for number in range(9):
        broker.groups[f"other-{number}"] = FakeGroup({A0: 0})
    followed = Followed(broker)
    found = followed.cycle()
    assert {group.age for group in found.groups} == {Age(HOUR, HOUR)}
    assert (broker.asked, broker.read) == (1, 1)
    followed.cycle()
    assert (broker.asked, broker.read) == (1, 1)


def test_a_group_that_stands_still_has_no_end_however_fast_it_was() -> None:
    broker = standing(0, *[HOUR] * 9)
    followed = Followed(broker)
    for offset in (1, 3, 5):
        broker.groups["mes"].commits[A0] = offset
        followed.group(MINUTE)
    broker.groups["mes"].commits[A0] = 7
    found = followed.group(MINUTE)
    assert (found.status, found.eta is None) == (LagStatus.CATCHING_UP, False)
    said = [followed.group(MINUTE) for _ in range(3)]
    assert (said[-1].status, said[-1].eta) == (LagStatus.STUCK, None)


def test_a_group_that_moves_in_every_cycle_is_late_all_the_same() -> None:
    """Ten minutes behind an idle topic, with few questions a cycle, another group beside it."""
    broker = FakeBroker(mes=FakeGroup({A0: 0}), other=FakeGroup({A0: 399}))
    broker.logs[A0] = FakeLog([T0 - 10 * MINUTE + number * 1000 for number in range(400)])
    followed = Followed(broker)
    said = []
    for offset in range(12, 96, 12):
        broker.groups["mes"].commits[A0] = offset
        found = group_of(followed.cycle(2 * SECOND, rounds=8))
        truth = followed.now - broker.logs[A0].stamps[offset]
        assert found.age.at_least is None or truth - 100_000 <= found.age.at_least <= truth
        said.append(found.status)
    assert said[3:] == [LagStatus.CATCHING_UP] * 4
