"""`python -m bench.lag`: slamon's lag cycle and a plain aiokafka script, in turn, on one broker in one process."""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence

from aiokafka.client import AIOKafkaClient
from rich.console import Console

from bench.cost import Cost, Meter, resident
from bench.figures import Bound, Figure, Target, median, ratio
from bench.lag_cycle import WholeCycle
from bench.lag_sizes import Workload, add, make
from bench.machine import this_machine
from bench.plain_lag import PlainScript, learn_topics
from bench.report import Part, show
from slamon.app.clock import wall_clock
from slamon.demo.kafka.broker import Broker
from slamon.kafka.cluster import Cluster
from slamon.kafka.lag.collector import KafkaLag
from slamon.kafka.lag.watching import Watch
from slamon.lag.age import NEAR, Age
from slamon.lag.rows import PartitionLag, Snapshot

LARGE = Workload(groups=1_000, topics=1_000, records=20)
_TWICE = Target(Bound.AT_MOST, 2.0)
_WARM_CPU = Target(Bound.AT_MOST, 100.0, "ms")
_FLAT = Target(Bound.AT_MOST, 5.0, "MB")
_THREE_CYCLES = Target(Bound.AT_MOST, 3.0)
_BUSY_PART = 10
"""One topic in so many gets a record in each partition."""
_PATIENCE = 120.0
_WARM = 3
"""Warm cycles in each round."""
_ABOUT = """\
"Plain" lists the groups, fetches commits with one request a group, 8 in flight, and all ends in one request; its \
topics are known beforehand. slamon does that and log starts, topic ids, members, time lag, verdicts and the rendered \
exposition. A fresh collector starts each round. A ratio is the median over the rounds of two neighbours in a round. \
In every cycle every group's lag is compared with the truth, and \
every age's bounds with its record's; known is what is known to 10 ms."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; exit code 1 when a target is missed in a run that is not quick."""
    parser = argparse.ArgumentParser(prog="python -m bench.lag", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two rounds: shows that it works, proves nothing")
    parser.add_argument(
        "--large", action="store_true", help="1,000 groups and 10,000 partitions; takes minutes to load"
    )
    options = parser.parse_args(argv)
    load, rounds, cycles = (LARGE if options.large else Workload()), 7, 1_800
    if options.quick:
        rounds, cycles = 2, 100
    console = Console()
    for line in (*this_machine().lines(), str(load)):
        console.print(line, highlight=False)
    with Broker(heap="3g" if options.large else "1g") as broker:
        make(broker.bootstrap, load)
        figures = asyncio.run(_measure(broker, load, rounds, 100 if options.large else cycles))
    show([Part("Lag of a whole cluster", _ABOUT, figures)], console)
    missed = any(figure.verdict == "missed" for figure in figures)
    return 1 if missed and not options.quick else 0


async def _measure(broker: Broker, load: Workload, rounds: int, cycles: int) -> list[Figure]:
    meter = Meter(broker.pid or 0)
    client = AIOKafkaClient(bootstrap_servers=broker.bootstrap)
    await client.bootstrap()
    await learn_topics(client, [load.topic(number) for number in range(load.topics)])
    plain, first, warm, cold, until_ages = PlainScript(client), Cost(), Cost(), Cost(), []
    base, busy = Cost(), Cost()
    await _settle(plain, load)
    try:
        for _ in range(rounds):
            _same(await meter.run(plain.lags, base), load.lags())
            cycle = _cycle(broker)
            _check(await meter.run(cycle.run, first), load)
            until_ages.append(await _until_ages(cycle, load, meter, cold))
            each = Cost()
            for _ in range(_WARM):
                _check(await meter.run(cycle.run, each), load)
            warm.add(each.middle())
            add(broker.bootstrap, load, load.topics // _BUSY_PART)
            _check(await meter.run(cycle.run, busy), load)
            await cycle.collector.close()
        growth = await _growth(_cycle(broker), load, cycles)
    finally:
        await client.close()
    return [
        *_costs("plain", base), *_costs("slamon, first cycle, ages not complete", first),
        *_costs("slamon, next cycles until all ages are known, each", cold), *_costs("slamon, warm cycle", warm),
        *_costs("slamon, warm cycle, a tenth of the pairs moved", busy),
        Figure("slamon, cycles until every age is known", max(until_ages), "", _THREE_CYCLES),
        Figure("first cycle to plain, time", ratio(first.wall, base.wall)),
        Figure("first cycle to plain, CPU", ratio(first.cpu, base.cpu)),
        Figure("warm cycle to plain, time", ratio(warm.wall, base.wall), "", _TWICE),
        Figure("warm cycle to plain, CPU", ratio(warm.cpu, base.cpu), "", _TWICE),
        Figure("warm cycle, CPU", median(warm.cpu) * 1000, "ms", _WARM_CPU),
        Figure(f"memory after {cycles:,} cycles less that after 20", growth, "MB", _FLAT),
    ]  # fmt: skip


async def _settle(plain: PlainScript, load: Workload) -> None:
    """A coordinator that is still loading gives no commits; the plain script takes that for no lag."""
    async with asyncio.timeout(_PATIENCE):
        while await plain.lags() != load.lags():  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(1)


def _costs(name: str, cost: Cost) -> list[Figure]:
    return [
        Figure(f"{name}: time", median(cost.wall) * 1000, "ms"),
        Figure(f"{name}: CPU", median(cost.cpu) * 1000, "ms"),
        Figure(f"{name}: the broker's CPU", median(cost.broker) * 1000, "ms"),
    ]


def _cycle(broker: Broker) -> WholeCycle:
    collector = KafkaLag("bench", Cluster(broker.bootstrap, {}), Watch(), clock=wall_clock)
    return WholeCycle(collector, wall_clock)


async def _until_ages(cycle: WholeCycle, load: Workload, meter: Meter, cost: Cost) -> int:
    """Go on until every lagging partition's age is exact; returns how many cycles that took, the first included."""
    cycles, known = 1, False
    while not known:
        result = await meter.run(cycle.run, cost)
        _check(result, load)
        cycles += 1
        known = all(_is_known(row.age) for row in _rows(result[0]))
    return cycles


def _is_known(age: Age) -> bool:
    return age.at_least is not None and age.at_most is not None and age.at_most - age.at_least <= NEAR


def _rows(snapshot: Snapshot) -> Iterator[PartitionLag]:
    for group in snapshot.groups:
        for topic in group.topics:
            yield from topic.partitions


async def _growth(cycle: WholeCycle, load: Workload, cycles: int) -> float:
    """Megabytes that the process grows by."""
    before = 0.0
    for number in range(cycles):
        _check(await cycle.run(), load)
        if number == 20:
            before = resident()
    await cycle.collector.close()
    return resident() - before


def _check(result: tuple[Snapshot, bytes], load: Workload) -> None:
    snapshot, text = result
    _same({group.group: group.lag for group in snapshot.groups}, load.lags())
    if text.count(b"slamon_consumergroup_lag{") != load.pairs:
        raise RuntimeError("the exposition does not show every pair")
    for row in _rows(snapshot):
        truth = load.age(row.topic, row.x or 0, row.lag or 0, snapshot.as_of)
        least, most = row.age.at_least, row.age.at_most
        if (least is not None and least > truth) or (most is not None and most < truth):
            raise RuntimeError(f"{row} at {snapshot.as_of}: its first unread record is {truth} us old")


def _same(found: dict[str, int | None] | dict[str, int], truth: dict[str, int]) -> None:
    if found != truth:
        wrong = {name: (found.get(name), lag) for name, lag in truth.items() if found.get(name) != lag}
        raise RuntimeError(f"wrong lags (found, truth): {dict(list(wrong.items())[:5])}")


if __name__ == "__main__":
    sys.exit(main())
