import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence

import msgspec
import pytest

from slamon.notices.answers import Answer
from slamon.orders.event import DAY
from slamon.sla.verdict import Verdict
from slamon.web.local import LocalParts, greatest
from slamon.web.parts import AnswerAsk, AnswerPart, NoticesAsk, OrderAsk, OrdersAsk, RowsPart, SummaryAsk
from slamon.web.ports import OrderHead
from slamon.web.query import OrderFilter
from slamon.web.refusal import Refusal
from slamon.web.sorting import Key
from tests.fakes.orders_api import T0, FakeWorker, notice_head, order_head

ALL = [0, 1, 2, 3]


def orders_ask(
    *, partitions: Sequence[int] = ALL, sort: str = "order_id", after: Key | None = None, count: int = 50
) -> OrdersAsk:
    return OrdersAsk(list(partitions), OrderFilter(), sort, T0, after, count)


def ids(part: RowsPart, name: str = "order_id") -> list[str]:
    return [msgspec.json.decode(row.view)[name] for row in part.rows]


def parts_of(worker: FakeWorker, slice_seconds: float = 0.0) -> LocalParts:
    return LocalParts(worker, worker, worker, answers=worker, slice_seconds=slice_seconds)


async def test_a_page_and_where_it_ends() -> None:
    local = parts_of(FakeWorker([order_head(name) for name in "dacb"]))
    part = await local.rows(orders_ask(count=3))
    assert (ids(part), part.until, part.partitions, part.as_of) == (["a", "b", "c"], (0, 0, "c"), ALL, T0)
    rest = await local.rows(orders_ask(count=3, after=part.until))
    assert (ids(rest), rest.until) == (["d"], None)


async def test_only_owned_partitions_are_claimed() -> None:
    part = await parts_of(FakeWorker(local=[1, 2])).rows(orders_ask(partitions=[0, 1]))
    assert part.partitions == [1]


class Losing(FakeWorker):
    """Loses partition 1 while it is scanned."""

    async def heads(self, partitions: Collection[int]) -> AsyncIterator[Sequence[OrderHead]]:
        async for batch in super().heads(partitions):
            yield batch
        self.local -= {1}


async def test_a_partition_lost_during_the_scan_is_not_claimed() -> None:
    worker = Losing([order_head("a")])
    assert (await parts_of(worker).rows(orders_ask())).partitions == [0, 2, 3]
    worker = Losing([order_head("a")])
    assert (await parts_of(worker).summary(SummaryAsk(ALL))).partitions == [0, 2, 3]


class Vanishing(FakeWorker):
    """Forgets one order between the scan and the look at it."""

    async def order(self, order_id: str) -> Mapping[str, object] | None:
        return None if order_id == "b" else await super().order(order_id)


async def test_an_order_that_left_since_the_scan_shortens_the_page_only() -> None:
    part = await parts_of(Vanishing([order_head(name) for name in "abcd"])).rows(orders_ask(count=3))
    assert (ids(part), part.until) == (["a", "c"], (0, 0, "c"))


async def test_one_order() -> None:
    worker = FakeWorker([order_head("a")])
    place = worker.partition("a")
    assert ids(await parts_of(worker).rows(OrderAsk([place], "a"))) == ["a"]
    assert (await parts_of(worker).rows(OrderAsk([place], "b"))).rows == []


async def test_an_order_of_a_partition_that_is_not_ours_is_not_looked_for() -> None:
    worker = FakeWorker([order_head("a")])
    place = worker.partition("a")
    worker.local -= {place}
    part = await parts_of(worker).rows(OrderAsk([place], "a"))
    assert (part.rows, part.partitions) == ([], [])


async def test_a_sort_from_a_newer_worker_is_refused() -> None:
    with pytest.raises(Refusal, match="sort"):
        await parts_of(FakeWorker()).answer(orders_ask(sort="price"))


async def test_notices_newest_first_of_the_asked_kinds() -> None:
    told = [notice_head("a", n, at=T0 + n, kind="breached" if n % 2 else "retracted") for n in range(6)]
    local = parts_of(FakeWorker(notices=[*told, notice_head("b", 9, at=T0 - 1)]))
    everything = await local.rows(NoticesAsk(ALL, None, frozenset(), None, 3))
    assert (ids(everything, "notice_id"), everything.until) == (["a#5", "a#4", "a#3"], (0, -T0 - 3, "a#3"))
    some = await local.rows(NoticesAsk(ALL, "a", frozenset({"breached"}), None, 50))
    assert ids(some, "notice_id") == ["a#5", "a#3", "a#1"]


async def test_a_notice_that_left_since_the_scan_is_left_out() -> None:
    class Forgetting(FakeWorker):
        async def notices(self, subject: str) -> Sequence[Mapping[str, object]]:
            return (await super().notices(subject))[1:]

    told = [notice_head("a", number, at=T0 + number) for number in range(3)]
    part = await parts_of(Forgetting(notices=told)).rows(NoticesAsk(ALL, None, frozenset(), None, 50))
    assert ids(part, "notice_id") == ["a#2", "a#1"]


async def test_the_summary_counts() -> None:
    worker = FakeWorker(
        [
            order_head("a", channel=None, status=None),
            order_head("b", verdict=Verdict.KEPT, finished_at=T0 + 2 * DAY),
            order_head("c", verdict=Verdict.CANCELLED),
        ]
    )
    part = await parts_of(worker).summary(SummaryAsk(ALL))
    assert part.by_verdict == {"on_track": 1, "kept": 1, "cancelled": 1}
    assert part.by_status == {"unknown": 1, "SUBMITTED": 2}
    assert part.by_channel == {"unknown": 1, "shop": 2}
    assert part.lead_times.counts == {2 * DAY: 1}


@pytest.mark.parametrize("ask", [orders_ask(), SummaryAsk(ALL), NoticesAsk(ALL, None, frozenset(), None, 5)])
async def test_a_long_scan_lets_others_have_their_turn(ask: OrdersAsk | SummaryAsk | NoticesAsk) -> None:
    """With slices of no length every batch is followed by a turn of the others."""
    worker = FakeWorker([order_head(str(n)) for n in range(200)], [notice_head(str(n), 1) for n in range(200)])
    worker.batch = 10
    scan = asyncio.ensure_future(parts_of(worker).answer(ask))
    turns = 0
    while not scan.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 20


async def test_not_more_than_two_scans_at_a_time() -> None:
    at_once = most = 0

    class Counting(FakeWorker):
        async def heads(self, partitions: Collection[int]) -> AsyncIterator[Sequence[OrderHead]]:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            async for batch in super().heads(partitions):
                yield batch
                await asyncio.sleep(0)
            at_once -= 1

    local = parts_of(Counting([order_head(str(number)) for number in range(20)]))
    answers = await asyncio.gather(*(local.answer(orders_ask(count=20)) for _ in range(10)))
    assert most == 2
    assert [len(answer.rows) for answer in answers if isinstance(answer, RowsPart)] == [20] * 10


def test_the_greatest_keep_their_names_and_the_sum_stays() -> None:
    counts = {f"c-{number}": number + 1 for number in range(10)}
    assert greatest(counts, 2) == {"c-9": 10, "c-8": 9, "other": 36}
    assert greatest({"other": 50, "a": 1, "b": 1}, 1) == {"a": 1, "other": 51}
    assert greatest({"a": 1}, 5) == {"a": 1}


NOTICE = notice_head("o-1", 1)
ANSWER = Answer(NOTICE.notice_id, "told", "ann", T0)


async def test_an_answer_is_written_where_the_notice_is() -> None:
    worker = FakeWorker(notices=[NOTICE])
    part = await parts_of(worker).answer(AnswerAsk(ALL, ANSWER))
    assert isinstance(part, AnswerPart)
    assert (part.partitions, part.refused) == (ALL, None)
    assert part.record is not None
    assert part.record["order_id"] == "o-1"
    assert worker.answered == [ANSWER]


async def test_a_notice_that_is_elsewhere_is_not_claimed() -> None:
    """Nor where its partition is lost meanwhile; a refusal is told."""
    worker = FakeWorker(notices=[NOTICE])
    own = worker.partition("o-1")
    others = [number for number in ALL if number != own]
    assert await parts_of(worker).answered(AnswerAsk(others, ANSWER)) == AnswerPart(others)
    worker.refuses = "promise: no"
    assert await parts_of(worker).answered(AnswerAsk(ALL, ANSWER)) == AnswerPart(ALL, refused="promise: no")
    worker.loses = True
    assert await parts_of(worker).answered(AnswerAsk(ALL, ANSWER)) == AnswerPart([])
