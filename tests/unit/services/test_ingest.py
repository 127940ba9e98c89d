"""Records of the sources: applied, re-routed, or dead letters; one bad record stops nothing."""

import json
from typing import Any

import pytest

from slamon.errors import DecodeError
from slamon.kafka.partitioner import partition_of
from slamon.lag.observation import Place
from slamon.lag.order_index import Indexed, OrderIndex, Standing
from slamon.notices.leaving import leave
from slamon.orders.event import DAY, SECOND, OrderEvent, rfc3339
from slamon.services.ingest import Ingest, IngestRules, Topics
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.sources.native import NativeDecoder
from slamon.stream import Effects, Outgoing, Record
from tests.builders import MINUTE, PROMISE_ONLY, T0
from tests.fakes.stream import FakeRows, FakeTally, record

TOPICS = Topics("slamon.repartition", "slamon.deliveries", "slamon.outbox", "slamon.dead-letters")
NOW = T0 + DAY


class _Broken:
    """A decoder with a fault of our own in it."""

    def decode(self, value: bytes | None, *, origin: str) -> OrderEvent:
        raise RuntimeError(f"cannot {value!r} {origin}")


class Bench:
    """An ingest with one partition, number 0 of `partitions`."""

    def __init__(self, partitions: int = 1) -> None:
        native = NativeDecoder(None, {}, 4096)
        rules = IngestRules(
            source_of={"orders": "web", "crm.events": "crm"},
            decoders={"web": native, "crm": native, "broken": _Broken()},
            partitions=partitions,
            future_tolerance=5 * MINUTE,
            topics=TOPICS,
        )
        self.tally = FakeTally()
        self.misplaced: list[str] = []
        self.ingest = Ingest(rules, self.tally, lambda: NOW, self.misplaced.append)
        self.rows = FakeRows()
        self.orders = OrderPartition(0, PartitionRules(PROMISE_ONLY, {}, TOPICS.outbox), self.tally)
        self.effects = Effects()

    def takes(self, *records: Record) -> None:
        self.ingest.direct(records, self.orders, self.rows, self.effects, None)

    def takes_rerouted(self, *records: Record) -> None:
        self.ingest.rerouted(records, self.orders, self.rows, self.effects, None)


def _value(order_id: str = "o-1", at: int = T0, **changes: Any) -> bytes:
    told = {"order_id": order_id, "status": "SUBMITTED", "occurred_at": rfc3339(at)}
    return json.dumps(told | changes).encode()


def _headers(letter: Outgoing) -> dict[str, bytes]:
    return dict(letter.headers)


def test_good_records_are_applied() -> None:
    """Counted by outcome, with the delay of the latest event."""
    bench = Bench()
    bench.takes(record(_value()), record(_value()), record(_value("o-2", T0 + MINUTE, status="ON_FIRE")))
    assert sorted(bench.rows.rows) == [b"o-1", b"o-2"]
    outcomes = {"applied": 1, "duplicate": 1, "unknown_status": 1}
    assert bench.tally.of("ingested") == [("web", outcomes, DAY - MINUTE, 3)]
    assert bench.effects == Effects()


def test_an_order_that_has_left_is_counted() -> None:
    """`expired`: neither rebuilt nor told again."""
    bench = Bench()
    bench.rows.put(b"o-1", leave(T0))
    bench.takes(record(_value()))
    assert bench.tally.of("ingested") == [("web", {"expired": 1}, DAY, 1)]


BAD = {
    "not_json": b"{",
    "not_object": b"[]",
    "invalid": b'{"order_id": "o-1"}',
    "too_large": b'"' + b"x" * 5000 + b'"',
    "future_dated": _value(at=NOW + 5 * MINUTE + 1),
}


@pytest.mark.parametrize("reason", BAD)
def test_what_cannot_be_used_is_a_dead_letter(reason: str) -> None:
    """Raw bytes, the key as it was, reason and origin; the records around it are applied."""
    bench = Bench()
    bad = record(BAD[reason], offset=17, key=b"k")
    bench.takes(record(_value()), bad, record(_value("o-2")))
    assert sorted(bench.rows.rows) == [b"o-1", b"o-2"]
    (letter,) = bench.effects.before
    assert letter[:4] == (TOPICS.dead_letters, b"k", BAD[reason], None)
    assert _headers(letter).pop("slamon-detail")
    assert {name: value for name, value in _headers(letter).items() if name != "slamon-detail"} == {
        "slamon-reason": reason.encode(),
        "slamon-topic": b"orders",
        "slamon-partition": b"0",
        "slamon-offset": b"17",
    }
    assert bench.tally.of("dead_letter") == [(reason, 17, "DecodeError")]
    assert bench.tally.of("ingested")[0][1] == {"applied": 2, "dead_letter": 1}


def test_an_event_a_little_ahead_is_accepted() -> None:
    """Less than `future_tolerance` ahead: it waits in the order's row."""
    bench = Bench()
    bench.takes(record(_value(at=NOW + 5 * MINUTE)))
    assert b"o-1" in bench.rows.rows


def test_a_tombstone_is_a_dead_letter() -> None:
    """A record without value."""
    bench = Bench()
    bench.takes(record(None))
    assert [letter.value for letter in bench.effects.before] == [None]


def test_a_fault_of_our_own_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """`internal_error`, with the record's bytes; the batch goes on."""
    bench = Bench()
    real = OrderPartition.apply

    def apply(self: OrderPartition, key: bytes, *rest: Any) -> Any:
        if key == b"o-2":
            raise ZeroDivisionError("\ud800 is no text")
        return real(self, key, *rest)

    monkeypatch.setattr(OrderPartition, "apply", apply)
    bench.takes(record(_value()), record(_value("o-2")), record(_value("o-3")))
    assert sorted(bench.rows.rows) == [b"o-1", b"o-3"]
    assert _headers(bench.effects.before[0])["slamon-reason"] == b"internal_error"
    assert bench.tally.of("dead_letter") == [("internal_error", 0, "ZeroDivisionError")]


HOSTILE = {
    "not UTF-8": (("slamon-topic", b"\xff"),),
    "null": (("slamon-topic", None),),
    "ours": (("slamon-topic", b"elsewhere"), ("slamon-offset", b"9"), ("slamon-key", b"k")),
}


@pytest.mark.parametrize("headers", HOSTILE.values(), ids=HOSTILE)
def test_what_a_producer_writes_into_headers_is_not_believed(headers: Any) -> None:
    """A producer may write anything, our own names too: it neither stops the worker nor forges an origin."""
    bench = Bench()
    bench.takes(record(b"{", headers=headers, offset=3))
    bench.ingest.foreign([record(b"{", topic="crm.events", headers=headers, offset=3)], bench.effects)
    for letter in bench.effects.before:
        assert _headers(letter)["slamon-topic"] in (b"orders", b"crm.events")
        assert _headers(letter)["slamon-offset"] == b"3"
        assert letter.key is None


def _elsewhere(partitions: int) -> str:
    """An order id whose partition is not 0."""
    return next(
        name for name in (f"o-{number}" for number in range(99)) if partition_of(name.encode(), partitions) != 0
    )


def test_a_record_on_the_wrong_partition_is_sent_on() -> None:
    """Re-routed and counted, never applied to a second copy of the row; its origin goes along."""
    bench, order_id = Bench(partitions=8), _elsewhere(8)
    bench.takes(record(_value(order_id), offset=5, key=b"k"))
    assert bench.rows.rows == {}
    place = partition_of(order_id.encode(), 8)
    (sent,) = bench.effects.before
    assert sent[:4] == (TOPICS.repartition, order_id.encode(), _value(order_id), place)
    assert _headers(sent) == {
        "slamon-source": b"web",
        "slamon-topic": b"orders",
        "slamon-partition": b"0",
        "slamon-offset": b"5",
        "slamon-key": b"k",
    }
    assert bench.tally.of("rerouted") == [("web",)]
    assert bench.misplaced == ["orders"]
    assert bench.tally.of("ingested") == [("web", {}, None, 1)]


def test_records_of_a_topic_with_other_partitions_are_all_sent_on() -> None:
    """Expected there, so not counted as misplaced; the unusable become dead letters at once."""
    bench = Bench(partitions=8)
    records = [record(_value("o-1"), topic="crm.events"), record(b"{", topic="crm.events", offset=1)]
    bench.ingest.foreign(records, bench.effects)
    assert [sent.topic for sent in bench.effects.before] == [TOPICS.repartition, TOPICS.dead_letters]
    assert "slamon-key" not in _headers(bench.effects.before[0])
    assert bench.tally.of("rerouted") == []
    assert bench.tally.of("ingested") == [("crm", {"dead_letter": 1}, None, 2)]
    bench.ingest.foreign(records[:1], bench.effects)
    assert len(bench.tally.of("ingested")) == 1


def _sent_on(value: bytes, *, source: bytes = b"crm", key: bytes | None = b"k") -> Record:
    headers = [
        ("slamon-source", source),
        ("slamon-topic", b"crm.events"),
        ("slamon-partition", b"6"),
        ("slamon-offset", b"77"),
    ]
    if key is not None:
        headers.append(("slamon-key", key))
    return record(value, topic=TOPICS.repartition, key=b"o-1", headers=tuple(headers))


def test_records_sent_on_are_applied_here() -> None:
    """Counted for the source that they came from, and where an order was is no question any more."""
    bench = Bench(partitions=8)
    order_id = _elsewhere(8)
    bench.takes_rerouted(_sent_on(_value(order_id)), _sent_on(_value("o-1", T0 + MINUTE), source=b"web"))
    assert sorted(bench.rows.rows) == sorted([order_id.encode(), b"o-1"])
    assert bench.tally.of("ingested") == [
        ("crm", {"applied": 1}, DAY, 2),
        ("web", {"applied": 1}, DAY - MINUTE, 2),
    ]


@pytest.mark.parametrize(("key", "expected"), [(b"k", b"k"), (None, None)])
def test_a_dead_letter_of_a_record_sent_on_names_its_origin(key: bytes | None, expected: bytes | None) -> None:
    """Topic, partition, offset and key are those of the source, not of the repartition topic."""
    bench = Bench()
    bench.takes_rerouted(_sent_on(_value(at=NOW + DAY), key=key), _sent_on(_value()))
    (letter,) = bench.effects.before
    assert letter.key == expected
    assert {name: _headers(letter)[f"slamon-{name}"] for name in ("topic", "partition", "offset", "reason")} == {
        "topic": b"crm.events",
        "partition": b"6",
        "offset": b"77",
        "reason": b"future_dated",
    }
    assert b"o-1" in bench.rows.rows


@pytest.mark.parametrize(
    "strange",
    [record(_value(), topic=TOPICS.repartition, key=b"k"), _sent_on(_value(), source=b"no such source")],
    ids=["no headers", "unknown source"],
)
def test_what_others_write_into_our_topic_stops_nothing(strange: Record) -> None:
    """It becomes a dead letter."""
    bench = Bench()
    bench.takes_rerouted(strange, _sent_on(_value()))
    assert [_headers(letter)["slamon-reason"] for letter in bench.effects.before] == [b"internal_error"]
    assert b"o-1" in bench.rows.rows


def test_a_reason_is_of_a_closed_set() -> None:
    """What is not a DecodeError is our own fault."""
    bench = Bench()
    bench.takes_rerouted(_sent_on(_value(), source=b"broken"))
    assert _headers(bench.effects.before[0])["slamon-reason"] == b"internal_error"
    assert isinstance(DecodeError("not_json", "?"), Exception)


def test_an_event_before_1970_has_no_delay() -> None:
    """Its instant is negative; nothing breaks."""
    bench = Bench()
    bench.takes(record(_value(at=-SECOND)))
    assert bench.tally.of("ingested") == [("web", {"applied": 1}, None, 1)]


def _indexed(bench: Bench) -> OrderIndex:
    index = bench.ingest.index = OrderIndex(dict[str, Standing]().get)
    return index


def test_whoever_watches_lag_learns_which_order_each_record_is_about() -> None:
    """Also of records that go elsewhere; what is no order's counts as read."""
    bench = Bench(partitions=2)
    index = _indexed(bench)
    elsewhere = next(f"o-{n}" for n in range(99) if partition_of(f"o-{n}".encode(), 2) == 1)
    here = next(f"o-{n}" for n in range(99) if partition_of(f"o-{n}".encode(), 2) == 0)
    bench.takes(
        record(_value(here), offset=4, timestamp=7),
        record(b"{", offset=5, timestamp=7),
        record(_value(elsewhere), offset=6, timestamp=8),
        record(b"[]", offset=7, timestamp=9),
    )
    assert list(index.since(Place("orders", 0), 0)) == [Indexed(4, here, 7000), Indexed(6, elsewhere, 8000)]
    assert index.extent(Place("orders", 0)) == (4, 8)


def test_records_of_a_topic_with_other_partitions_are_learnt_too() -> None:
    bench = Bench()
    index = _indexed(bench)
    bench.ingest.foreign([record(_value(), topic="crm.events", partition=9, offset=3, timestamp=7)], bench.effects)
    assert list(index.since(Place("crm.events", 9), 0)) == [Indexed(3, "o-1", 7000)]


def test_where_nobody_watches_nothing_is_kept() -> None:
    bench = Bench()
    index = _indexed(bench)
    index.is_fed = False
    bench.takes(record(_value()))
    assert len(index) == 0
