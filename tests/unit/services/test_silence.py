"""The loop that knows which sources are silent: what it asks of the broker, what it makes of no answer."""

import asyncio
from collections.abc import Iterable, Mapping

import msgspec
import pytest

from slamon.errors import SourceError
from slamon.orders.event import SECOND, Instant
from slamon.services import silence as silence_module
from slamon.services.silence import SilenceWatch, Watched, interval_for
from slamon.sla.calendar import Length
from slamon.sla.silence import Expectation, Heard, Silent, SourceState, decode_heard, encode_heard
from slamon.stream import TopicPartition
from tests.builders import MINUTE, T0
from tests.fakes.stream import FakeOffsets, until

UNKNOWN, FLOWING, SILENT = SourceState.UNKNOWN, SourceState.FLOWING, SourceState.SILENT
HALF_HOUR = Expectation(Length(0, 30 * MINUTE))
A0, A1, B0 = TopicPartition("a", 0), TopicPartition("a", 1), TopicPartition("b", 0)


class FakeCounts:
    """How many partitions topics have; `away` makes the broker silent. Every question is kept in `asked`."""

    def __init__(self, **counts: int) -> None:
        self.counts = counts
        self.away = False
        self.asked: list[tuple[str, ...]] = []

    async def __call__(self, topics: Iterable[str]) -> Mapping[str, int]:
        found = tuple(topics)
        self.asked.append(found)
        if self.away:
            raise SourceError("the broker is away")
        return {topic: self.counts[topic] for topic in found}


class Broken(FakeOffsets):
    """Does not answer about one topic."""

    topic = "a"

    async def end_offsets(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        found = list(partitions)
        if any(tp.topic == self.topic for tp in found):
            raise SourceError("topic a has no leader")
        return await super().end_offsets(found)


class Bench:
    """A watch over `orders` (topic a, two partitions) that looks when a test says so."""

    def __init__(self, **sources: Watched) -> None:
        self.now: Instant = T0
        self.offsets = FakeOffsets({A0: 5, A1: 7, B0: 1})
        self.counts = FakeCounts(a=2, b=1)
        self.told: list[tuple[str, str, str]] = []
        self.watch = self.made(sources or {"orders": Watched(("a",), "shop", HALF_HOUR)})

    def made(self, sources: Mapping[str, Watched]) -> SilenceWatch:
        return SilenceWatch(sources, self.offsets, self.counts, lambda: self.now, self._changed)

    def _changed(self, source: str, before: SourceState, heard: Heard) -> None:
        self.told.append((source, str(before), heard.state))

    async def look(self, minutes: float, *arrived: TopicPartition) -> SourceState:
        """Look at that minute, after a record came into each of these partitions."""
        for tp in arrived:
            self.offsets.ends[tp] = self.offsets.ends.get(tp, 0) + 1
        self.now = T0 + round(minutes * MINUTE)
        await self.watch.step()
        return self.watch.state("orders")

    async def until(self, minutes: int) -> SourceState:
        """Look every minute, from the next on, without an arrival."""
        first = (self.now - T0) // MINUTE + 1
        found = [await self.look(minute) for minute in range(first, minutes + 1)]
        return found[-1]


async def test_a_source_is_silent_after_its_gap_and_flowing_with_the_next_record() -> None:
    """The state follows the ends of the topics; who is silent, since when, and by when it was due is told."""
    bench = Bench()
    assert await bench.look(0) is UNKNOWN
    assert await bench.look(1, A1) is FLOWING
    assert await bench.until(31) is FLOWING
    assert bench.watch.silences() == ()
    assert await bench.look(32) is SILENT
    silence = Silent("orders", T0 + MINUTE, T0 + 31 * MINUTE, "shop")
    assert (bench.watch.silent("orders"), bench.watch.silences()) == (silence, (silence,))
    assert await bench.look(33, A0) is FLOWING
    assert bench.watch.silent("orders") is None
    assert bench.told == [
        ("orders", "unknown", "flowing"),
        ("orders", "flowing", "silent"),
        ("orders", "silent", "flowing"),
    ]


async def test_what_the_topics_held_at_the_first_look_is_no_arrival() -> None:
    """A daemon that starts with full topics has heard nothing yet."""
    bench = Bench()
    assert await bench.look(0) is UNKNOWN
    assert bench.watch.heard["orders"].total == 12
    assert await bench.until(30) is UNKNOWN
    assert await bench.look(31) is SILENT


async def test_every_partition_of_all_topics_is_asked() -> None:
    """One look is one question about the partitions that there are."""
    bench = Bench(orders=Watched(("a", "b"), None, HALF_HOUR))
    await bench.look(0)
    assert bench.counts.asked == [("a", "b")]
    assert bench.offsets.asked == [("ends", (A0, A1, B0))]


@pytest.mark.parametrize("is_counting", [True, False], ids=["the partitions", "the ends"])
async def test_a_broker_that_does_not_answer_makes_nothing_silent(is_counting: bool) -> None:
    """The fault is named, the state stays; the time without an answer is left out, also after it is back."""
    bench = Bench()
    await bench.look(0)
    await bench.look(1, A0)
    before = bench.watch.heard["orders"]
    bench.counts.away, bench.offsets.away = is_counting, not is_counting
    for minute in range(2, 120):
        assert await bench.look(minute) is FLOWING
    assert bench.watch.faults == {"orders": "the broker is away"}
    assert bench.watch.heard["orders"] == before
    bench.counts.away = bench.offsets.away = False
    assert await bench.look(120) is FLOWING
    assert bench.watch.faults == {}
    assert await bench.until(150) is FLOWING
    assert await bench.until(151) is SILENT
    assert bench.watch.silent("orders") == Silent("orders", T0 + MINUTE, T0 + 150 * MINUTE, "shop")


async def test_a_silent_source_stays_so_while_the_broker_is_away() -> None:
    """No answer is no sign of life."""
    bench = Bench()
    await bench.look(0)
    await bench.look(1, A0)
    assert await bench.until(32) is SILENT
    bench.offsets.away = True
    assert await bench.look(33, A0) is SILENT
    bench.offsets.away = False
    assert await bench.look(34) is FLOWING


async def test_a_source_that_can_not_be_asked_hides_no_other() -> None:
    """Each is looked at by itself."""
    bench = Bench(orders=Watched(("a",), "shop", HALF_HOUR), crm=Watched(("b",), "crm", HALF_HOUR))
    bench.watch.offsets = Broken({B0: 1})
    await bench.look(0)
    assert bench.watch.faults == {"orders": "topic a has no leader"}
    assert set(bench.watch.heard) == {"crm"}
    assert bench.watch.state("orders") is UNKNOWN


async def test_partitions_are_counted_now_and_then_and_anew_after_a_fault() -> None:
    """A topic that grows is seen within half a minute; a broker is not asked the same at every look."""
    bench = Bench()
    for seconds in (0, 10, 29):
        await bench.look(seconds / 60)
    assert len(bench.counts.asked) == 1
    bench.counts.counts["a"] = 3
    await bench.look(30 / 60)
    assert (len(bench.counts.asked), len(bench.offsets.asked[-1][1])) == (2, 3)
    bench.offsets.away = True
    await bench.look(31 / 60)
    bench.offsets.away = False
    await bench.look(32 / 60)
    assert len(bench.counts.asked) == 3
    bench.now = T0
    await bench.watch.step()
    assert len(bench.counts.asked) == 4


async def test_a_topic_made_anew_has_spoken_with_its_first_record() -> None:
    """Ends that went down belong to another topic of that name: all its records are new, an empty one has none."""
    for again, state in ((0, SILENT), (3, FLOWING)):
        bench = Bench()
        await bench.look(0)
        await bench.look(1, A0)
        assert await bench.until(32) is SILENT
        bench.offsets.ends = {A0: again, A1: 0}
        assert await bench.look(33) is state
        assert bench.watch.heard["orders"].total == again
        assert await bench.look(34) is state


async def test_a_new_partition_speaks_with_its_first_record() -> None:
    """Its end counts from 0 on."""
    bench = Bench()
    await bench.look(0)
    bench.counts.counts["a"] = 3
    bench.offsets.ends[TopicPartition("a", 2)] = 0
    assert await bench.look(1) is UNKNOWN
    assert await bench.look(2, TopicPartition("a", 2)) is FLOWING


async def _kept(minutes: int) -> Heard:
    """What a worker kept that looked so long, and heard one record in the first minute."""
    bench = Bench()
    await bench.look(0)
    await bench.look(1, A0)
    await bench.until(minutes)
    kept = decode_heard(encode_heard(bench.watch.heard["orders"]))
    assert kept is not None
    return kept


async def test_a_silence_outlives_a_restart() -> None:
    """What was kept is taken up, and told; what came meanwhile is seen by the sum of the ends."""
    kept = await _kept(32)
    bench = Bench()
    bench.offsets.ends[A0] = 6
    bench.watch.take({"orders": kept})
    assert bench.watch.silent("orders") == Silent("orders", T0 + MINUTE, T0 + 31 * MINUTE, "shop")
    assert bench.told == [("orders", "unknown", "silent")]
    assert await bench.look(33) is SILENT
    assert await bench.look(34, A1) is FLOWING


async def test_what_came_while_nobody_looked_is_heard_at_the_first_look() -> None:
    """Only the sum of the ends was kept: more than that is an arrival, and so is less."""
    kept = await _kept(32)
    for ends in ({A0: 7, A1: 7}, {A0: 2, A1: 0}):
        bench = Bench()
        bench.offsets.ends = dict(ends)
        bench.watch.take({"orders": kept})
        assert await bench.look(40) is FLOWING
        assert bench.watch.heard["orders"].heard_at == T0 + 40 * MINUTE


async def test_of_what_two_workers_know_the_later_look_counts() -> None:
    """A worker that has looked itself is not put back by what another kept before."""
    early, late = await _kept(5), await _kept(32)
    bench = Bench()
    bench.offsets.ends[A0] = 6
    bench.watch.take({"orders": late})
    bench.watch.take({"orders": early})
    assert bench.watch.state("orders") is SILENT
    assert bench.watch.heard["orders"].looked_at == T0 + 32 * MINUTE
    other = Bench()
    other.watch.take({"orders": early})
    other.watch.take({"orders": msgspec.structs.replace(late, total=99)})
    assert (other.watch.state("orders"), other.watch.heard["orders"].total) == (SILENT, 99)


async def test_sources_that_are_configured_no_more_are_left_out() -> None:
    """Nothing is kept, told or asked of them."""
    kept = await _kept(32)
    bench = Bench()
    bench.watch.take({"gone": kept})
    assert bench.watch.heard == {}
    assert (bench.watch.silent("gone"), bench.watch.state("gone"), bench.told) == (None, UNKNOWN, [])


async def test_nobody_has_to_be_told() -> None:
    """Without a listener the states are kept all the same."""
    bench = Bench()
    watch = SilenceWatch({"orders": Watched(("a",), None, HALF_HOUR)}, bench.offsets, bench.counts, lambda: bench.now)
    await watch.step()
    bench.offsets.ends[A0] += 1
    await watch.step()
    assert watch.state("orders") is FLOWING


async def test_a_source_without_partitions_is_looked_at_all_the_same() -> None:
    """A topic that is not there yet has no ends to ask for; it is silent when nothing comes."""
    bench = Bench()
    bench.counts.counts["a"] = 0
    assert await bench.look(0) is UNKNOWN
    assert bench.offsets.asked == []
    assert await bench.until(31) is SILENT


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([], 5.0),
        ([None], 5.0),
        ([3600], 5.0),
        ([25], 5.0),
        ([10], 2.0),
        ([3600, 10, None], 2.0),
        ([1], 0.5),
    ],
)
def test_how_often_to_look(spans: list[int | None], seconds: float) -> None:
    """Every five seconds; a source that is to speak often is looked at five times a gap, half a second at least."""
    sources = {
        str(number): Watched(("a",), None, Expectation(None if span is None else Length(0, span * SECOND)))
        for number, span in enumerate(spans)
    }
    assert interval_for(sources) == seconds


async def test_it_looks_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after look, over faults too, until it is stopped."""
    monkeypatch.setattr(silence_module, "_USUAL_INTERVAL", 0.0)
    monkeypatch.setattr(silence_module, "_SHORTEST_INTERVAL", 0.0)
    bench = Bench()
    bench.offsets.away = True
    running = asyncio.create_task(bench.watch.run())
    await until(lambda: len(bench.offsets.asked) > 2)
    assert not bench.watch.heard
    bench.offsets.away = False
    await until(lambda: "orders" in bench.watch.heard)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
