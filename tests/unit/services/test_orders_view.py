from collections.abc import Mapping
from dataclasses import replace

import pytest

from slamon.lag.held_up import Queues, Stay
from slamon.lag.waiting import Wait
from slamon.notices.notice import DeliveryState, NoticeKind, retraction_id
from slamon.notices.row import encode_row, mark_row, read_row
from slamon.orders.event import SECOND, EventType, Instant, OrderEvent, rfc3339
from slamon.services import orders_view
from slamon.services.orders_view import Head, OrdersView
from slamon.services.system_rows import system_key
from slamon.sla.causes import Cause
from slamon.sla.clock import Due
from slamon.sla.verdict import Verdict
from tests.builders import ORDER, PROMISE_ONLY, T0, day, mark_of, order_event, told
from tests.fakes.tables import FakeTables, tables_of
from tests.foreseeing import knowing

ALL = range(8)


def view_of(tables: FakeTables, as_of: Instant | None, clock: Instant = 0) -> OrdersView:
    return OrdersView(tables, lambda: tables.rules, tables.partitions, lambda: as_of, lambda: clock)


def event_of(order_id: str, status: str = "SUBMITTED", at: Instant = T0) -> OrderEvent:
    return order_event(status, at, order_id=order_id)


async def heads(view: OrdersView) -> list[Head]:
    return [head async for found in view.heads(ALL) for head in found]


async def test_a_head_holds_what_lists_filter_and_sort_by() -> None:
    submitted = order_event(channel="b2b", manager_id="m-7", client_name="Ann", client_id="c-1")
    tables = tables_of(submitted, order_event("PRICE_CALCULATED", day(1), system="mes"))
    assert await heads(view_of(tables, day(2))) == [
        Head(
            ORDER,
            "PRICE_CALCULATED",
            Verdict.ON_TRACK,
            "b2b",
            "m-7",
            "Ann",
            T0,
            day(21),
            None,
            day(1),
            divergences=(),
            waiting=(("PRICE_CALCULATED", day(1)),),
            client_id="c-1",
            cause=Cause.PERSON,
        )
    ]


async def test_a_finished_order_has_an_end_and_a_cancelled_one_has_none() -> None:
    tables = tables_of(
        event_of("done"),
        event_of("done", "SHIPPED", day(22)),
        event_of("off"),
        told(EventType.CANCEL, day(3), order_id="off"),
    )
    found = {head.order_id: head for head in await heads(view_of(tables, day(30)))}
    assert (found["done"].verdict, found["done"].finished_at) == (Verdict.BROKEN, day(22))
    assert (found["off"].verdict, found["off"].finished_at) == (Verdict.CANCELLED, None)
    assert found["off"].status == "CANCELLED"


async def test_rows_that_are_no_orders_are_left_out() -> None:
    """Of the lists and of what is counted."""
    tables = tables_of(order_event())
    tables.tables[0].put(system_key("forecast"), b"\x93 whatever")
    view = view_of(tables, day(1))
    assert [head.order_id for head in await heads(view)] == [ORDER]
    assert [found async for found in view.noticed(ALL)] == [[]]


async def test_orders_are_judged_at_the_gates_instant_and_else_by_the_wall_clock() -> None:
    tables = tables_of(order_event())
    [early] = await heads(view_of(tables, day(1), clock=day(22)))
    [late] = await heads(view_of(tables, None, clock=day(22)))
    assert (early.verdict, late.verdict) == (Verdict.ON_TRACK, Verdict.BREACHED)
    assert (await view_of(tables, None, clock=day(22)).order(ORDER) or {})["verdict"] == "breached"


async def test_an_event_slightly_in_the_future_takes_effect_at_its_time() -> None:
    ahead = day(2) + 5 * SECOND
    tables = tables_of(
        order_event(manager_id="m-1", client_name="Ann", channel="shop"),
        order_event("SHIPPED", ahead, system="mes", manager_id="m-2", client_name="Bob", channel="b2b"),
    )
    [before] = await heads(view_of(tables, ahead - 1))
    waiting = (("SUBMITTED", T0),)
    on_track = Head(ORDER, "SUBMITTED", Verdict.ON_TRACK, "shop", "m-1", "Ann", T0, day(21), None, T0, waiting=waiting)
    on_track = replace(on_track, cause=Cause.WORK)
    assert before == on_track
    [after] = await heads(view_of(tables, ahead))
    assert after == Head(ORDER, "SHIPPED", Verdict.KEPT, "b2b", "m-2", "Bob", T0, day(21), ahead, ahead)


@pytest.mark.parametrize("now", [day(2), day(2) + 5 * SECOND])
async def test_a_list_and_the_order_itself_say_the_same(now: Instant) -> None:
    tables = tables_of(
        order_event(manager_id="m-1", client_id="c-1"),
        order_event("SHIPPED", day(2) + 5 * SECOND, system="mes", manager_id="m-2", channel="b2b"),
    )
    view = view_of(tables, now)
    [head] = await heads(view)
    order = await view.order(ORDER)
    assert order is not None
    for name in ("status", "verdict", "channel", "manager_id", "client_id", "client_name"):
        assert order[name] == getattr(head, name), name
    assert order["finished_at"] == (None if head.finished_at is None else rfc3339(head.finished_at))


async def test_an_order_is_explained_as_of_the_instant_that_it_is_judged_at() -> None:
    tables = tables_of(order_event(), order_event("PRICE_CALCULATED", day(1), system="mes"))
    found = await view_of(tables, day(2)).explanation(ORDER)
    assert found is not None
    assert (found["order_id"], found["as_of"], found["verdict"]) == (ORDER, rfc3339(day(2)), "on_track")
    assert [(row["status"], row["from"], row["to"]) for row in told_by(found, "intervals")] == [
        ("SUBMITTED", rfc3339(T0), rfc3339(day(1))),
        ("PRICE_CALCULATED", rfc3339(day(1)), rfc3339(day(2))),
    ]


def told_by(shown: Mapping[str, object], name: str) -> list[dict[str, object]]:
    rows = shown[name]
    assert isinstance(rows, list)
    return rows


async def test_heads_name_what_diverges_about_an_open_order_and_nothing_about_a_finished_one() -> None:
    behind = [order_event(), order_event("PRICE_CALCULATED", day(1), system="crm")]
    [found] = await heads(view_of(tables_of(*behind), day(2)))
    assert ("mes", "lost") in found.divergences
    assert found.waiting == (("PRICE_CALCULATED", day(1)),)
    [done] = await heads(view_of(tables_of(*behind, order_event("SHIPPED", day(2))), day(3)))
    assert (done.divergences, done.waiting) == ((), ())


async def test_heads_come_in_batches_and_what_left_meanwhile_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders_view, "_BATCH", 2)
    tables = tables_of(*(event_of(name) for name in "abcde"))
    batches = []
    async for found in view_of(tables, T0).heads(ALL):
        batches.append([head.order_id for head in found])
        tables.of("d").rows.pop(b"d", None)
    assert batches == [["a", "b"], ["c"], ["e"]]


async def test_a_partition_that_is_lost_meanwhile_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders_view, "_BATCH", 1)
    tables = tables_of(*(event_of(name) for name in "abcdef"), partitions=2)
    lost, kept = (set(map(bytes.decode, tables.tables[number].rows)) for number in (0, 1))
    assert len(lost) > 1
    assert kept
    seen = []
    async for found in view_of(tables, T0).heads(ALL):
        seen += [head.order_id for head in found]
        tables.tables.pop(0, None)
    assert len(lost & set(seen)) == 1
    assert set(seen) - lost == kept


async def test_only_the_partitions_that_were_asked_for_are_listed() -> None:
    tables = tables_of(*(event_of(name) for name in "abcdef"), partitions=2)
    found = [head.order_id async for batch in view_of(tables, T0).heads([1]) for head in batch]
    assert found == [key.decode() for key in tables.tables[1].rows]


async def test_an_order_that_has_left_is_not_there() -> None:
    tables = tables_of(event_of("gone"), event_of("here"))
    tables.leave("gone", day(60))
    view = view_of(tables, day(61))
    assert [head.order_id for head in await heads(view)] == ["here"]
    assert await view.order("gone") is None
    assert await view.notices("gone") == []


@pytest.mark.parametrize("order_id", ["unknown", ORDER])
async def test_an_order_that_is_unknown_or_on_anothers_partition_is_none(order_id: str) -> None:
    tables = tables_of(order_event())
    if order_id == ORDER:
        tables.tables.clear()
    view = view_of(tables, T0)
    assert await view.order(order_id) is None
    assert await view.explanation(order_id) is None
    assert await view.notices(order_id) == []
    assert view.row(order_id) is None


def withdrawn() -> FakeTables:
    """A breach on day 21 that was sent, then taken back on day 22 since the order had shipped on day 20."""
    tables = tables_of(order_event(), rules=PROMISE_ONLY)
    tables.settle(ORDER, day(21, us=1))
    rows, key = tables.of(ORDER), ORDER.encode()
    row = read_row(rows.rows[key], PROMISE_ONLY)
    assert row is not None
    breach = next(record for record in row.records or () if record.kind == Due.BREACHED)
    assert mark_row(row, ORDER, mark_of(breach, DeliveryState.SENT, 1))
    records = row.records
    tables.tell(order_event(), order_event("SHIPPED", day(20), system="mes"))
    again = read_row(rows.rows[key], PROMISE_ONLY)
    assert again is not None
    again.records = records
    rows.put(key, encode_row(again))
    tables.settle(ORDER, day(22))
    return tables


async def test_notices_are_listed_with_their_retractions_at_the_instant_of_withdrawal() -> None:
    view = view_of(withdrawn(), day(23))
    row = view.row(ORDER)
    assert row is not None
    found = {kind: (notice_id, at) for notice_id, at, kind in view.notice_heads(ORDER, row)}
    assert set(found) == {NoticeKind.AT_RISK, NoticeKind.BREACHED, NoticeKind.RETRACTED}
    assert found[NoticeKind.RETRACTED] == (retraction_id(found[NoticeKind.BREACHED][0]), day(22))
    assert found[NoticeKind.AT_RISK][1] == day(18)


async def test_heads_of_notices_and_the_notices_themselves_agree() -> None:
    view = view_of(withdrawn(), day(23))
    row = view.row(ORDER)
    assert row is not None
    shown = await view.notices(ORDER)
    assert [(one["notice_id"], one["at"], one["kind"]) for one in shown] == [
        (notice_id, rfc3339(at), str(kind)) for notice_id, at, kind in view.notice_heads(ORDER, row)
    ]
    assert [one["standing"] for one in shown if one["kind"] == "breached"] == [False]


async def test_only_orders_with_notices_are_looked_through_for_them() -> None:
    tables = tables_of(event_of("late"), event_of("new", at=day(20)), rules=PROMISE_ONLY)
    tables.settle("late", day(22))
    found = [order_id async for batch in view_of(tables, day(22)).noticed(ALL) for order_id, _ in batch]
    assert found == ["late"]
    assert await view_of(tables, day(22)).notices("new") == []


async def test_an_explanation_says_what_the_forecast_rests_on() -> None:
    """Of an order without a running promise there is none."""
    tables = tables_of(order_event(), event_of("done"), event_of("done", "SHIPPED", day(2)))
    view = view_of(tables, day(5))
    assert ((await view.explanation(ORDER) or {})["forecast"])["basis"] == "static"  # type: ignore[index]
    assert (await view.explanation("done") or {})["forecast"] is None
    now, outlooks = day(5), knowing()
    knowing_view = OrdersView(
        tables, lambda: tables.rules, tables.partitions, lambda: now, lambda: 0, outlooks=outlooks
    )
    order = await knowing_view.order(ORDER) or {}
    assert order["forecast"] == (await knowing_view.explanation(ORDER) or {})["forecast"]
    assert order["forecast"]["basis"] == "learnt"  # type: ignore[index]


async def test_an_explanation_says_which_queue_holds_the_order() -> None:
    """Its time behind the queue has the queue's name; once it is over nothing holds it."""
    tables = tables_of(order_event(system="shop"))
    view = view_of(tables, day(2))
    assert (await view.explanation(ORDER) or {})["blocked"] is None
    wait = Wait("crm-sync", "orders", 0, 7, day(1), 0)
    view.queues.swap(
        Queues(day(2), complete=True, waits={ORDER: [wait]}, stays=(Stay(ORDER, "crm-sync", "orders", day(1)),))
    )
    told = await view.explanation(ORDER) or {}
    assert told["blocked"]["who"] == "crm-sync"  # type: ignore[index]
    assert {(c["cause"], c["who"], c["seconds"]) for c in told["causes"]} >= {("queue", "crm-sync", 86400)}  # type: ignore[attr-defined]
    over = tables_of(order_event(system="shop"), order_event("SHIPPED", day(1), system="mes"))
    done = view_of(over, day(2))
    done.queues.swap(view.queues.queues)
    assert (await done.explanation(ORDER) or {})["blocked"] is None
