"""Which spells an order's moves hold: forward only, whatever else was said."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.sla.forecast.spells import Move, Spell, position, spells

STOP = frozenset({"SHIPPED", "CLOSED"})
WAY: list[Move] = [
    (0, "SUBMITTED"),
    (10, "PRICE_CALCULATED"),
    (30, "MANUFACTURING_STARTED"),
    (60, "MANUFACTURING_COMPLETED"),
    (100, "SHIPPED"),
]
SPELLS = [
    Spell("SUBMITTED", "PRICE_CALCULATED", 10, 10),
    Spell("PRICE_CALCULATED", "MANUFACTURING_STARTED", 20, 30),
    Spell("MANUFACTURING_STARTED", "MANUFACTURING_COMPLETED", 30, 60),
    Spell("MANUFACTURING_COMPLETED", "SHIPPED", 40, 100),
]


def spells_of(moves: list[Move], ended_at: int | None = 100, *, cancelled: bool = False) -> list[Spell]:
    return spells(moves, DEFAULT_LIFECYCLE, STOP, ended_at, cancelled=cancelled)


def test_a_spell_lasts_until_the_next_step_that_was_reached() -> None:
    assert spells_of(WAY) == SPELLS


def test_nothing_of_nothing() -> None:
    assert spells_of([], None) == []
    assert position([], DEFAULT_LIFECYCLE, STOP) is None


def test_what_an_open_or_cancelled_order_is_at_is_no_spell() -> None:
    assert spells_of(WAY[:3], None) == SPELLS[:2]
    assert spells_of(WAY[:3], 40, cancelled=True) == SPELLS[:2]


def test_repeated_steps_and_steps_back_change_nothing() -> None:
    rework: list[Move] = [(15, "SUBMITTED"), (40, "PRICE_CALCULATED"), (45, "MANUFACTURING_STARTED"), (60, "SUBMITTED")]
    assert spells_of(WAY + rework) == SPELLS


def test_unknown_statuses_are_passed_over() -> None:
    assert spells_of([*WAY, (20, "IN_REVIEW")]) == SPELLS


def test_what_is_said_after_the_end_is_not_learnt() -> None:
    assert spells_of([*WAY, (150, "CLOSED")]) == SPELLS
    assert spells_of(WAY, 20, cancelled=True) == SPELLS[:1]


def test_a_stop_step_that_did_not_end_the_order_is_passed_over() -> None:
    assert spells_of([*WAY, (50, "SHIPPED")]) == SPELLS
    assert spells_of([*WAY[:4], (50, "SHIPPED")], None) == SPELLS[:3]
    assert spells_of([*WAY[:4], (70, "SHIPPED")], 70, cancelled=True) == SPELLS[:3]


def test_steps_of_one_instant_take_no_time() -> None:
    assert spells_of([(0, "SHIPPED"), (0, "SUBMITTED")], 0) == [Spell("SUBMITTED", "SHIPPED", 0, 0)]


def test_the_position_is_the_furthest_step_and_when_it_was_first_reached() -> None:
    moves: list[Move] = [*WAY[:3], (40, "PRICE_CALCULATED"), (50, "MANUFACTURING_STARTED"), (55, "SHIPPED")]
    assert position(moves, DEFAULT_LIFECYCLE, STOP) == (30, "MANUFACTURING_STARTED")


anything = st.lists(st.tuples(st.integers(0, 50), st.sampled_from([*DEFAULT_LIFECYCLE.statuses, "ODD"])), max_size=20)


@given(anything, st.one_of(st.none(), st.integers(0, 50)), st.booleans(), st.randoms(use_true_random=False))
def test_spells_join_go_forward_and_do_not_depend_on_the_order_of_moves(
    moves: list[Move], ended_at: int | None, cancelled: bool, rng: object
) -> None:
    found = spells_of(moves, ended_at, cancelled=cancelled)
    shuffled = list(moves)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert found == spells_of(shuffled, ended_at, cancelled=cancelled)
    rank = DEFAULT_LIFECYCLE.index
    for spell in found:
        assert rank[spell.to] > rank[spell.step]
        assert spell.span >= 0
        assert spell.step not in STOP
        assert ended_at is None or spell.finished_at <= ended_at
    for one, after in pairwise(found):
        assert one.to == after.step
        assert one.finished_at == after.finished_at - after.span
