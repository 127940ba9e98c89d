"""The states of a source: one look after the other."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import DAY, SECOND, Instant, Span
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE, Lifecycle, Step
from slamon.sla.arrivals import HOUR, Arrivals, nothing_learnt
from slamon.sla.calendar import ALWAYS, Calendar, Length
from slamon.sla.silence import (
    BLIND,
    Expectation,
    Heard,
    Look,
    Silent,
    SourceState,
    adopt,
    concerned,
    decode_heard,
    encode_heard,
    growth,
    look,
    next_owners,
    silent,
)

T0: Instant = 1_772_409_600 * SECOND
MINUTE: Span = 60 * SECOND
HALF_HOUR = Expectation(Length(0, 30 * MINUTE))
UNKNOWN, FLOWING, SILENT = SourceState.UNKNOWN, SourceState.FLOWING, SourceState.SILENT
STOP = frozenset({"SHIPPED", "CLOSED"})


class MorningsOnly:
    """Open from 00:00 to 12:00 UTC; no more of a calendar than silence asks for."""

    name, revision, counts_days = "mornings", "1", True

    def open_time(self, since: Instant, until: Instant) -> Span:
        return sum(
            max(0, min(until, day + DAY // 2) - max(since, day)) for day in range(since // DAY * DAY, until + 1, DAY)
        )

    def after(self, at: Instant, span: Span) -> Instant:
        found = at
        while self.open_time(at, found) < span:
            found += MINUTE
        return found

    def forward(self, at: Instant, length: Length) -> Instant:
        return self.after(at, length.span)

    def backward(self, at: Instant, length: Length) -> Instant:
        raise NotImplementedError("silence is never counted backward")

    def end_of_day(self, at: Instant) -> Instant:
        raise NotImplementedError("silence is never rounded")


MORNINGS: Calendar = MorningsOnly()


class Source:
    """A source that a test lets speak and looks at."""

    def __init__(self, expected: Expectation, *, heard: Heard | None = None) -> None:
        self.expected = expected
        self.heard = heard
        self.total = 0 if heard is None else heard.total

    def look(self, minutes: float, arrivals: int = 0) -> SourceState:
        self.total += arrivals
        self.heard = look(self.heard, Look(self.total, arrivals, T0 + round(minutes * MINUTE)), self.expected)
        return SourceState(self.heard.state)

    def until(self, minutes: int) -> SourceState:
        """Look every minute without finding anything."""
        assert self.heard is not None
        state = SourceState(self.heard.state)
        for minute in range((self.heard.looked_at - T0) // MINUTE + 1, minutes + 1):
            state = self.look(minute)
        return state

    @property
    def silence(self) -> Silent | None:
        return silent("orders", self.heard)


def learnt(rate: float = 6.0) -> Heard:
    """A source known for two weeks, with so many occasions in each hour."""
    model = Arrivals((2.0,) * 168, (2 * rate,) * 168, watched=14 * DAY, hour=T0 // HOUR)
    return Heard(100, T0, T0, T0, model)


def test_a_given_rate_calls_silent_what_is_later_and_not_sooner() -> None:
    source = Source(HALF_HOUR)
    assert source.look(0) == UNKNOWN
    assert source.look(1, 5) == FLOWING
    assert source.until(31) == FLOWING
    assert source.silence is None
    assert source.look(32) == SILENT
    assert source.silence == Silent("orders", T0 + MINUTE, T0 + 31 * MINUTE)


def test_one_record_ends_a_silence() -> None:
    source = Source(HALF_HOUR)
    source.look(0, 1)
    assert source.until(40) == SILENT
    assert source.look(41, 1) == FLOWING
    assert source.silence is None
    assert source.until(71) == FLOWING
    assert source.look(72) == SILENT


def test_a_source_never_heard_of_is_silent_since_the_first_look() -> None:
    source = Source(HALF_HOUR)
    source.look(0)
    assert source.until(30) == UNKNOWN
    assert source.look(31) == SILENT
    assert source.silence == Silent("orders", T0, T0 + 30 * MINUTE)


def test_what_was_there_at_the_first_look_is_no_arrival() -> None:
    source = Source(HALF_HOUR)
    assert source.look(0, 1000) == UNKNOWN
    assert source.heard is not None
    assert (source.heard.total, source.heard.model.heard_now) == (1000, 0)


def test_a_given_rate_counts_open_time_only() -> None:
    source = Source(Expectation(Length(0, 60 * MINUTE), MORNINGS))
    source.look(0)
    assert source.until(60) == UNKNOWN
    source.look(11 * 60 + 30, 1)
    assert source.until(24 * 60 + 30) == FLOWING
    assert source.until(24 * 60 + 31) == SILENT


def test_before_enough_was_learnt_nothing_is_silent() -> None:
    source = Source(Expectation())
    for minute in range(0, 3 * 24 * 60, 1):
        assert source.look(minute, int(minute % 10 == 0)) == UNKNOWN
    assert source.until(5 * 24 * 60) == UNKNOWN


def test_a_learnt_rate_calls_silent_what_is_too_long() -> None:
    """Six an hour: about 13 usual gaps, for in the weeks remembered there were two thousand."""
    source = Source(Expectation(), heard=learnt())
    assert source.look(1, 1) == FLOWING
    assert source.until(60) == FLOWING
    assert source.until(140) == SILENT
    assert source.silence is not None
    assert source.silence.since == T0 + MINUTE


def test_a_gap_does_not_teach_its_own_length() -> None:
    """The hour that passes without a record lowers the rate of that hour, not what is expected of this gap."""
    source = Source(Expectation(), heard=learnt())
    source.look(1, 1)
    assert source.heard is not None
    due = source.heard.expected_by
    source.until(125)
    assert source.heard.expected_by == due
    assert source.heard.model.heard != learnt().model.heard


def test_what_is_expected_may_change_with_the_settings() -> None:
    """What was due under the old ones is told anew after the restart; a silence goes on."""
    source = Source(HALF_HOUR, heard=learnt())
    source.look(1, 1)
    heard = source.heard
    assert heard is not None
    kept = decode_heard(encode_heard(heard))
    again = Source(Expectation(), heard=kept)
    assert again.until(60) == FLOWING
    longer = Source(Expectation(Length(0, 60 * MINUTE)), heard=heard)
    assert longer.until(61) == FLOWING
    assert longer.look(62) == SILENT


def test_a_silence_lasts_however_the_model_changes() -> None:
    """What is learnt while nothing comes must not end it, nor move the instant by which something was due."""
    source = Source(Expectation(), heard=learnt())
    source.until(140)
    began = source.silence
    assert began is not None
    assert source.until(3 * 24 * 60) == SILENT
    assert source.silence == began


def test_of_a_source_that_is_not_known_well_any_more_nothing_is_said() -> None:
    source = Source(Expectation(), heard=msgspec.structs.replace(learnt(), model=nothing_learnt(None)))
    assert source.look(1, 1) == UNKNOWN


def test_a_calendar_learns_in_open_time() -> None:
    source = Source(Expectation(None, MORNINGS))
    source.look(0)
    for minute in range(1, 3 * 24 * 60):
        source.look(minute, int(minute % 10 == 0 and minute % (24 * 60) < 12 * 60))
    assert source.heard is not None
    assert source.heard.model.watched == pytest.approx(36 * HOUR, abs=2 * MINUTE)
    assert source.heard.state == FLOWING, "it is night"
    assert source.until(3 * 24 * 60 + 30) == FLOWING
    assert source.until(3 * 24 * 60 + 120) == SILENT


def test_time_that_nobody_watched_is_no_silence() -> None:
    """The broker was away for a day: the source could not speak either."""
    source = Source(HALF_HOUR)
    source.look(0, 1)
    source.look(1, 1)
    assert source.until(11) == FLOWING
    assert source.look(24 * 60) == FLOWING
    assert source.until(24 * 60 + 20) == FLOWING
    assert source.look(24 * 60 + 21) == SILENT
    assert source.silence is not None
    assert source.silence.since == T0 + MINUTE, "that is still when something was heard last"


def test_what_was_not_watched_is_not_learnt() -> None:
    source = Source(Expectation(), heard=learnt())
    model = learnt().model
    source.look(BLIND / MINUTE + 0.01, 50)
    assert source.heard is not None
    assert source.heard.model == model
    source.look(BLIND / MINUTE * 2, 50)
    assert source.heard.model.heard_now == 1


def test_a_silence_outlasts_a_restart() -> None:
    source = Source(HALF_HOUR)
    source.look(0, 1)
    source.until(40)
    began, heard = source.silence, source.heard
    assert began is not None
    assert heard is not None
    again = Source(HALF_HOUR, heard=decode_heard(encode_heard(heard)))
    assert again.heard == heard
    assert again.look(500) == SILENT
    assert again.silence == began
    assert again.look(501, 1) == FLOWING


def test_a_clock_set_back_neither_breaks_nor_calls() -> None:
    source = Source(HALF_HOUR)
    source.look(100, 1)
    assert source.look(10) == UNKNOWN
    assert source.heard is not None
    assert source.heard.heard_at == source.heard.quiet_from == T0 + 10 * MINUTE
    source.look(11, 1)
    assert source.until(41) == FLOWING
    assert source.look(42) == SILENT


def test_another_way_of_learning_starts_anew() -> None:
    source = Source(Expectation(None, ALWAYS), heard=learnt())
    assert source.look(1, 1) == UNKNOWN
    assert source.heard is not None
    assert len(source.heard.model.looked) == 1


def test_what_another_version_kept_is_learnt_anew() -> None:
    other = msgspec.structs.replace(learnt(), version=2)
    assert decode_heard(encode_heard(other)) is None
    assert decode_heard(b"\x93\x01") is None
    assert decode_heard(encode_heard(learnt())) == learnt()


def test_a_source_takes_little_room() -> None:
    assert len(encode_heard(learnt())) < 4096


@pytest.mark.parametrize(
    ("before", "after", "grown"),
    [
        ({0: 5, 1: 7}, {0: 5, 1: 7}, 0),
        ({0: 5, 1: 7}, {0: 6, 1: 9}, 3),
        ({0: 5}, {0: 5, 1: 2}, 2),
        ({0: 5, 1: 7}, {0: 2, 1: 7}, 2),
        ({0: 5, 1: 7}, {0: 0}, 0),
        ({}, {}, 0),
    ],
    ids=["nothing", "records", "a new partition", "made anew", "made anew and empty", "no partitions"],
)
def test_growth(before: dict[int, int], after: dict[int, int], grown: int) -> None:
    assert growth(before, after) == grown


def test_of_two_workers_the_latest_word_and_the_longest_memory_count() -> None:
    long = learnt()
    fresh = msgspec.structs.replace(long, looked_at=T0 + 9, heard_at=T0 + 9, model=nothing_learnt(None))
    joined = msgspec.structs.replace(fresh, model=long.model)
    assert adopt(None, long) == long
    assert adopt(fresh, long) == adopt(long, fresh) == joined
    assert adopt(joined, joined) == joined


def test_nobody_is_silent_of_whom_nothing_is_known() -> None:
    assert silent("orders", None) is None
    assert silent("orders", msgspec.structs.replace(learnt(), state=SILENT)) is None


def test_a_silence_names_the_system() -> None:
    heard = msgspec.structs.replace(learnt(), state=SILENT, expected_by=T0 + 5)
    assert silent("orders", heard, "mes") == Silent("orders", T0, T0 + 5, "mes")


@pytest.mark.parametrize(
    ("status", "owners"),
    [
        (None, {"shop", "mes", "crm"}),
        ("UNHEARD_OF", {"shop", "mes", "crm"}),
        ("SUBMITTED", {"mes", "crm"}),
        ("MANUFACTURING_APPROVED", {"mes"}),
        ("PACKAGING", {"mes"}),
        ("SHIPPED", {"crm"}),
        ("CLOSED", set()),
    ],
)
def test_whose_word_is_next(status: str | None, owners: set[str]) -> None:
    assert next_owners(DEFAULT_LIFECYCLE, STOP, status) == owners


def test_without_a_stop_ahead_every_later_step_counts() -> None:
    lifecycle = Lifecycle((Step("A", "a"), Step("B", "b"), Step("C", "c")))
    assert next_owners(lifecycle, {"A"}, "A") == {"b", "c"}


def test_whom_a_silence_concerns() -> None:
    owners = next_owners(DEFAULT_LIFECYCLE, STOP, "MANUFACTURING_APPROVED")
    assert concerned(owners, ["mes"])
    assert concerned(owners, ["crm", None])
    assert not concerned(owners, ["crm", "shop"])
    assert not concerned(owners, [])


@given(st.lists(st.tuples(st.integers(1, 200), st.booleans()), max_size=60), st.integers(1, 100))
def test_laws_of_a_given_rate(steps: list[tuple[int, bool]], every: int) -> None:
    """Silent only after `every` without a record, always after `every` watched without one, never with one."""
    expected = Expectation(Length(0, every * SECOND))
    source = Source(expected)
    source.look(0)
    at = quiet = watched = 0
    for seconds, speaks in steps:
        at += seconds
        quiet = 0 if speaks else quiet + seconds
        watched = 0 if speaks else watched + (seconds if seconds * SECOND <= BLIND else 0)
        state = source.look(at / 60, int(speaks))
        assert not (state is SILENT and (speaks or quiet <= every))
        assert state is SILENT or watched <= every
        assert (source.silence is not None) == (state is SILENT)
        if source.silence is not None:
            assert source.silence.since == T0 + (at - quiet) * SECOND
