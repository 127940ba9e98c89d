"""Answers find their notice, are written once, and a new promise goes to the order's source."""

import json
from typing import Any

import pytest

from slamon.kafka.partitioner import partition_of
from slamon.notices.answers import Action, Answer
from slamon.notices.row import read_row
from slamon.notices.system import of_silence
from slamon.services.answering import Answering, AnswerRefusedError, PromiseTopics, ids_of
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.services.system_notices import SystemNotices
from slamon.sla.silence import Silent
from slamon.stream import Effects, PartitionLostError
from tests.builders import PROMISE_ONLY, T0, day, order_event
from tests.fakes.stream import FakeEngine, FakeTally
from tests.fakes.tables import FakeTables, tables_of

RULES = PartitionRules(PROMISE_ONLY, {}, "outbox")
PARTITIONS = 4
ALL = range(PARTITIONS)
ORDERS = [f"o-{number}" for number in range(9)]


class Bench:
    """Late orders over four partitions, all ours, and a notice about a silent source."""

    def __init__(self, promises: PromiseTopics | None = None, tables: FakeTables | None = None) -> None:
        self.tables = tables or tables_of(
            *(order_event(order_id=order_id) for order_id in ORDERS), partitions=PARTITIONS, rules=PROMISE_ONLY
        )
        for order_id in ORDERS:
            self.tables.settle(order_id, day(22))
        self.system = SystemNotices(lambda: RULES)
        self.silence = of_silence(Silent("mes", day(1), day(2), "mes"), 7, (), day(3))
        self.system.declare(self.silence, self.tables.tables[0], Effects())
        self.engine = FakeEngine(self.tables.tables)
        self.promises = promises or PromiseTopics({"orders": "orders.events"}, {"orders": None})
        self.restart()

    def restart(self) -> None:
        """Nothing but the rows is left."""
        partitions = {number: OrderPartition(number, RULES, FakeTally()) for number in self.tables.tables}
        self.answering = Answering(
            self.engine, partitions, self.system, "shop.answers", self.promises, count=PARTITIONS
        )

    def id_of(self, order_id: str, place: int = 0) -> str:
        row = read_row(self.tables.of(order_id).rows[order_id.encode()], PROMISE_ONLY)
        assert row is not None
        return list(ids_of(order_id, row))[place]

    def kept(self, order_id: str) -> list[Answer]:
        row = read_row(self.tables.of(order_id).rows[order_id.encode()], PROMISE_ONLY)
        assert row is not None
        return row.answers or []

    async def say(self, notice_id: str, action: str = "acknowledge", hint: str | None = None, **more: Any) -> Any:
        answer = Answer(notice_id, action, "ann", more.pop("at", day(23)), **more)
        return await self.answering.answer(ALL, answer, hint)

    def written(self, *, before: bool = True) -> list[tuple[str, str, dict[str, Any]]]:
        found = self.engine.effects.before if before else self.engine.effects.after
        return [(out.topic, (out.key or b"").decode(), json.loads(out.value or b"")) for out in found]


@pytest.mark.parametrize("hint", [None, "right", "wrong"])
async def test_an_answer_is_kept_with_its_order_and_written(hint: str | None) -> None:
    """Whether the order is named, named wrongly, or has to be found."""
    bench = Bench()
    own_id = bench.id_of("o-5", 1)
    record = await bench.say(own_id, hint={"right": "o-5", "wrong": "o-1"}.get(hint or ""))
    assert (record["notice_id"], record["order_id"], record["action"]) == (own_id, "o-5", "acknowledge")
    assert bench.written() == [("shop.answers", own_id, record)]
    assert bench.written(before=False) == []
    assert [(answer.notice_id, answer.by) for answer in bench.kept("o-5")] == [(own_id, "ann")]
    assert bench.kept("o-1") == []


async def test_a_notice_that_is_not_here_is_none() -> None:
    """Nothing is written, be it unknown or another worker's."""
    bench = Bench()
    own_id, partition = bench.id_of("o-5"), partition_of(b"o-5", PARTITIONS)
    assert await bench.say("unknown") is None
    others = [number for number in ALL if number != partition]
    assert await bench.answering.answer(others, Answer(own_id, "told", "ann", T0), "o-5") is None
    del bench.tables.tables[partition]
    assert await bench.say(own_id, hint="o-5") is None
    assert bench.engine.steps == 0


async def test_a_repeat_writes_nothing_and_gives_the_first_record() -> None:
    bench = Bench()
    own_id = bench.id_of("o-5")
    first = await bench.say(own_id, nonce="7.1")
    assert await bench.say(own_id, nonce="7.1", at=day(24)) == first
    assert len(bench.written()) == len(bench.kept("o-5")) == 1


async def test_a_repeat_after_a_crash_is_written_again_since_the_first_may_not_be() -> None:
    """The row may be older than the crash, the records after it not: they are the same, so twice is harmless."""
    bench = Bench()
    own_id = bench.id_of("o-5")
    first = await bench.say(own_id, "promise", promised_at=day(40), nonce="7.1")
    bench.restart()
    assert await bench.say(own_id, "promise", promised_at=day(40), nonce="7.1", at=day(24)) == first
    for before in (True, False):
        once, again = bench.written(before=before)
        assert once == again
    assert len(bench.kept("o-5")) == 1


async def test_a_new_promise_is_an_event_of_the_orders_source() -> None:
    bench = Bench()
    await bench.say(bench.id_of("o-5"), Action.PROMISE, promised_at=day(40), reason="new machine")
    ((topic, key, event),) = bench.written(before=False)
    assert (topic, key, event["type"], event["system"]) == ("orders.events", "o-5", "promise", "slamon")
    assert (event["promised_at"], event["actor"], event["reason"]) == ("2026-04-11T09:00:00Z", "ann", "new machine")


@pytest.mark.parametrize(
    ("systems", "topic"),
    [
        ({"shop": "shop", "mes": "mes"}, "mes.events"),
        ({"shop": "shop", "mes": "crm"}, "shop.events"),
        ({"crm": "crm", "mes": None}, "crm.events"),
    ],
)
async def test_of_several_sources_the_newest_events_counts(systems: dict[str, str | None], topic: str) -> None:
    """By the system that it speaks for; where none does, the first one."""
    events = (order_event(order_id="o-5"), order_event("PRICE_CALCULATED", day(1), system="mes", order_id="o-5"))
    others = (order_event(order_id=order_id) for order_id in ORDERS if order_id != "o-5")
    tables = tables_of(*others, *events, partitions=PARTITIONS, rules=PROMISE_ONLY)
    bench = Bench(PromiseTopics({name: f"{name}.events" for name in systems}, systems), tables)
    await bench.say(bench.id_of("o-5"), Action.PROMISE, promised_at=day(40))
    assert [written[0] for written in bench.written(before=False)] == [topic]


async def test_notices_about_no_order_are_answered_too() -> None:
    bench = Bench()
    own_id = bench.silence.notice_id
    record = await bench.say(own_id)
    assert (record["notice_id"], record["order_id"]) == (own_id, None)
    (notice,) = bench.system.all(bench.tables.tables[0])
    assert [answer.by for answer in notice.answers or ()] == ["ann"]
    assert await bench.say(own_id) == record
    assert bench.written() == [("shop.answers", own_id, record)]


async def test_what_can_not_be_promised_is_refused_and_not_kept() -> None:
    bench = Bench(PromiseTopics({}, {}))
    with pytest.raises(AnswerRefusedError, match="no source"):
        await bench.say(bench.id_of("o-5"), Action.PROMISE, promised_at=day(40))
    with pytest.raises(AnswerRefusedError, match="no order"):
        await bench.say(bench.silence.notice_id, Action.PROMISE, promised_at=day(40))
    assert (bench.kept("o-5"), bench.written(), bench.written(before=False)) == ([], [], [])


async def test_a_partition_that_is_lost_meanwhile_is_told() -> None:
    bench = Bench()
    own_id = bench.id_of("o-5")

    async def lost(partition: int, step: object) -> None:
        del step
        raise PartitionLostError(str(partition))

    bench.engine.write = lost  # type: ignore[method-assign]
    with pytest.raises(PartitionLostError):
        await bench.say(own_id)
