import random

from slamon.demo.cast import LIVES, Entry


def test_every_life_has_a_name_of_its_own_and_is_led_by_somebody() -> None:
    assert len({life.name for life in LIVES}) == len(LIVES)
    assert all(life.weight > 0 for life in LIVES)


def test_most_orders_are_on_time() -> None:
    on_time = sum(life.weight for life in LIVES if life.name.startswith("on time"))
    assert on_time > sum(life.weight for life in LIVES) / 2


def test_orders_enter_where_their_life_says() -> None:
    rng = random.Random(1)
    entered = {entry: {entry.is_b2b(rng) for _ in range(50)} for entry in Entry}
    assert entered == {Entry.SHOP: {False}, Entry.MES: {True}, Entry.EITHER: {True, False}}
