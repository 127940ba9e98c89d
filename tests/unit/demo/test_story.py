import json
import random

from slamon.demo.story import Due, Kind, Record, Story
from slamon.demo.systems import CRM, MES, SHOP
from slamon.demo.tempo import SECOND, TRAVEL, Tempo

START = 1_790_000_000_000_000


def a_story(*, b2b: bool = False, seed: int = 1) -> Story:
    return Story("A-1", Tempo.of_play(60), random.Random(seed), b2b=b2b)


def events(story: Story) -> list[dict[str, str]]:
    told = {record.value: record for record in story.told(START).records}
    return [json.loads(value) for value in told if value is not None]


def test_the_owner_says_it_in_its_own_words_and_zone() -> None:
    story = a_story()
    story.status(SECOND, "MANUFACTURING_APPROVED")
    (event, *_) = events(story)
    assert (event["status"], event["occurred_at"]) == ("confirmed", "2026-09-21T17:13:21.000000+03:00")


def test_the_shop_knows_the_client_and_mes_only_that_of_a_partner() -> None:
    private, partner = a_story(), a_story(b2b=True)
    private.status(0, "SUBMITTED")
    private.status(SECOND, "PRICE_CALCULATED")
    partner.status(0, "PRICE_CALCULATED")
    submitted, priced = (event for event in events(private) if event["status"] in {"order_placed", "PRICED"})
    assert submitted["channel"] == "shop"
    assert submitted["client_name"] == private.client.name
    assert "client_id" not in priced
    assert events(partner)[0]["channel"] == "b2b"


def test_ordinary_messages_travel_a_moment_and_are_timely() -> None:
    story = a_story()
    for second in range(50):
        story.promised(second * SECOND, 100 * SECOND, "later")
    records = [record for record in story.told(START).records if record.timely]
    delays = [record.at - START - number * SECOND for number, record in enumerate(records)]
    assert len(delays) == 50
    assert all(0 < delay < TRAVEL for delay in delays)


def test_a_stuck_message_comes_when_it_comes() -> None:
    story = a_story()
    story.status(SECOND, "SHIPPED", sent_at=9 * SECOND)
    record = story.told(START).records[0]
    assert (record.at, record.timely, record.system.name) == (START + 9 * SECOND, False, "mes")


def test_some_messages_are_sent_twice_with_the_same_bytes() -> None:
    story = a_story()
    for second in range(100):
        story.noted(second * SECOND)
    records = story.told(START).records
    assert 100 < len(records) < 150
    assert len({record.value for record in records}) == 100


def test_keys_stand_where_the_system_sets_them() -> None:
    story = a_story()
    story.status(0, "SUBMITTED")
    story.status(SECOND, "SHIPPED")
    keys = {record.system.name: record.key for record in story.told(START).records}
    assert keys == {SHOP.name: b"A-1", MES.name: None}


def test_strange_statuses_are_counted() -> None:
    story = a_story()
    story.strange(0, CRM)
    assert story.unknown_statuses == 1
    assert events(story)[0]["status"] in CRM.strange_words


def test_both_ways_of_calling_off_are_used() -> None:
    ways = set()
    for seed in range(10):
        story = a_story(seed=seed)
        story.cancelled(0, "why")
        ways.add(events(story)[0].get("type", "status"))
    assert ways == {"cancel", "status"}


def test_what_is_owed_is_moved_into_real_time() -> None:
    story = a_story()
    story.owes(Kind.STAGE_OVERDUE, SECOND, SECOND, "SUBMITTED", false=True)
    assert story.told(START).dues == (
        Due("A-1", Kind.STAGE_OVERDUE, START + SECOND, START + SECOND, "SUBMITTED", false=True),
    )


def test_length_reaches_to_the_last_message_or_notice() -> None:
    story = a_story()
    story.status(0, "SHIPPED", sent_at=4 * SECOND)
    story.owes(Kind.BREACHED, 3 * SECOND, 3 * SECOND)
    assert story.length == 4 * SECOND
    story.owes(Kind.BREACHED, 6 * SECOND, 6 * SECOND)
    assert story.length == 6 * SECOND


def test_records_come_in_the_order_of_their_sending() -> None:
    story = a_story()
    story.status(SECOND, "SHIPPED", sent_at=9 * SECOND)
    story.status(2 * SECOND, "CLOSED")
    records: tuple[Record, ...] = story.told(START).records
    assert [record.at for record in records] == sorted(record.at for record in records)
