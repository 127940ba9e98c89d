"""Receivers that refuse everything for good: asked no more, told to others, opened again after a restart."""

import pytest

from slamon.errors import SinkError
from slamon.notices.notice import DeliveryState
from slamon.services.offers import Address
from slamon.services.system_rows import SHARED
from tests.lanes import NOW, LaneBench
from tests.outbox_samples import offer

OWN = Address("slack", b"slack|#late", 4)


def _fault(reason: str) -> SinkError:
    return SinkError(reason, "?", permanent=True)


@pytest.mark.parametrize(("reason", "closes"), [("auth", True), ("not_found", True), ("rejected", False)])
async def test_only_what_would_be_refused_of_every_notice_closes_a_channel(reason: str, *, closes: bool) -> None:
    bench = LaneBench()
    await bench.refusals.begin(bench.way, _fault(reason))
    assert bench.channel.refused == (reason if closes else None)
    assert [(one.receiver, one.lane, one.reason, one.at) for one in bench.refused()] == (
        [("slack", "slack", reason, NOW)] if closes else []
    )


async def test_it_is_told_once_to_the_partition_that_tells_of_it() -> None:
    bench = LaneBench()
    for _ in range(3):
        await bench.refusals.begin(bench.way, _fault("auth"))
    (sent,) = bench.producer.sent
    assert (sent.topic, sent.partition) == ("deliveries", SHARED)


async def test_what_is_accepted_is_told_once_after_a_start() -> None:
    """Whatever was told of the channel before is over by that."""
    bench = LaneBench()
    for _ in range(3):
        await bench.refusals.over(bench.way)
    assert [one.reason for one in bench.refused()] == [None]
    await bench.refusals.begin(bench.way, _fault("auth"))
    await bench.refusals.over(bench.way)
    assert [one.reason for one in bench.refused()] == [None, "auth", None]


async def test_each_channel_is_closed_by_itself() -> None:
    bench = LaneBench(route="#first")
    await bench.refusals.begin(bench.way, _fault("auth"))
    assert [(one.receiver, one.lane) for one in bench.refused()] == [("slack", "slack|#first")]


async def test_notices_of_a_channel_that_is_not_there_go_to_the_receivers_own() -> None:
    """As new offers without channel and thread, their attempts counted; what waits goes too."""
    bench = LaneBench(route="#first", fallback=OWN)
    bench.offers(offer("a", route="#first", thread="C9|1"), offer("b", route="#first"))
    started = bench.channel.start()
    assert started is not None
    assert await bench.refusals.passed_on(bench.way, started, _fault("not_found"))
    await bench.refusals.pass_on_waiting(bench.way)
    await bench.refusals.pass_on_waiting(bench.way)
    passed = bench.passed_on()
    assert [(one.order_id, one.route, one.thread, one.attempts) for one in passed] == [
        ("a", None, None, 1),
        ("b", None, None, 0),
    ]
    assert {one.state for one in passed} == {DeliveryState.PENDING}
    assert {(out.key, out.partition) for out in bench.producer.sent if out.topic == "outbox"} == {(b"slack|#late", 4)}
    assert bench.is_idle()
    assert bench.marks() == []


@pytest.mark.parametrize(("fallback", "reason"), [(None, "not_found"), (OWN, "auth"), (OWN, "rejected")])
async def test_nothing_is_passed_on_that_would_fare_no_better(fallback: Address | None, reason: str) -> None:
    bench = LaneBench(route="#first", fallback=fallback)
    bench.offers(offer("a"), offer("b"))
    started = bench.channel.start()
    assert started is not None
    assert not await bench.refusals.passed_on(bench.way, started, _fault(reason))
    await bench.refusals.begin(bench.way, _fault(reason))
    await bench.refusals.pass_on_waiting(bench.way)
    assert bench.passed_on() == []
    assert list(bench.channel.waiting) == [offer("b").notice_id]


async def test_a_report_that_can_not_be_written_leaves_the_channel_closed() -> None:
    bench = LaneBench()
    bench.producer.faults.append(OSError("fenced"))
    with pytest.raises(OSError, match="fenced"):
        await bench.refusals.begin(bench.way, _fault("auth"))
    assert bench.channel.refused == "auth"
