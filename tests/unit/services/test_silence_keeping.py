"""What is known of sources is kept with every partition, and one worker tells of silences."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import pytest

from slamon.metrics.registry import Metrics
from slamon.notices.notice import NoticeKind
from slamon.notices.routing import Routing, Rule
from slamon.notices.rules import NoticeRules
from slamon.notices.system import SystemNotice
from slamon.orders.event import SECOND, Instant
from slamon.services import silence_keeping
from slamon.services.offers import Address, decode_outbox
from slamon.services.partition import PartitionRules
from slamon.services.silence import SilenceWatch, Watched
from slamon.services.silence_keeping import SilenceKeeping
from slamon.services.system_notices import SystemNotices
from slamon.services.system_rows import system_key, system_rows
from slamon.sla.calendar import Length
from slamon.sla.silence import Expectation, Heard, SourceState, decode_heard
from slamon.stream import TopicPartition
from tests.builders import T0, order_rules
from tests.fakes.stream import FakeEngine, FakeOffsets, FakeRows, until
from tests.unit.metrics.exposition import samples

EVERY = 60 * SECOND
MES = TopicPartition("mes.events", 0)
RULES = PartitionRules(
    order_rules(notices=NoticeRules(("slack",))), {"slack": Address("slack", b"slack|#late", 5)}, "outbox"
)


class Broker:
    """What several workers share: a topic that grows, a clock, the rows of all partitions."""

    def __init__(self) -> None:
        self.offsets = FakeOffsets({MES: 10})
        self.now: Instant = T0
        self.tables = {number: FakeRows() for number in range(3)}

    def passes(self, span: int) -> None:
        self.now += span

    def speaks(self) -> None:
        self.offsets.ends[MES] += 1


class Worker:
    """One worker with its watch, its partitions and what it produced."""

    def __init__(self, broker: Broker, *owned: int, every: int | None = EVERY) -> None:
        self.broker = broker
        self.engine = FakeEngine({number: broker.tables[number] for number in owned})
        length = None if every is None else Length(0, every)
        self.watch = SilenceWatch(
            {"mes": Watched(("mes.events",), "mes", Expectation(length))},
            broker.offsets,
            self._counts,
            lambda: broker.now,
        )
        self.metrics = Metrics(version="1", sources=["mes"])
        self.notices = SystemNotices(lambda: RULES)
        self.keeping = SilenceKeeping(self.watch, self.engine, self.notices, self.metrics.sources, lambda: broker.now)
        for number in owned:
            self.own(number)

    async def _counts(self, topics: Iterable[str]) -> dict[str, int]:
        return dict.fromkeys(topics, 1)

    def own(self, number: int) -> None:
        rows = self.engine.tables[number] = self.broker.tables[number]
        self.keeping.opened(number, rows)
        if number == 0:
            self.notices.open(rows)

    async def looks(self, after: int = 0) -> None:
        """One look and what comes of it, some time later."""
        self.broker.passes(after)
        await self.watch.step()
        await self.keeping.step()

    def kept(self, number: int) -> Heard | None:
        stored = self.broker.tables[number].get(system_key("heard/mes"))
        return None if stored is None else decode_heard(stored)

    def told(self) -> list[SystemNotice]:
        return sorted(self.notices.all(self.broker.tables[0]), key=lambda notice: notice.at)

    def offered(self) -> list[str]:
        records = [decode_outbox(out.value or b"") for out in self.engine.effects.after]
        return [record.offer.notice_id for record in records if record.offer is not None]


async def silent(worker: Worker) -> None:
    """The source spoke, and then for two minutes not."""
    await worker.looks()
    worker.broker.speaks()
    for _ in range(4):
        await worker.looks(40 * SECOND)
    assert worker.watch.state("mes") is SourceState.SILENT


async def test_one_notice_tells_of_a_silence_and_its_end() -> None:
    """However often it is looked at; the next silence is another."""
    worker = Worker(Broker(), 0, 1)
    await silent(worker)
    await worker.looks(40 * SECOND)
    (first,) = worker.told()
    assert (first.subject, first.kind, first.ended_at) == ("mes", NoticeKind.SOURCE_SILENT, None)
    assert (first.began_at, first.at) == (T0 + 40 * SECOND, T0 + 100 * SECOND)
    assert worker.offered() == [first.notice_id]
    worker.broker.speaks()
    await worker.looks(40 * SECOND)
    assert [notice.ended_at for notice in worker.told()] == [worker.broker.now]
    for _ in range(2):
        await worker.looks(40 * SECOND)
    assert [notice.ended_at is None for notice in worker.told()] == [False, True]
    assert len(set(worker.offered())) == 2


async def test_a_silence_is_told_by_the_rules() -> None:
    """Alertmanager hears of it, where rules without parties send it; a rule about clients has no say."""
    worker = Worker(Broker(), 0)
    silences = frozenset({NoticeKind.SOURCE_SILENT})
    rules = (
        Rule(("slack",), silences, clients=frozenset({"c-1"})),
        Rule(("alertmanager", "slack"), silences, slack_channel="#ops"),
    )
    routed = order_rules(notices=NoticeRules(Routing(("slack", "crm", "alertmanager"), rules, ("crm",))))
    worker.notices.rules = lambda: replace(RULES, orders=routed)
    await silent(worker)
    (notice,) = worker.told()
    assert {name: told.route for name, told in notice.deliveries.items()} == {"alertmanager": None, "slack": "#ops"}
    assert {told.queued_at for told in notice.deliveries.values()} == {notice.decided_at}


async def test_only_the_owner_of_the_shared_partition_tells_and_shows() -> None:
    worker = Worker(Broker(), 1, 2)
    await silent(worker)
    assert worker.engine.effects.after == []
    assert [name for name, _ in system_rows(worker.broker.tables[1])] == ["heard/mes"]
    assert samples(worker.metrics, "slamon_source_silent") == {}
    assert worker.watch.as_of(worker.broker.now) != ()


async def test_the_owner_shows_how_it_stands() -> None:
    worker = Worker(Broker(), 0)
    await worker.looks()
    await worker.looks(10 * SECOND)
    assert samples(worker.metrics, "slamon_source_silent") == {}
    assert samples(worker.metrics, "slamon_source_quiet_seconds") == {("mes",): 10}
    await silent(worker)
    assert samples(worker.metrics, "slamon_source_silent") == {("mes",): 1}
    worker.engine.tables.clear()
    await worker.keeping.step()
    assert samples(worker.metrics, "slamon_source_silent") == {}


async def test_a_restart_goes_on_with_the_same_silence() -> None:
    """Nothing is told again, and what is silent is known before the first look."""
    before = Worker(Broker(), 0, 1)
    await silent(before)
    after = Worker(before.broker, 0, 1)
    assert after.watch.silences() == before.watch.silences() != ()
    await after.looks(40 * SECOND)
    assert after.told() == before.told()
    assert after.offered() == []
    before.broker.speaks()
    await after.looks(40 * SECOND)
    assert [notice.ended_at is None for notice in after.told()] == [False]


async def test_a_worker_that_takes_over_knows_the_silence_by_its_records() -> None:
    """It looked at other moments, so that for it the silence began at another: it is the same all the same."""
    broker = Broker()
    one, two = Worker(broker, 0), Worker(broker, 1)
    await two.looks()
    await one.looks(2 * SECOND)
    broker.speaks()
    for _ in range(5):
        await two.looks(28 * SECOND)
        await one.looks(2 * SECOND)
    assert one.watch.silences()[0].since != two.watch.silences()[0].since
    two.own(0)
    await two.looks(2 * SECOND)
    assert two.told() == one.told()
    assert len(two.told()) == 1
    assert two.offered() == []


async def test_a_takeover_after_the_source_spoke_ends_the_old_notice() -> None:
    """Its owner died in the silence; the source spoke once and fell silent again while nobody owned the partition."""
    broker = Broker()
    one, two = Worker(broker, 0), Worker(broker, 1)
    await silent(one)
    await two.looks()
    broker.speaks()
    for _ in range(3):
        await two.looks(40 * SECOND)
    two.own(0)
    await two.keeping.step()
    assert [notice.ended_at is None for notice in two.told()] == [False, True]


async def test_what_is_known_is_kept_at_once_and_what_is_learnt_now_and_then() -> None:
    """A change of state with every partition; else only every ten minutes."""
    worker = Worker(Broker(), 0, 2)
    await silent(worker)
    for number in (0, 2):
        kept = worker.kept(number)
        assert kept is not None
        assert (kept.state, kept.total) == ("silent", 11)
    steps = worker.engine.steps
    await worker.looks(40 * SECOND)
    assert worker.engine.steps == steps
    for _ in range(15):
        await worker.looks(40 * SECOND)
    assert worker.engine.steps == steps + 2


async def test_a_source_that_is_configured_no_more_is_not_silent() -> None:
    before = Worker(Broker(), 0)
    await silent(before)
    after = Worker(before.broker, 0)
    after.watch.sources = {}
    after.watch.heard.clear()
    await after.looks(SECOND)
    assert [notice.ended_at is None for notice in after.told()] == [False]


async def test_a_source_of_which_nothing_is_known_yet_keeps_its_notice() -> None:
    """What was kept could not be read: the notice stands until the source is heard."""
    before = Worker(Broker(), 0)
    await silent(before)
    before.broker.tables[0].put(system_key("heard/mes"), b"\x91\x01")
    after = Worker(before.broker, 0)
    assert after.watch.silences() == ()
    await after.looks(SECOND)
    assert [notice.ended_at is None for notice in after.told()] == [True]
    before.broker.speaks()
    await after.looks(SECOND)
    assert [notice.ended_at is None for notice in after.told()] == [False]


async def test_a_partition_that_is_lost_meanwhile_is_its_new_owners() -> None:
    """Neither kept nor told, and nothing breaks."""
    worker = Worker(Broker(), 0)
    await worker.looks()
    worker.broker.passes(200 * SECOND)
    await worker.watch.step()

    class Losing(FakeEngine):
        def partitions(self) -> frozenset[int]:
            return frozenset({0, 1})

        def rows(self, partition: int) -> FakeRows | None:
            return worker.broker.tables[partition]

    worker.keeping.engine = Losing()
    await worker.keeping.step()
    assert worker.told() == []


async def test_the_look_begins_with_the_first_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look before would take the source for one never heard of, and forget the silence that lasts."""
    monkeypatch.setattr(silence_keeping, "_EVERY", 0.0)
    worker = Worker(Broker())
    tasks = [asyncio.create_task(worker.keeping.look()), asyncio.create_task(worker.keeping.run())]
    for _ in range(20):
        await asyncio.sleep(0)
    assert worker.watch.heard == {}
    worker.own(1)
    await until(lambda: worker.kept(1) is not None)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_breaks_once_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence_keeping, "_EVERY", 0.0)
    worker = Worker(Broker(), 1)
    await worker.watch.step()
    faults = [RuntimeError("a fault")]

    class Breaking(FakeEngine):
        def partitions(self) -> frozenset[int]:
            if faults:
                raise faults.pop()
            return frozenset({1})

    worker.keeping.engine = Breaking({1: worker.broker.tables[1]})
    running = asyncio.create_task(worker.keeping.run())
    await until(lambda: worker.kept(1) is not None)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert faults == []


async def test_a_silence_counts_until_the_record_that_ended_it_is_read() -> None:
    """As of an instant before it was found to be over it holds on."""
    worker = Worker(Broker(), 0)
    await silent(worker)
    before = worker.watch.silences()
    worker.broker.speaks()
    await worker.looks(40 * SECOND)
    assert worker.watch.silences() == ()
    now = worker.broker.now
    assert (worker.watch.as_of(now - 1), worker.watch.as_of(now)) == (before, ())
