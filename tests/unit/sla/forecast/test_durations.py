"""What is learnt per channel: bounded, mergeable, and the same after a round trip."""

from collections.abc import Iterable
from functools import reduce

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import DAY
from slamon.sla.forecast.durations import (
    LONGEST_CHANNEL,
    MOST_CHANNELS,
    MOST_WAYS,
    Durations,
    decode_durations,
    encode_durations,
)
from slamon.sla.forecast.sketch import GAMMA, MOST_BUCKETS
from slamon.sla.forecast.spells import Spell

SPELL = Spell("SUBMITTED", "PRICE_CALCULATED", DAY, 100 * DAY)

spell_lists = st.lists(
    st.tuples(
        st.sampled_from([None, "shop", "b2b", "x" * (LONGEST_CHANNEL + 1)]),
        st.builds(
            Spell,
            st.sampled_from(["SUBMITTED", "PRICE_CALCULATED"]),
            st.sampled_from(["MANUFACTURING_STARTED", "SHIPPED"]),
            st.integers(0, 10**13),
            st.integers(0, 1000 * DAY),
        ),
    ),
    max_size=12,
)
Learnt = list[tuple[str | None, Spell]]


def durations_of(learnt: Iterable[tuple[str | None, Spell]]) -> Durations:
    durations = Durations()
    for channel, spell in learnt:
        durations.learn(channel, spell)
    return durations


def merged(*parts: Durations) -> Durations:
    def add(one: Durations, other: Durations) -> Durations:
        one.merge(other)
        return one

    return reduce(add, parts, Durations())


def test_a_spell_counts_for_its_channel_and_for_all() -> None:
    durations = durations_of([("shop", SPELL)])
    for times in (durations.overall, durations.of("shop")):
        assert times.learnt == 1
        assert times.since == 100 * DAY
        assert times.steps["SUBMITTED"]["PRICE_CALCULATED"].count == 1
    assert durations.of("b2b").learnt == durations.of(None).learnt == 0


def test_the_next_steps_are_told_apart() -> None:
    durations = durations_of([("shop", SPELL), ("shop", SPELL._replace(to="SHIPPED"))])
    assert set(durations.of("shop").steps["SUBMITTED"]) == {"PRICE_CALCULATED", "SHIPPED"}


def test_ways_beyond_the_bound_are_left_out_so_that_what_is_kept_stays_small() -> None:
    """The worst there can be is written in less than half a megabyte."""
    durations = Durations()
    for place in range(MOST_WAYS + 5):
        for number in range(2 * MOST_BUCKETS):
            span = round(GAMMA**number)
            durations.learn("shop", Spell(f"STEP_{place // 8}", f"STEP_{place}", span, 100 * DAY))
    times = durations.of("shop")
    assert sum(map(len, times.steps.values())) == MOST_WAYS
    assert times.learnt == durations.overall.learnt == MOST_WAYS * 2 * MOST_BUCKETS
    assert 300_000 < len(msgspec.msgpack.encode(times)) < 500_000


def test_channels_beyond_the_bound_count_together() -> None:
    durations = durations_of([(f"c{number}", SPELL) for number in range(MOST_CHANNELS + 5)])
    assert len(durations.channels) == MOST_CHANNELS
    assert durations.of(f"c{MOST_CHANNELS}").learnt == durations.rest.learnt == 5
    assert durations.overall.learnt == MOST_CHANNELS + 5


def test_no_channel_and_one_with_a_very_long_name_are_of_the_rest() -> None:
    durations = durations_of([(None, SPELL), ("x" * (LONGEST_CHANNEL + 1), SPELL)])
    assert durations.channels == {}
    assert durations.rest.learnt == 2


def test_merged_channels_stay_bounded_and_the_smallest_join_the_rest() -> None:
    one = durations_of([(f"a{number}", SPELL) for number in range(MOST_CHANNELS)] * 2)
    one.merge(durations_of([("b", SPELL)]))
    assert "b" not in one.channels
    assert (len(one.channels), one.rest.learnt, one.overall.learnt) == (MOST_CHANNELS, 1, 2 * MOST_CHANNELS + 1)


@given(spell_lists, spell_lists, spell_lists)
def test_merging_is_exact_in_any_order(first: Learnt, second: Learnt, third: Learnt) -> None:
    a, b, c = durations_of(first), durations_of(second), durations_of(third)
    whole = durations_of(first + second + third)
    assert merged(a, b, c) == merged(c, a, b) == merged(merged(b, c), a) == whole


@given(spell_lists)
def test_bytes_and_back(learnt: Learnt) -> None:
    durations = durations_of(learnt)
    assert decode_durations(encode_durations(durations)) == durations
