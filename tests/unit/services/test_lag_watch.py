"""The loop that watches lag: what it asks within its budget, what it shows, keeps and tells, and when it is silent."""

import asyncio
import json
from collections.abc import Sequence

import pytest

from slamon.errors import SourceError
from slamon.lag.age import Age
from slamon.lag.incidents import Changes
from slamon.lag.observation import Place
from slamon.lag.order_index import OrderIndex, Standing
from slamon.lag.policy import LagRules
from slamon.lag.rows import GroupLag
from slamon.lag.verdict import LagStatus
from slamon.orders.event import SECOND, Instant
from slamon.services import lag_watch
from slamon.services.lag_ports import LagView
from slamon.services.lag_watch import Budget, LagWatch
from tests.builders import HOUR, MINUTE, T0, day
from tests.fakes.lag import FakeBroker, FakeCollector, FakeGroup, FakeLog, FakeRows
from tests.fakes.stream import until

A0 = Place("a", 0)


class FixedOrders:
    """The orders of the cluster `shop`, all known."""

    cluster = "shop"

    def __init__(self, index: OrderIndex) -> None:
        self.index = index
        self.is_ours: bool | None = None

    async def learn(self, groups: Sequence[GroupLag]) -> None:
        assert groups

    def watching(self, *, ours: bool) -> None:
        self.is_ours = ours


class Bench:
    """A watch over the cluster `shop` with one group, `mes`, that stands at the second of three records."""

    def __init__(self, budget: Budget | None = None, index: OrderIndex | None = None) -> None:
        self.now: Instant = T0
        self.rows = FakeRows()
        self.broker = FakeBroker(mes=FakeGroup({A0: 1}))
        self.broker.logs[A0] = FakeLog([T0 - 2 * HOUR, T0 - HOUR, T0 - MINUTE])
        self.collector = FakeCollector(self.broker, lambda: self.now)
        self.collectors = [self.collector]
        self.told = list[tuple[LagView, Changes]]()
        self.budget = budget or Budget()
        self.index = index
        self.watch = self.made()

    def made(self) -> LagWatch:
        return LagWatch(
            self.collectors,
            LagRules(),
            self.rows,
            lambda: self.now,
            lambda view, changes: self.told.append((view, changes)),
            None if self.index is None else FixedOrders(self.index),
            budget=self.budget,
        )

    async def cycle(self, after: int = 15 * SECOND) -> Changes:
        self.now += after
        await self.watch.step()
        return self.told[-1][1]

    def group(self, cluster: str = "shop") -> GroupLag:
        (group,) = self.watch.view.snapshots[cluster].groups
        return group


async def test_one_cycle_finds_lag_age_verdict_and_an_incident() -> None:
    bench = Bench()
    changes = await bench.cycle()
    assert (bench.group().lag, bench.group().age) == (2, Age(HOUR + 15 * SECOND, HOUR + 15 * SECOND))
    assert bench.group().status is LagStatus.FALLING_BEHIND
    assert [incident.subject for incident in changes.opened] == ["mes"]
    assert bench.watch.view.incidents == changes.opened


async def test_what_it_shows_is_the_contracts_json() -> None:
    bench = Bench()
    await bench.cycle()
    shown = json.loads(json.dumps(bench.watch.view.json(), allow_nan=False))
    assert [group["group"] for group in shown["groups"]] == ["mes"]
    (incident,) = bench.watch.view.incidents_json(bench.now)
    assert (incident["subject"], incident["kind"]) == ("mes", "lag")


async def test_a_view_is_swapped_whole_and_never_changed() -> None:
    bench = Bench()
    await bench.cycle()
    before, shown = bench.watch.view, bench.watch.view.json()
    bench.broker.write("a", bench.now)
    await bench.cycle()
    assert bench.watch.view is not before
    assert before.json() == shown


async def test_questions_stay_within_the_budget_and_go_on_in_the_next_cycle() -> None:
    bench = Bench(Budget(rounds=2, scans=0))
    bench.broker.logs[A0] = FakeLog([T0 - day * HOUR for day in range(600, 0, -1)])
    bench.broker.groups["mes"].commits[A0] = 300
    await bench.cycle()
    assert bench.collector.rounds == 2
    assert not bench.group().age.is_exact
    for _ in range(10):
        await bench.cycle()
    assert bench.group().age.at_least == 300 * HOUR + (bench.now - T0)


async def test_no_round_begins_when_the_time_is_over() -> None:
    bench = Bench(Budget(time=0))
    await bench.cycle()
    assert bench.collector.rounds == 0
    assert bench.group().lag == 2


async def test_a_broker_that_is_away_is_an_incident_and_takes_nothing_away() -> None:
    bench = Bench()
    bench.broker.groups["mes"].commits[A0] = 3
    await bench.cycle()
    bench.collector.error = SourceError("no answer")
    changes = await bench.cycle()
    assert [(incident.kind, incident.cause) for incident in changes.opened] == [("broker_away", "no answer")]
    assert bench.group().lag == 0
    await bench.cycle(HOUR)
    assert (bench.group().lag, bench.group().status) == (None, LagStatus.UNKNOWN)


async def test_ages_that_are_not_answered_leave_lag_right() -> None:
    bench = Bench()
    bench.collector.mute = SourceError("no answer")
    await bench.cycle()
    assert (bench.group().lag, bench.group().age.at_least) == (2, None)
    bench.collector.mute = None
    await bench.cycle()
    assert bench.group().age.at_least == HOUR + 30 * SECOND


async def test_reads_that_are_not_answered_are_asked_again() -> None:
    bench = Bench(Budget(rounds=0))
    bench.broker.logs[A0].unreadable = frozenset({1, 2})
    bench.collector.mute = SourceError("no answer")
    await bench.cycle()
    assert bench.group().lag == 2
    bench.collector.mute = None
    await bench.cycle()
    assert bench.group().lag == 0


@pytest.mark.parametrize("error", [SourceError("no answer"), ZeroDivisionError()], ids=["away", "a fault of ours"])
async def test_one_cluster_hides_no_other(error: Exception) -> None:
    bench = Bench()
    other = FakeCollector(bench.broker, lambda: bench.now, "other")
    other.error = error
    bench.collectors.append(other)
    await bench.cycle()
    assert bench.group().lag == 2
    other.error = None
    await bench.cycle()
    assert bench.group("other").lag == 2
    assert bench.group("other").cluster == "other"


async def test_the_orders_behind_a_group() -> None:
    index = OrderIndex({"o-2": Standing("SUBMITTED", day(1))}.get)
    bench = Bench(index=index)
    for offset, order_id in enumerate(["o-1", "o-2", "o-3"]):
        index.append(A0, offset, order_id, T0 - HOUR)
    changes = await bench.cycle()
    assert bench.watch.view.waiting["shop", "mes"].orders == 2
    spot = changes.opened[0].spot
    assert spot is not None
    assert spot.order_id == "o-2"
    assert [record.offset for record in index.since(A0, 0)] == [1, 2]
    assert bench.collector.rounds == 0  # slamon knew the stamp itself


async def test_the_evidence_for_a_verdict() -> None:
    bench = Bench()
    await bench.cycle()
    (found,) = bench.watch.explain("mes")
    assert (found["cluster"], found["status"]) == ("shop", "FALLING_BEHIND")
    assert bench.watch.explain("nobody") == []


async def test_a_restart_opens_nothing_anew() -> None:
    bench = Bench()
    opened = (await bench.cycle()).opened
    bench.watch = bench.made()
    assert (await bench.cycle()) == Changes()
    assert [incident.incident_id for incident in bench.watch.view.incidents] == [opened[0].incident_id]


async def test_what_has_not_changed_is_not_written_and_what_was_learnt_once_a_minute() -> None:
    bench = Bench()
    bench.broker.logs[A0].stamps[2] = T0 - HOUR
    await bench.cycle()
    assert bench.rows.puts == [{"lag/incidents", "lag/memory/shop"}]
    await bench.cycle()
    assert len(bench.rows.puts) == 1
    bench.broker.groups["mes"].commits[A0] = 2
    bench.broker.write("a", bench.now, bench.now)
    await bench.cycle()
    assert len(bench.rows.puts) == 1  # it only stands on another record
    await bench.cycle(MINUTE)
    assert len(bench.rows.puts) == 2
    assert bench.rows.kept.keys() == {"lag/incidents", "lag/memory/shop"}


async def test_only_the_worker_whose_rows_they_are_watches() -> None:
    bench = Bench()
    await bench.cycle()
    bench.rows.is_ours = False
    bench.collector.error = AssertionError("asked although another worker watches")
    await bench.cycle()
    assert bench.watch.view.snapshots == {}
    bench.rows.is_ours, bench.collector.error = True, None
    assert (await bench.cycle()) == Changes()  # the incident was kept
    assert bench.group().lag == 2


async def test_it_runs_until_it_is_ended() -> None:
    bench = Bench()
    bench.watch.interval = 0.0
    running = asyncio.ensure_future(bench.watch.run())
    await until(lambda: len(bench.told) >= 3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_what_has_to_be_there_is_a_matter_of_each_cluster() -> None:
    bench = Bench()
    other = FakeCollector(FakeBroker(), lambda: bench.now, "other")
    bench.collectors = [bench.collector, other]
    bench.watch = bench.made()
    bench.watch.expected = {"other": frozenset({"gone"})}
    await bench.cycle()
    await bench.cycle()
    shown = bench.watch.view.snapshots
    assert {name: [group.group for group in shown[name].groups] for name in shown} == {
        "shop": ["mes"],
        "other": ["gone"],
    }
    assert shown["other"].groups[0].status is LagStatus.MISSING


async def over(bench: Bench) -> None:
    """The group reads all, and its incident ends."""
    await bench.cycle()
    bench.broker.groups["mes"].commits[A0] = 3
    for _ in range(6):
        await bench.cycle()


async def test_incidents_that_are_over_are_still_shown_after_a_restart_too() -> None:
    bench = Bench()
    await over(bench)
    [ended] = bench.watch.view.ended
    assert (ended.subject, ended.ended_at is not None, bench.watch.view.incidents) == ("mes", True, ())
    bench.watch = bench.made()
    await bench.cycle()
    assert bench.watch.view.ended == (ended,)
    assert [shown["ended_at"] is None for shown in bench.watch.view.incidents_json(bench.now)] == [False]


async def test_who_takes_the_rows_up_again_reads_what_others_wrote_meanwhile() -> None:
    bench, other = Bench(), Bench()
    other.rows = bench.rows
    other.watch = other.made()
    await bench.cycle()
    await over(other)
    bench.broker.groups["mes"].commits[A0] = 3
    bench.watch.taken_up()
    await bench.cycle()
    assert bench.watch.view.incidents == ()
    assert [incident.subject for incident in bench.watch.view.ended] == ["mes"]


async def test_how_the_looks_went() -> None:
    bench = Bench()
    await bench.cycle()
    assert (bench.watch.view.cycles["shop"].failures, bench.watch.view.cycles["shop"].seconds >= 0) == (0, True)
    bench.collector.error = SourceError("away")
    await bench.cycle()
    await bench.cycle()
    assert bench.watch.view.cycles["shop"].failures == 2


async def test_who_does_not_watch_asks_again_before_the_interval_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lag_watch, "_ASK_AGAIN", 0.0)
    bench = Bench()
    bench.rows.is_ours = False
    bench.watch.interval = 3600.0
    running = asyncio.create_task(bench.watch.run())
    await asyncio.sleep(0)
    bench.rows.is_ours = True
    await until(lambda: bool(bench.told))
    running.cancel()
    assert bench.group().lag == 2
