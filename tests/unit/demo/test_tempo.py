import pytest

from slamon.demo.tempo import GRACE, MARGIN, SHORTEST_PLAY, Tempo, iso_duration

SECOND = 1_000_000


def test_three_weeks_take_42_seconds_of_a_minute() -> None:
    tempo = Tempo.of_play(60)
    assert (tempo.day, tempo.promise, tempo.warn_before) == (2 * SECOND, 42 * SECOND, 6 * SECOND)


def test_a_play_that_is_too_short_to_judge_is_refused() -> None:
    with pytest.raises(ValueError, match=f"{SHORTEST_PLAY} seconds or more, not 24"):
        Tempo.of_play(SHORTEST_PLAY - 1)


@pytest.mark.parametrize("seconds", [SHORTEST_PLAY, 60, 600])
def test_every_deadline_leaves_room_for_margins(seconds: int) -> None:
    tempo = Tempo.of_play(seconds)
    assert all(stage.budget >= 2 * MARGIN and stage.timely >= MARGIN for stage in tempo.stages)
    assert tempo.warn_before >= MARGIN + GRACE


def test_stages_follow_one_another() -> None:
    stages = Tempo.of_play(60).stages
    assert [stage.to for stage in stages[:-1]] == [stage.start for stage in stages[1:]]


@pytest.mark.parametrize(
    ("span", "text"), [(42 * SECOND, "PT42S"), (3_500_000, "PT3.5S"), (1, "PT0.000001S"), (0, "PT0S")]
)
def test_durations_are_iso_8601(span: int, text: str) -> None:
    assert iso_duration(span) == text
