from slamon.demo.systems import CRM, MES, PARTITIONS, SHOP, SYSTEMS, owner_of
from tests.oracle.instants import instant
from tests.oracle.rules import CANCELLED, OWNERS


def test_every_step_has_a_word_in_the_system_that_owns_it() -> None:
    said = {status: system.name for system in SYSTEMS for status in system.words}
    assert said == {**OWNERS, CANCELLED: "crm"}
    assert {status: owner_of(status).name for status in OWNERS} == OWNERS


def test_each_system_has_words_of_its_own() -> None:
    words = [word for system in SYSTEMS for word in (*system.words.values(), *system.strange_words)]
    assert len(words) == len(set(words))
    assert not set(words) & {*OWNERS, CANCELLED}


def test_status_maps_lead_from_words_to_statuses() -> None:
    assert MES.status_map["DISPATCHED"] == "SHIPPED"
    assert CRM.status_map["called_off"] == CANCELLED


def test_one_topic_is_neither_keyed_nor_partitioned_like_the_others() -> None:
    assert (SHOP.keyed, SHOP.partitions) == (CRM.keyed, CRM.partitions) == (True, PARTITIONS)
    assert not MES.keyed
    assert MES.partitions != PARTITIONS


def test_systems_write_the_same_instant_in_their_own_zone() -> None:
    at = 1_790_000_000_123_456
    assert SHOP.time(at) == "2026-09-21T14:13:20.123456Z"
    assert CRM.time(at) == "2026-09-21T17:13:20.123456+03:00"
    assert instant(SHOP.time(at)) == instant(CRM.time(at))
