"""Laws over any history of a broker: what is shown is never negative, never a lie, and always the same."""

import json
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.lag.cluster import decode_memory, encode_memory
from slamon.lag.observation import GroupState, Place, Reason, Unknown
from slamon.lag.policy import SlackPolicy
from slamon.lag.report import lag_json
from slamon.lag.rows import Snapshot
from slamon.lag.verdict import LATE, Level
from slamon.orders.event import SECOND
from tests.builders import MINUTE
from tests.fakes.lag import FakeBroker, FakeGroup, FakeLog, Followed

A0, A1 = Place("a", 0), Place("a", 1)
PLACES = (A0, A1)
FAULT = Unknown(Reason.NO_LEADER)


@dataclass(frozen=True)
class Happening:
    """What happens between two cycles."""

    what: str
    place: Place
    count: int
    after: int


HAPPENINGS = st.lists(
    st.builds(
        Happening,
        st.sampled_from(
            ["write", "write", "read", "read", "set_back", "delete", "anew", "fault", "mended", "gone", "back", "away"]
        ),
        st.sampled_from(PLACES),
        st.integers(1, 7),
        st.sampled_from([15 * SECOND, MINUTE, 7 * MINUTE]),
    ),
    max_size=25,
)


def happen(broker: FakeBroker, one: Happening, now: int) -> None:  # noqa: C901 - a table of what may happen
    log, group = broker.logs[one.place], broker.groups.get("mes")
    match one.what:
        case "write":
            broker.write("a", *[now] * one.count, partition=one.place.partition)
        case "read" if group is not None:
            group.commits[one.place] = min(log.end, group.commits.get(one.place, 0) + one.count)
        case "set_back" if group is not None:
            group.commits[one.place] = max(0, group.commits.get(one.place, 0) - one.count)
        case "delete":
            cut = min(one.count, len(log.stamps))
            log.start, log.stamps = log.start + cut, log.stamps[cut:]
        case "anew":
            broker.logs = {place: FakeLog([now] * one.count) for place in PLACES}
            broker.topic_ids["a"] = f"made at {now}"
        case "fault":
            broker.faults[one.place] = FAULT
        case "gone" if group is not None:
            group.state, group.members = GroupState.EMPTY, 0
        case "back" if group is not None:
            group.state, group.members = GroupState.STABLE, 1
        case "away":
            broker.away = FAULT
        case _:
            broker.faults.clear()
            broker.away = None


def history(happenings: list[Happening], *, restart_at: int | None = None) -> list[tuple[FakeBroker, Snapshot]]:
    broker = FakeBroker(mes=FakeGroup({A0: 0}))
    broker.logs = {place: FakeLog([]) for place in PLACES}
    broker.topic_ids["a"] = "made first"
    followed = Followed(broker)
    found = [(broker, followed.cycle())]
    for number, one in enumerate(happenings):
        if number == restart_at:
            kept = decode_memory(encode_memory(followed.track.keep()))
            now, followed = followed.now, Followed(broker, followed.rules, kept)
            followed.now = now
        happen(broker, one, followed.now)
        found.append((broker, followed.cycle(one.after)))
    return found


@given(HAPPENINGS)
@settings(max_examples=60, deadline=None)
def test_nothing_is_negative_infinite_or_no_number_and_there_is_always_a_verdict(happenings: list[Happening]) -> None:
    for _, snapshot in history(happenings):
        shown = lag_json([snapshot], {}, SlackPolicy())
        assert json.dumps(shown, allow_nan=False)
        for group in snapshot.groups:
            assert group.lag is None or group.lag >= 0
            assert (group.verdict.level is not Level.NONE) == (group.status not in {"OK", "IDLE"})
            for row in (row for topic in group.topics for row in topic.partitions):
                assert row.lag is None or row.lag >= 0
                assert row.lost >= 0
                assert min(row.age.at_least or 0, row.age.at_most or 0, row.waited) >= 0
                assert row.age.at_most is None or row.age.at_most >= (row.age.at_least or 0)


@given(HAPPENINGS)
@settings(max_examples=60, deadline=None)
def test_what_is_shown_of_a_broker_that_answers_is_true(happenings: list[Happening]) -> None:
    broker, snapshot = history(happenings)[-1]
    if broker.away is not None:
        return
    for row in (row for group in snapshot.groups for topic in group.topics for row in topic.partitions):
        place = Place(row.topic, row.partition)
        if place in broker.faults:
            continue
        log, committed = broker.logs[place], broker.groups["mes"].commits.get(place)
        x = log.start if committed is None else max(committed, log.start)
        assert row.lag == max(0, log.end - x)
        if row.lag:
            truth = snapshot.as_of - log.stamps[x - log.start]
            assert (row.age.at_least or 0) <= truth
            assert row.age.at_most is None or truth <= row.age.at_most


@given(HAPPENINGS)
@settings(max_examples=30, deadline=None)
def test_the_same_history_says_the_same(happenings: list[Happening]) -> None:
    assert [snapshot for _, snapshot in history(happenings)] == [snapshot for _, snapshot in history(happenings)]


@given(HAPPENINGS, st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_after_a_restart_lag_is_the_same_and_no_alarm_is_forgotten(happenings: list[Happening], at: int) -> None:
    """What was late before it, and is still unread at the same commit, is late after it."""
    plain, restarted = history(happenings), history(happenings, restart_at=at)
    for (_, one), (_, other) in zip(plain[: at + 2], restarted[: at + 2], strict=True):
        after = {group.group: group for group in other.groups}
        for group in one.groups:
            again = after.get(group.group)
            if again is None:
                assert other.unknown is not None  # a group that was well is not known until the broker answers
                assert group.status not in LATE
                continue
            if not any(topic.unknown for one_of in (group, again) for topic in one_of.topics):
                assert again.lag in {group.lag, None}
            if group.status in LATE and again.lag == group.lag:
                assert again.verdict.level is not Level.NONE
