import asyncio

import pytest

from slamon.lag.held_up import Queues, Stay
from slamon.metrics.registry import Metrics
from slamon.orders.event import DAY, SECOND, EventType, Instant
from slamon.services import counts
from slamon.services.counts import Counting, count_once, run_counts
from slamon.services.orders_view import Head, OrdersView
from slamon.sla.verdict import Verdict
from tests.builders import T0, day, order_event, told
from tests.fakes.stream import until
from tests.fakes.tables import FakeTables, tables_of
from tests.unit.metrics.exposition import samples

OWNED = frozenset({0})


def head(verdict: Verdict, status: str | None = "SUBMITTED", status_at: Instant = T0, channel: str = "shop") -> Head:
    finished_at = T0 if verdict in (Verdict.KEPT, Verdict.BROKEN) else None
    return Head("o", status, verdict, channel, None, None, T0, day(21), finished_at, status_at)


def view_of(tables: FakeTables, now: Instant) -> OrdersView:
    return OrdersView(tables, lambda: tables.rules, tables.partitions, lambda: now, lambda: 0)


def test_every_order_has_a_verdict_and_only_open_ones_count_as_open() -> None:
    counting = Counting()
    for verdict in Verdict:
        counting.add(head(verdict))
    counting.add(head(Verdict.ON_TRACK, channel="b2b"))
    assert counting.by_verdict == {(str(verdict), "shop"): 1 for verdict in Verdict} | {("on_track", "b2b"): 1}
    assert counting.open_orders == {("SUBMITTED", "shop"): 4, ("SUBMITTED", "b2b"): 1}


def test_of_each_status_the_open_order_longest_in_it_is_known() -> None:
    counting = Counting()
    counting.add(head(Verdict.ON_TRACK, "PACKAGING", day(4)))
    counting.add(head(Verdict.BREACHED, "PACKAGING", day(2)))
    counting.add(head(Verdict.AT_RISK, "PACKAGING", day(3)))
    counting.add(head(Verdict.KEPT, "PACKAGING", day(1)))
    counting.add(head(Verdict.NOT_STARTED, None, 0))
    assert counting.since == {"PACKAGING": day(2)}


async def test_gauges_are_set_from_the_rows_as_a_whole() -> None:
    metrics = Metrics(version="1")
    tables = tables_of(
        order_event(order_id="a", channel="shop"),
        order_event(order_id="b", channel="shop", at=day(1)),
        order_event(order_id="c", channel="b2b"),
        told(EventType.CANCEL, day(1), order_id="c"),
    )
    await count_once(view_of(tables, day(2)), OWNED, metrics)
    assert samples(metrics, "slamon_orders") == {("shop", "SUBMITTED"): 2}
    assert samples(metrics, "slamon_orders_by_verdict") == {("shop", "on_track"): 2, ("b2b", "cancelled"): 1}
    assert samples(metrics, "slamon_order_oldest_age_seconds") == {("SUBMITTED",): 2 * DAY / SECOND}
    tables.of("a").rows.clear()
    await count_once(view_of(tables, day(3)), OWNED, metrics)
    assert samples(metrics, "slamon_orders") == {("shop", "SUBMITTED"): 0}
    assert samples(metrics, "slamon_order_oldest_age_seconds") == {}


async def test_partitions_that_are_not_ours_are_not_counted() -> None:
    metrics = Metrics(version="1")
    await count_once(view_of(tables_of(order_event()), day(1)), frozenset(), metrics)
    assert samples(metrics, "slamon_orders_by_verdict") == {}


async def test_counting_goes_on_and_follows_the_partitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "_LEAST_PAUSE", 0.0)
    monkeypatch.setattr(counts, "_SHARE", 0)
    metrics = Metrics(version="1")
    owned: set[int] = set()
    view = view_of(tables_of(order_event(channel="shop")), day(1))
    counting = asyncio.create_task(run_counts(view, lambda: frozenset(owned), metrics))
    for _ in range(20):
        await asyncio.sleep(0)
    assert samples(metrics, "slamon_orders") == {}
    owned.add(0)
    await until(lambda: samples(metrics, "slamon_orders") == {("shop", "SUBMITTED"): 1})
    counting.cancel()


async def test_open_orders_by_what_they_wait_for() -> None:
    """A late queue counts for those that it holds, a hold above all; those that are over wait for nothing."""
    metrics = Metrics(version="1")
    tables = tables_of(
        order_event(order_id="a", system="shop"),
        order_event(order_id="b", system="shop"),
        told(EventType.HOLD, day(1), order_id="b", system="crm"),
        order_event(order_id="c", system="shop"),
        order_event("SHIPPED", day(1), order_id="c", system="mes"),
        order_event(order_id="d", system="shop"),
    )
    view = view_of(tables, day(2))
    view.queues.swap(Queues(day(2), stays=(Stay("a", "mes", "t", T0), Stay("b", "mes", "t", T0))))
    await count_once(view, OWNED, metrics)
    found = samples(metrics, "slamon_orders_blocked")
    assert found == {
        ("hold",): 1, ("queue",): 1, ("work",): 1, ("service",): 0, ("message",): 0, ("person",): 0,
    }  # fmt: skip
