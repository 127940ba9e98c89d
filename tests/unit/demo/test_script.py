"""The script keeps its word: an independent reading of the contract finds exactly the notices that it owes."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.demo.cast import LIVES, OUTAGE
from slamon.demo.script import STORM, Episode, Script
from slamon.demo.story import Kind
from slamon.demo.systems import SYSTEMS
from slamon.demo.tempo import GRACE, LATEST, SHORTEST_PLAY, Tempo
from tests.unit.demo.watching import Said, Watcher, rules_of

NOW = 1_790_000_000_000_000
NEVER = NOW + 10_000_000_000
LENGTHS = (SHORTEST_PLAY, 32, 47, 60, 180)

plays = st.tuples(st.integers(0, 2**32), st.sampled_from(LENGTHS))
few = settings(max_examples=3, deadline=None)


def script(seed: int, seconds: int) -> tuple[Episode, ...]:
    return Script(seed, Tempo.of_play(seconds)).play(seconds, NOW)


def one_of_each(seed: int, seconds: int) -> list[Episode]:
    """The first order of every kind of life: the oracle is slow, and the others differ in little."""
    return list({episode.life: episode for episode in script(seed, seconds) if episode.order_id}.values())


def owed(episode: Episode, *, false: bool) -> set[Said]:
    return {
        (due.kind, due.stage, due.due_at)
        for due in episode.dues
        if due.kind is not Kind.RETRACTED and due.false is false
    }


@few
@given(plays)
def test_what_is_owed_stands_in_the_end(play: tuple[int, int]) -> None:
    watcher = Watcher(rules_of(Tempo.of_play(play[1])))
    for episode in one_of_each(*play):
        assert watcher.standing(watcher.arrivals(episode), NEVER) == owed(episode, false=False), episode.life


@pytest.mark.parametrize("delay", [0, LATEST])
@few
@given(plays)
def test_nothing_else_ever_seems_to_stand(delay: int, play: tuple[int, int]) -> None:
    """Not even while messages are on their way, and not when Kafka gets each as late as it may."""
    watcher = Watcher(rules_of(Tempo.of_play(play[1])), delay)
    for episode in one_of_each(*play):
        arrived = watcher.arrivals(episode)
        ever = set().union(*(watcher.standing(arrived, at) for at, _ in arrived), watcher.standing(arrived, NEVER))
        assert ever == owed(episode, false=False) | owed(episode, false=True), episode.life


@few
@given(plays)
def test_warnings_can_be_noticed_before_they_are_over(play: tuple[int, int]) -> None:
    watcher = Watcher(rules_of(Tempo.of_play(play[1])))
    for episode in one_of_each(*play):
        for due in episode.dues:
            if due.kind in {Kind.AT_RISK, Kind.STAGE_OVERDUE}:
                open_then = watcher.open_conditions(watcher.arrivals(episode), due.at + GRACE)
                assert (due.kind, due.stage, due.due_at) in open_then, episode.life


@few
@given(plays)
def test_false_alarms_are_raised_well_before_they_are_taken_back(play: tuple[int, int]) -> None:
    for episode in script(*play):
        false = {due.due_at: due.at for due in episode.dues if due.false}
        taken_back = {due.due_at: due.at for due in episode.dues if due.kind is Kind.RETRACTED}
        assert false.keys() == taken_back.keys()
        assert all(taken_back[due_at] - at >= GRACE for due_at, at in false.items())


@few
@given(plays)
def test_every_kind_of_life_and_notice_fits_into_the_play(play: tuple[int, int]) -> None:
    episodes = script(*play)
    end = NOW + play[1] * 1_000_000
    assert {life.name for life in LIVES} <= {episode.life for episode in episodes}
    assert {due.kind for episode in episodes for due in episode.dues} == set(Kind)
    assert all(NOW <= due.at < end for episode in episodes for due in episode.dues)
    assert all(NOW <= record.at < end for episode in episodes for record in episode.records)
    assert [episode.starts_at for episode in episodes] == sorted(episode.starts_at for episode in episodes)


def test_the_same_seed_gives_the_same_play() -> None:
    assert script(7, 60) == script(7, 60)
    assert script(7, 60) != script(8, 60)


def test_all_systems_speak_in_disorder_and_repeat_themselves() -> None:
    records = [record for episode in script(3, 60) for record in episode.records if record.order_id]
    sent = Counter((record.system.name, record.value) for record in records)
    assert {record.system.name for record in records} == {system.name for system in SYSTEMS}
    assert max(sent.values()) > 1


@pytest.mark.parametrize(("seconds", "waiting"), [(SHORTEST_PLAY, 0), (60, STORM), (180, STORM)])
def test_a_play_with_time_for_it_has_a_storm_all_at_once(seconds: int, waiting: int) -> None:
    storm = [episode for episode in script(9, seconds) if episode.life == OUTAGE.name]
    late = sorted(due.at for episode in storm for due in episode.dues)
    assert len(storm) == len(late) == waiting
    assert all(at - late[0] < 1_000_000 for at in late)


def test_ids_are_never_used_twice() -> None:
    ids = [episode.order_id for episode in script(5, 180) if episode.order_id]
    assert len(ids) == len(set(ids))


def test_endless_episodes_come_in_their_order() -> None:
    endless = Script(1, Tempo.of_play(60)).endless(NOW)
    starts = [next(endless).starts_at for _ in range(600)]
    assert starts == sorted(starts)
    assert starts[-1] - starts[0] > 200_000_000


def test_endless_episodes_keep_their_word() -> None:
    watcher = Watcher(rules_of(Tempo.of_play(60)))
    endless = Script(random.randrange(100), Tempo.of_play(60)).endless(NOW)
    for episode in (next(endless) for _ in range(60)):
        if episode.order_id:
            assert watcher.standing(watcher.arrivals(episode), NEVER) == owed(episode, false=False), episode.life
