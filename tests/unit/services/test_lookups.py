"""Whether what may have been sent was."""

import pytest

from slamon.demo.standins.script import Act, Reply
from slamon.errors import SinkError
from slamon.notices.digest import Digest
from slamon.notices.notice import DeliveryState
from slamon.services.lookups import find_sent, mark_of, thread_of
from slamon.services.outgoing import item_for, notice_of
from slamon.sinks.message import Found
from tests.lanes import NOW, LaneBench
from tests.outbox_samples import offer, retraction


async def _digest(bench: LaneBench, *names: str) -> str:
    digest = Digest("d-1", NOW).with_items(item_for(offer(name), NOW) for name in names)
    return str((await bench.sink.digest(digest, None, now=NOW)).remote)


async def test_a_notice_that_was_sent_is_found() -> None:
    bench = LaneBench()
    await bench.sink.send(notice_of(offer(), 1, NOW), now=NOW)
    assert await find_sent(bench.way, offer(), None, NOW) == Found("C1|1")
    assert await find_sent(bench.way, offer("another"), None, NOW) is None


@pytest.mark.parametrize(("planned", "is_found"), [(1, True), (2, True), (3, False), (None, True)])
async def test_a_notice_is_in_a_digest_that_counts_as_many_as_were_planned_with_it(
    planned: int | None, is_found: bool
) -> None:
    """One that says less was told before this notice was added."""
    bench = LaneBench()
    remote = await _digest(bench, "a", "b")
    found = await find_sent(bench.way, offer("a", digest_id="d-1", planned=planned), None, NOW)
    assert found == (Found(remote, 2) if is_found else None)


async def test_a_digest_is_looked_for_once_for_all_its_notices() -> None:
    bench = LaneBench()
    await _digest(bench, "a", "b")
    for name in ("a", "b", "c"):
        await find_sent(bench.way, offer(name, digest_id="d-1", planned=2), None, NOW)
    assert bench.sink.made("find") == 1
    assert await find_sent(bench.way, offer("a", digest_id="d-2", planned=1), None, NOW) is None
    assert bench.sink.made("find") == 2


async def test_where_nobody_can_be_asked_nothing_is_found() -> None:
    """Webhooks: the notice is sent again under its id."""
    bench = LaneBench()
    bench.way.living = None
    assert await find_sent(bench.way, offer(), None, NOW) is None


async def test_a_look_up_that_fails_is_an_error() -> None:
    """And is asked again: what could not be learnt is not remembered."""
    bench = LaneBench()
    await _digest(bench, "a")
    wanted = offer("a", digest_id="d-1", planned=1)
    bench.sink.scripts["find"].push(Reply(Act.SERVER_ERROR))
    with pytest.raises(SinkError):
        await find_sent(bench.way, wanted, None, NOW)
    assert await find_sent(bench.way, wanted, None, NOW) is not None


async def test_a_notice_belongs_under_its_orders_message_or_under_the_one_it_withdraws() -> None:
    """What the row knows goes before what this worker has just begun."""
    bench = LaneBench()
    assert thread_of(bench.channel, offer()) is None
    assert thread_of(bench.channel, retraction(withdraws_remote="C1|7")) == "C1|7"
    bench.offers(offer())
    started = bench.channel.start()
    assert started is not None
    bench.channel.finish(mark_of(bench.channel, started, DeliveryState.SENT, NOW), ("o-1", "C1|1"))
    assert thread_of(bench.channel, offer()) == "C1|1"
    assert thread_of(bench.channel, retraction(withdraws_remote="C1|7")) == "C1|1"
    assert thread_of(bench.channel, offer(thread="C1|9")) == "C1|9"


def test_a_report_names_the_attempt() -> None:
    bench = LaneBench()
    bench.offers(offer(attempts=3))
    started = bench.channel.start()
    assert started is not None
    report = mark_of(bench.channel, started, DeliveryState.SENDING, NOW, digest_id="d-1", planned=2)
    assert (report.notice_id, report.receiver, report.attempts, report.at) == (offer().notice_id, "slack", 4, NOW)
    assert (report.state, report.digest_id, report.planned) == ("sending", "d-1", 2)
