import json
import random

import pytest

from slamon.demo.passage import Passage
from slamon.demo.story import Kind, Story
from slamon.demo.tempo import SECOND, Tempo
from tests.oracle.instants import instant


def a_way(*, b2b: bool = False) -> Passage:
    return Passage(Story("A-1", Tempo.of_play(60), random.Random(4), b2b=b2b))


def statuses(way: Passage) -> list[str]:
    said = sorted(
        (json.loads(record.value) for record in way.story.told(0).records if record.value and record.timely),
        key=lambda event: instant(event["occurred_at"]),
    )
    return [event["status"] for event in said if "status" in event]


def test_a_shop_order_goes_through_all_ten_statuses() -> None:
    way = a_way()
    way.opens()
    way.finishes(way.timely(until=way.in_time))
    assert statuses(way) == [
        *("cart_opened", "model_uploaded", "order_placed", "PRICED", "confirmed"),
        *("IN_WORK", "MADE", "PACKING", "DISPATCHED", "handed_over"),
    ]


def test_a_partners_order_enters_with_its_price() -> None:
    way = a_way(b2b=True)
    way.opens()
    assert (statuses(way), way.here.start) == (["PRICED"], "PRICE_CALCULATED")


def test_it_moves_without_delay_to_the_stage_that_is_asked_for() -> None:
    way = a_way()
    way.opens()
    way.moves_to(3)
    assert way.here.start == "MANUFACTURING_STARTED"
    assert way.start < way.now < way.due_at


def test_timely_lengths_keep_every_budget_and_the_end() -> None:
    way = a_way()
    way.opens()
    until = way.now + 5 * SECOND
    lengths = way.timely(until=until)
    assert way.now + sum(lengths) <= until
    assert all(length <= stage.timely for length, stage in zip(lengths, way.tempo.stages, strict=True))


def test_shipping_can_be_timed_exactly() -> None:
    way = a_way()
    way.opens(promised=10)
    finish = way.now + 20 * SECOND + 7
    for length in way.shipping_at(finish):
        way.moves(length)
    assert way.now == finish


def test_shipping_so_late_that_a_stage_would_be_overdue_is_refused() -> None:
    way = a_way()
    way.opens()
    with pytest.raises(ValueError, match="do not add up"):
        way.shipping_at(way.due_at)


def test_notices_follow_from_where_the_order_stays() -> None:
    way = a_way()
    way.opens()
    way.overstays()
    way.warns(way.due_at)
    way.misses(way.due_at)
    owed = [(due.kind, due.stage, due.at) for due in way.story.told(0).dues]
    assert owed == [
        (Kind.STAGE_OVERDUE, "SUBMITTED", way.start + way.tempo.stages[0].budget),
        (Kind.AT_RISK, None, way.start + 36 * SECOND),
        (Kind.BREACHED, None, way.start + 42 * SECOND),
    ]


def test_a_warning_stands_from_the_moment_the_date_is_stated_at_the_earliest() -> None:
    way = a_way()
    way.warns(10 * SECOND, stated_at=9 * SECOND)
    assert way.story.told(0).dues[0].at == 9 * SECOND
