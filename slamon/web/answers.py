"""The bodies of `/api/v1`: lists, one order, the summary, each with `as_of` and whether it is complete."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import msgspec

from slamon.orders.event import rfc3339, seconds
from slamon.sla.forecast.scoring import Calibration, calibration_json
from slamon.sla.verdict import Verdict
from slamon.web import cursor as cursors
from slamon.web.cursor import Cursor
from slamon.web.distribution import Distribution
from slamon.web.gather import Gathered, page
from slamon.web.local import MOST_CHANNELS, greatest
from slamon.web.parts import NoticesAsk, OrderAsk, OrdersAsk, RowsPart
from slamon.web.query import NEWEST
from slamon.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slamon.orders.event import Instant
    from slamon.web.gather import Gatherer
    from slamon.web.ports import Cluster
    from slamon.web.query import NoticeQuery, OrderQuery
    from slamon.web.sorting import Key

_RETRY_SECONDS = 5


class Answers:
    """What the API says, for all workers; bodies are ready for `msgspec.json.encode`."""

    def __init__(self, gatherer: Gatherer, cluster: Cluster, clock: Callable[[], Instant]) -> None:
        self._gatherer = gatherer
        self._cluster = cluster
        self._clock = clock

    async def orders(self, query: OrderQuery) -> dict[str, object]:
        """`{as_of, complete, reached, orders, next}`."""
        at, after = self._from(query.cursor)
        gathered = await self._gatherer.rows(
            lambda partitions: OrdersAsk(partitions, query.where, query.sort, at, after, query.limit)
        )
        return _list("orders", gathered, query.limit, lambda key: Cursor(query.sort, at, key))

    async def notices(self, query: NoticeQuery) -> dict[str, object]:
        """`{as_of, complete, reached, notices, next}`, newest first."""
        at, after = self._from(query.cursor)
        wanted = None if query.order_id is None else [self._cluster.partition(query.order_id)]
        gathered = await self._gatherer.rows(
            lambda partitions: NoticesAsk(partitions, query.order_id, query.kinds, after, query.limit),
            wanted,
        )
        return _list("notices", gathered, query.limit, lambda key: Cursor(NEWEST, at, key))

    async def order(self, order_id: str, *, explained: bool = False) -> dict[str, object]:
        """The order, or its explanation, and `as_of`.

        Raises:
            Refusal: 404 when there is no such order, 503 when the worker that would know can't be asked.
        """
        wanted = [self._cluster.partition(order_id)]
        gathered = await self._gatherer.rows(lambda partitions: OrderAsk(partitions, order_id, explained), wanted)
        for part in gathered.parts:
            for row in part.rows:
                view = msgspec.json.decode(row.view, type=dict[str, object])
                as_of = {"as_of": _time(gathered.as_of)}
                return as_of | view | as_of  # in the first place, whatever an explanation says it was judged at
        if not gathered.complete:
            reason = "the worker that has this order's partition can't be asked now"
            raise Refusal(503, reason, retry_after=_RETRY_SECONDS)
        raise Refusal(404, "no such order")

    async def summary(self) -> dict[str, object]:
        """Counts by verdict, status and channel, the share of promises kept, lead times, how good forecasts were."""
        gathered = await self._gatherer.summaries()
        verdicts = _added([part.by_verdict for part in gathered.parts])
        lead_times = Distribution({})
        calibration = Calibration()
        for part in gathered.parts:
            lead_times.merge(part.lead_times)
            calibration.merge(part.calibration)
        kept, broken = verdicts[Verdict.KEPT], verdicts[Verdict.BROKEN]
        return {
            "as_of": _time(gathered.as_of),
            "complete": gathered.complete,
            "reached": asdict(gathered.reached),
            "orders": verdicts.total(),
            "by_verdict": {word: verdicts[word] for word in (*Verdict, *(verdicts.keys() - set(Verdict)))},
            "by_status": _added([part.by_status for part in gathered.parts]),
            "by_channel": greatest(_added([part.by_channel for part in gathered.parts]), MOST_CHANNELS),
            "promise_kept_ratio": kept / (kept + broken) if kept + broken else None,
            "lead_time_p50_seconds": _span(lead_times.quantile(0.5)),
            "lead_time_p95_seconds": _span(lead_times.quantile(0.95)),
            "forecast_calibration": calibration_json(calibration),
        }

    def _from(self, cursor: Cursor | None) -> tuple[Instant, Key | None]:
        return (self._clock(), None) if cursor is None else (cursor.at, cursor.key)


def _list(name: str, gathered: Gathered[RowsPart], limit: int, cursor: Callable[[Key], Cursor]) -> dict[str, object]:
    rows, behind = page(gathered.parts, limit)
    return {
        "as_of": _time(gathered.as_of),
        "complete": gathered.complete,
        "reached": asdict(gathered.reached),
        name: [row.view for row in rows],
        "next": None if behind is None else cursors.encode(cursor(behind)),
    }


def _added(counts: Sequence[dict[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for some in counts:
        total.update(some)
    return total


def _time(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)


def _span(span: int | None) -> float | int | None:
    return None if span is None else seconds(span)
