"""One channel served: what goes first, what is held back, how fast."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.demo.standins.script import Act, Reply
from slamon.orders.event import SECOND
from slamon.services.gathering import GATHER
from slamon.services.lane import Receiver, bucket_of, lanes_of
from slamon.services.offers import Address, Update
from tests.fakes.living_sink import FakeLivingSink
from tests.fakes.sinks import FakeSink
from tests.lanes import NOW, LaneBench
from tests.outbox_samples import offer, retraction

MINUTE = 60 * SECOND


@given(st.lists(st.integers(0, 3 * SECOND), max_size=400), st.sampled_from([1.0, 0.5, 2.0]))
def test_no_minute_has_more_calls_than_its_pace_allows(steps: list[int], per_second: float) -> None:
    """With all bursts, whenever it is asked (Slack: about one a second)."""
    bucket = bucket_of(per_second)
    assert bucket is not None
    now, calls = NOW, []
    for step in steps:
        now += step
        if not bucket.take(now):
            calls.append(now)
    for first in calls:
        assert sum(first <= at < first + MINUTE for at in calls) <= 60 * per_second


def test_who_calls_as_soon_as_it_may_gets_a_full_minute() -> None:
    bucket = bucket_of(1)
    assert bucket is not None
    now, calls = NOW, []
    while now < NOW + 10 * MINUTE:
        pause = bucket.take(now)
        if not pause:
            calls.append(now)
        now += pause
    counts = [sum(first <= at < first + MINUTE for at in calls) for first in calls if first < NOW + 9 * MINUTE]
    assert 57 <= min(counts) <= max(counts) <= 60


def test_without_a_pace_there_is_none() -> None:
    assert bucket_of(None) is None


def test_a_channel_has_a_lane_of_its_own_and_the_receivers_own_to_fall_back_on() -> None:
    bench, sink, crm = LaneBench(), FakeLivingSink(), FakeSink("crm")
    own = Address("slack", b"slack|#late", 4)
    receivers = [
        Receiver(sink, own, living=sink),
        Receiver(sink, Address("slack", b"slack|#one", 5), living=sink, route="#one"),
        Receiver(crm, Address("crm", b"webhook|crm", 6)),
    ]
    lanes = lanes_of(receivers, bench.lane._hands, bench.clock, lambda: False)
    assert list(lanes) == ["slack", "slack|#one", "crm"]
    assert [lane.way.fallback for lane in lanes.values()] == [None, own, None]
    assert [(lane.channel.living, lane.digests is not None) for lane in lanes.values()] == [(True, True)] * 2 + [
        (False, False)
    ]


async def test_notices_go_before_what_living_messages_have_to_say() -> None:
    bench = LaneBench()
    bench.channel.updates.take(Update(lead=offer("a", thread="C1|1"), turn=1))
    bench.offers(offer("b"), offer("c"))
    await bench.works_off()
    assert [call for call, _ in bench.sink.calls] == ["send", "send", "edit"]


async def test_in_a_storm_a_digest_goes_first_and_nothing_goes_alone() -> None:
    bench = LaneBench(above=2)
    bench.offers(*(offer(name) for name in "abc"))
    assert not await bench.works()
    bench.channel.updates.take(Update(lead=offer("z", thread="C1|1"), turn=1))
    bench.now += GATHER
    assert await bench.works()
    assert [call for call, _ in bench.sink.calls] == ["digest"]
    assert not bench.is_idle()
    assert bench.sink.accepted == []


async def test_what_may_have_been_sent_is_looked_up_even_in_a_storm() -> None:
    bench = LaneBench(above=2)
    bench.offers(*(offer(name) for name in "abc"), offer("d", state="sending", attempts=1))
    assert await bench.works()
    assert [call for call, _ in bench.sink.calls] == ["find"]


async def test_the_order_of_a_living_message_is_that_of_the_offers() -> None:
    """The second of an order goes into the thread that the first one began."""
    bench = LaneBench()
    bench.offers(offer("a"), retraction("a"))
    await bench.works_off()
    first, second = bench.sink.messages
    assert (first.thread, second.thread) == (None, first.remote)


async def test_a_channel_taken_over_rests_as_long_as_the_former_owners_burst_may_have_been() -> None:
    bench = LaneBench(per_second=1)
    bench.lane.taken_over()
    assert bench.way.bucket is not None
    assert bench.way.bucket.take(bench.now) >= 3 * SECOND
    unpaced = LaneBench()
    unpaced.lane.taken_over()
    assert unpaced.way.bucket is None


async def test_another_workers_lane_is_empty() -> None:
    bench = LaneBench(above=2)
    bench.offers(*(offer(name) for name in "abc"))
    bench.channel.updates.take(Update(lead=offer("z"), turn=1))
    bench.gathering.is_due(bench.now)
    bench.now += GATHER
    bench.gathering.gather(bench.now)
    bench.lane.clear()
    assert bench.is_idle()
    assert bench.gathering.growing is None
    assert not await bench.works()


@pytest.mark.parametrize(("rest", "pause"), [(None, 1.0), (5, 5.0), (0.25, 0.25)])
async def test_it_looks_again_when_its_rest_is_over_and_at_least_every_second(rest: float | None, pause: float) -> None:
    bench = LaneBench()
    if rest is not None:
        bench.channel.rest(bench.now + round(rest * SECOND))
    assert bench.lane._pause(bench.now) == pause


async def test_it_looks_again_when_a_digest_may_be_due() -> None:
    bench = LaneBench(above=1)
    bench.offers(offer("a"), offer("b"))
    bench.gathering.is_due(bench.now)
    assert bench.lane._pause(bench.now + GATHER - SECOND // 2) == 0.5


async def test_a_rest_holds_for_digests_too() -> None:
    bench = LaneBench(above=2)
    bench.offers(*(offer(name) for name in "abc"))
    bench.gathering.is_due(bench.now)
    bench.now += GATHER
    bench.sink.scripts["digest"].push(Reply(Act.RATE_LIMITED, retry_after="9"))
    assert await bench.works()
    assert not await bench.works()
    bench.now += 9 * SECOND
    assert await bench.works()
    assert bench.is_idle()
