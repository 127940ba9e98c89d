"""A topic by itself: depth, rates, silence, and what will be deleted unread."""

import pytest

from slamon.lag.age import Age
from slamon.lag.observation import PartitionSeen, Reason, TopicSeen, Unknown
from slamon.lag.policy import LagRules
from slamon.lag.rows import TopicFlow
from slamon.lag.topics import KeptTopic, TopicTrack
from slamon.lag.verdict import LagStatus
from tests.builders import HOUR, MINUTE, T0

RULES = LagRules(silent_after=[("a", HOUR)])
SPAN = RULES.default.window


def topic(*logs: tuple[int, int], retention_ms: int | None = None) -> TopicSeen:
    return TopicSeen(
        {number: PartitionSeen(start, end, end) for number, (start, end) in enumerate(logs)}, retention_ms=retention_ms
    )


def track(seen: TopicSeen, kept: KeptTopic | None = None) -> TopicTrack:
    found = TopicTrack("a", T0, seen, kept=kept)
    found.observe(seen, T0, SPAN)
    return found


def flow(found: TopicTrack, after: int = 0, oldest: Age | None = None) -> TopicFlow:
    return found.flow("shop", RULES, oldest, T0 + after)


def test_how_much_it_holds() -> None:
    found = flow(track(topic((0, 5), (3, 10))))
    assert (found.messages, found.end, found.per_second_in) == (12, 15, None)


def test_rates_in_and_out() -> None:
    found = track(topic((0, 100), (0, 100)))
    found.read += 30
    found.observe(topic((0, 160), (0, 160)), T0 + MINUTE, SPAN)
    rates = flow(found, MINUTE)
    assert (rates.per_second_in, rates.per_second_out) == (2.0, 0.5)


def test_a_partition_that_can_not_be_read_leaves_the_sums_as_they_were() -> None:
    found = track(topic((0, 5), (3, 10)))
    fault = Unknown(Reason.NO_LEADER)
    found.observe(TopicSeen({0: PartitionSeen(0, 9, 9), 1: PartitionSeen(fault=fault)}), T0 + MINUTE, SPAN)
    shown = flow(found, MINUTE)
    assert (shown.messages, shown.unknown, shown.status) == (12, fault, LagStatus.OK)
    assert flow(found, MINUTE + 1).status is LagStatus.UNKNOWN


@pytest.mark.parametrize(
    ("quiet", "status"),
    [
        (10 * MINUTE - 1, LagStatus.OK),
        (10 * MINUTE, LagStatus.IDLE),
        (HOUR - 1, LagStatus.IDLE),
        (HOUR, LagStatus.PRODUCER_SILENT),
    ],
)
def test_silence(quiet: int, status: LagStatus) -> None:
    seen = topic((0, 5))
    found = track(seen)
    found.observe(seen, T0 + quiet, SPAN)
    assert flow(found, quiet).status is status


def test_a_record_ends_a_silence() -> None:
    found = track(topic((0, 5)))
    found.observe(topic((0, 6)), T0 + HOUR, SPAN)
    assert flow(found, HOUR).status is LagStatus.OK


def test_a_silence_goes_on_over_a_restart() -> None:
    seen = topic((0, 5))
    assert flow(track(seen, KeptTopic(5, T0 - HOUR))).status is LagStatus.PRODUCER_SILENT
    assert flow(track(seen, KeptTopic(4, T0 - HOUR))).status is LagStatus.OK


def test_a_topic_made_anew_has_grown() -> None:
    found = track(topic((0, 500)))
    found.observe(topic((0, 3)), T0 + HOUR, SPAN)
    shown = flow(found, HOUR)
    assert (shown.status, shown.per_second_in, shown.messages) == (LagStatus.OK, None, 3)


@pytest.mark.parametrize(
    ("retention_ms", "oldest", "left"),
    [
        (None, Age(HOUR, HOUR), None),
        (7_200_000, None, None),
        (7_200_000, Age(None, None), None),
        (7_200_000, Age(HOUR, HOUR), HOUR),
        (7_200_000, Age(MINUTE, HOUR), HOUR),
        (7_200_000, Age(3 * HOUR, None), 0),
        (-1, Age(HOUR, HOUR), None),
    ],
    ids=["kept for ever", "nothing unread", "age unknown", "an hour", "the greater bound", "over already", "-1: ever"],
)
def test_when_records_will_be_deleted_unread(retention_ms: int | None, oldest: Age | None, left: int | None) -> None:
    assert flow(track(topic((0, 5), retention_ms=retention_ms)), oldest=oldest).deleted_unread_in == left


def test_dead_letter_topics_are_marked() -> None:
    found = TopicTrack("slamon.dead-letters", T0, topic((0, 2)))
    assert found.flow("shop", RULES, None, T0).is_dead_letters
    assert not flow(track(topic((0, 2)))).is_dead_letters
