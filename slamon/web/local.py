"""Answers for this worker's own partitions; scans give way to the stream engine on the same loop."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

import msgspec

from slamon.web.distribution import Distribution
from slamon.web.parts import (
    AnswerAsk,
    AnswerPart,
    LearntAsk,
    LearntPart,
    NoticesAsk,
    OrderAsk,
    OrdersAsk,
    PartAsk,
    Row,
    RowsAsk,
    RowsPart,
    SummaryAsk,
    SummaryPart,
)
from slamon.web.ports import NothingAnswered, NothingLearnt, NoticeLostError
from slamon.web.refusal import Refusal, quoted
from slamon.web.sorting import SORTS, Key, Smallest, lead_time, order_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slamon.web.ports import AnswersApi, Cluster, ForecastsApi, NoticesApi, OrdersApi

UNKNOWN: Final = "unknown"
OTHER: Final = "other"
MOST_CHANNELS: Final = 50
_SCANS_AT_ONCE: Final = 2


class LocalParts:
    """The part of this worker in every answer; `slice_seconds` is how long a scan may hold the loop."""

    def __init__(
        self,
        orders: OrdersApi,
        notices: NoticesApi,
        cluster: Cluster,
        *,
        forecasts: ForecastsApi | None = None,
        answers: AnswersApi | None = None,
        slice_seconds: float = 0.01,
    ) -> None:
        self._orders = orders
        self._forecasts = forecasts or NothingLearnt()
        self._notices = notices
        self._answers = answers or NothingAnswered()
        self._cluster = cluster
        self._slice = slice_seconds
        self._scanning = asyncio.Semaphore(_SCANS_AT_ONCE)

    async def answer(self, ask: PartAsk) -> RowsPart | SummaryPart | LearntPart | AnswerPart:
        """The part that was asked for; of lost partitions nothing is claimed.

        Raises:
            Refusal: 400 for a sort that does not exist.
        """
        if isinstance(ask, SummaryAsk):
            return await self.summary(ask)
        if isinstance(ask, LearntAsk):
            owned = self._owned(ask)
            return LearntPart(sorted(owned), self._forecasts.learnt(owned))
        if isinstance(ask, AnswerAsk):
            return await self.answered(ask)
        return await self.rows(ask)

    async def answered(self, ask: AnswerAsk) -> AnswerPart:
        """Write what somebody answered where its notice is; nobody else is asked."""
        return await _written(self._answers, ask, self._owned, self._scanning)

    async def rows(self, ask: RowsAsk) -> RowsPart:
        """Rows of a list, or the one order (no row when there is no such order)."""
        as_of, owned = self._orders.as_of(), self._owned(ask)
        until: Key | None = None
        if isinstance(ask, OrderAsk):
            rows = await self._order(ask) if owned else []
        elif isinstance(ask, OrdersAsk):
            rows, until = await self._listed(ask, owned)
        else:
            rows, until = await self._noticed(ask, owned)
        return RowsPart(as_of, sorted(owned & self._owned(ask)), rows, until)

    async def summary(self, ask: SummaryAsk) -> SummaryPart:
        """All orders counted, lead times of the finished ones included."""
        as_of, owned = self._orders.as_of(), self._owned(ask)
        seen: Counter[tuple[str, str | None, str | None]] = Counter()
        lead_times = Distribution({})
        turn = _Turn(self._slice)
        async with self._scanning:
            async for heads in self._orders.heads(owned):
                for head in heads:
                    seen[head.verdict, head.status, head.channel] += 1
                    if (taken := lead_time(head)) is not None:
                        lead_times.add(taken)
                await turn.give_way()
        verdicts, statuses, channels = Counter[str](), Counter[str](), Counter[str]()
        for (verdict, status, channel), number in seen.items():
            verdicts[verdict] += number
            statuses[status or UNKNOWN] += number
            channels[channel or UNKNOWN] += number
        covered = sorted(owned & self._owned(ask))
        most = greatest(channels, 4 * MOST_CHANNELS)
        calibration = self._forecasts.calibration(covered)
        return SummaryPart(as_of, covered, verdicts, statuses, most, lead_times, calibration)

    def _owned(self, ask: PartAsk) -> frozenset[int]:
        return self._cluster.placement().local & frozenset(ask.partitions)

    async def _order(self, ask: OrderAsk) -> list[Row]:
        of = self._orders.explanation if ask.explained else self._orders.order
        view = await of(ask.order_id)
        return [] if view is None else [_row((0, 0, ask.order_id), view)]

    async def _listed(self, ask: OrdersAsk, owned: frozenset[int]) -> tuple[list[Row], Key | None]:
        if ask.sort not in SORTS:
            raise Refusal(400, f"sort: {quoted(ask.sort)} is not one of {', '.join(SORTS)}")
        key, matches, turn = order_key(ask.sort, ask.at), ask.where.matches, _Turn(self._slice)
        best = Smallest(ask.count, ask.after)
        async with self._scanning:
            async for heads in self._orders.heads(owned):
                for head in heads:
                    if matches(head):
                        best.offer(key(head), head.order_id)
                await turn.give_way()
        taken, until = best.taken()
        rows = []
        for place, order_id in taken:
            view = await self._orders.order(order_id)
            if view is not None:  # gone since the scan
                rows.append(_row(place, view))
            await turn.give_way()
        return rows, until

    async def _noticed(self, ask: NoticesAsk, owned: frozenset[int]) -> tuple[list[Row], Key | None]:
        best, turn = Smallest(ask.count, ask.after), _Turn(self._slice)
        async with self._scanning:
            async for heads in self._notices.notice_heads(owned, ask.order_id):
                for head in heads:
                    if not ask.kinds or head.kind in ask.kinds:
                        best.offer((0, -head.at, head.notice_id), head.subject)
                await turn.give_way()
        taken, until = best.taken()
        rows, views = [], dict[str, "Mapping[object, Mapping[str, object]]"]()
        for place, subject in taken:
            if subject not in views:
                views[subject] = {view["notice_id"]: view for view in await self._notices.notices(subject)}
                await turn.give_way()
            if place[2] in views[subject]:
                rows.append(_row(place, views[subject][place[2]]))
        return rows, until


async def _written(
    answers: AnswersApi, ask: AnswerAsk, owned: Callable[[PartAsk], frozenset[int]], scanning: asyncio.Semaphore
) -> AnswerPart:
    partitions = owned(ask)
    try:
        async with scanning if ask.order_id is None else nullcontext():
            record = await answers.answer(partitions, ask.answer, ask.order_id)
    except NoticeLostError:
        return AnswerPart([])
    except Refusal as refusal:
        return AnswerPart(sorted(partitions), refused=str(refusal))
    if record is not None:
        return AnswerPart(sorted(partitions), dict(record))
    return AnswerPart(sorted(partitions & owned(ask)))


class _Turn:
    """Lets others on the loop have their turn once this one has lasted long enough."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._clock = asyncio.get_running_loop().time
        self._since = self._clock()

    async def give_way(self) -> None:
        if self._clock() - self._since >= self._seconds:
            await asyncio.sleep(0)
            self._since = self._clock()


def greatest(counts: Mapping[str, int], number: int) -> dict[str, int]:
    """The `number` greatest counts; the others added up as `other`, since producers choose the words."""
    ordered = sorted(counts.items(), key=lambda item: (item[0] == OTHER, -item[1], item[0]))
    kept = dict(ordered[:number])
    rest = sum(count for _, count in ordered[number:])
    if rest:
        kept[OTHER] = kept.get(OTHER, 0) + rest
    return kept


def _row(key: Key, view: Mapping[str, object]) -> Row:
    return Row(key, msgspec.Raw(msgspec.json.encode(view)))
