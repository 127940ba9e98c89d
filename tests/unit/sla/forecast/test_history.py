"""The past played back."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.orders.event import DAY, Instant
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.sla.forecast.durations import Durations, encode_durations
from slamon.sla.forecast.forecaster import Forecaster
from slamon.sla.forecast.history import Learnt, learnt_from
from slamon.sla.forecast.journey import Dated, Journey, Reached
from slamon.sla.forecast.scoring import Calibration
from slamon.sla.forecast.spells import Spell
from tests.builders import T0, day
from tests.forecast_history import CHANNELS, ORDERS_A_DAY, PROMISE, STOP, moves_of

INDEX = DEFAULT_LIFECYCLE.index
SUBMITTED, PRICED, SHIPPED = 2, 3, 8


def _journey(*steps: tuple[int, Instant], due_at: Instant | None, cancelled: bool = False) -> Journey:
    """An order of no channel; it ends with SHIPPED, or a day after its last step when it is cancelled."""
    last, at = steps[-1]
    ended_at = at + DAY if cancelled else at if last == SHIPPED else None
    reached = [Reached(at, step, due_at) for step, at in steps]
    return Journey(None, STOP, reached, [Dated(reached[0].at, due_at)], ended_at, cancelled)


def _generated(seed: int, orders: int) -> list[Journey]:
    rng, start, found = random.Random(seed), T0, []
    for _ in range(orders):
        start += int(rng.expovariate(ORDERS_A_DAY) * DAY)
        channel = rng.choice(list(CHANNELS))
        moves = moves_of(rng, start, CHANNELS[channel])
        reached = [Reached(at, INDEX[step], start + PROMISE) for at, step in moves]
        found.append(Journey(channel, STOP, reached, [Dated(start, start + PROMISE)], moves[-1][0]))
    return found


def _played(journeys: Iterable[Journey]) -> Learnt:
    return learnt_from(journeys, DEFAULT_LIFECYCLE)


def test_every_spell_is_learnt_once_and_nothing_else() -> None:
    """Of open and cancelled orders too, up to where they are."""
    found = _played(
        [
            _journey((SUBMITTED, T0), (PRICED, day(1)), (SHIPPED, day(5)), due_at=day(21)),
            _journey((SUBMITTED, T0), (PRICED, day(2)), due_at=day(21)),
            _journey((SUBMITTED, T0), (PRICED, day(3)), due_at=day(21), cancelled=True),
            Journey("b2b", STOP, [], []),
        ]
    )
    durations = Durations()
    for spell in (
        Spell("SUBMITTED", "PRICE_CALCULATED", DAY, day(1)),
        Spell("SUBMITTED", "PRICE_CALCULATED", 2 * DAY, day(2)),
        Spell("SUBMITTED", "PRICE_CALCULATED", 3 * DAY, day(3)),
        Spell("PRICE_CALCULATED", "SHIPPED", 4 * DAY, day(5)),
    ):
        durations.learn(None, spell)
    assert encode_durations(found.durations) == encode_durations(durations)
    assert found.calibration == Calibration()


def test_what_it_says_comes_true_as_often_as_it_says() -> None:
    """As the past went on: only from what was before."""
    found = _played(_generated(1, 4000))
    bins = list(zip(found.calibration.forecasts, found.calibration.missed, strict=True))
    assert sum(found.calibration.forecasts) > 10_000
    for number, (count, missed) in enumerate(bins):
        if count >= 100:
            assert number / 10 - 0.08 < missed / count < (number + 1) / 10 + 0.08, bins
    assert (found.calibration.brier or 1) < 0.18


def test_the_future_teaches_nothing_about_the_past() -> None:
    """Orders that come after all others finished leave their scores as they were."""
    past = _generated(2, 600)
    after = max(journey.ended_at or 0 for journey in past) + DAY
    later = [_journey((SUBMITTED, after + n * DAY), (PRICED, after + 90 * DAY), due_at=after) for n in range(50)]
    assert _played([*past, *later]).calibration == _played(past).calibration


def test_open_and_cancelled_orders_are_not_scored() -> None:
    past = _generated(2, 600)
    last = past[-1].reached[0].at
    steps = ((SUBMITTED, last), (PRICED, last + DAY))
    never = [_journey(*steps, due_at=last + PROMISE, cancelled=cancelled) for cancelled in (True, False)]
    counts = [sum(_played(journeys).calibration.forecasts) for journeys in (past, [*past, *never])]
    assert counts[0] == counts[1] > 0


def test_dates_that_have_passed_or_are_none_are_not_forecast() -> None:
    past = _generated(2, 600)
    end = max(journey.ended_at or 0 for journey in past)
    late = [
        _journey((SUBMITTED, end), (PRICED, end + 2 * DAY), (SHIPPED, end + 3 * DAY), due_at=due_at)
        for due_at in (None, end - 1)
    ]
    assert _played([*past, *late]).calibration == _played(past).calibration


def test_orders_with_other_stop_steps_are_forecast_to_their_own_end() -> None:
    """They learn from each other all the same."""
    past = _generated(2, 600)
    end = max(journey.ended_at or 0 for journey in past)
    reached = [Reached(end, SUBMITTED, end + PROMISE), Reached(end + DAY, PRICED, end + PROMISE)]
    priced = Journey("shop", frozenset({"PRICE_CALCULATED"}), reached, [], end + DAY)
    found = _played([*past, priced])
    assert found.calibration.forecasts[0] == _played(past).calibration.forecasts[0] + 1


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_journeys_does_not_matter(chance: random.Random) -> None:
    past = _generated(3, 150)
    shuffled = chance.sample(past, len(past))
    one, other = _played(past), _played(shuffled)
    assert one.calibration == other.calibration
    now = day(40)
    told = []
    for learnt in (one, other):
        outlook = Forecaster(learnt.durations, DEFAULT_LIFECYCLE, STOP).outlook("shop", "SUBMITTED", T0)
        told.append(None if outlook is None else (outlook.finish_at(now), outlook.probability_late(day(50), now)))
    assert told[0] == told[1]


@pytest.mark.parametrize("shift", [-(2**55), 2**56])
def test_instants_far_from_ours(shift: Instant) -> None:
    """Years before 1970 and beyond 3000 come in their order."""
    moved = [
        Journey(
            j.channel,
            j.stop,
            [Reached(at + shift, s, (d or 0) + shift) for at, s, d in j.reached],
            [],
            (j.ended_at or 0) + shift,
        )
        for j in _generated(4, 300)
    ]
    assert sum(_played(moved).calibration.forecasts) > 100
