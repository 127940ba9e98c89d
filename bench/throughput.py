"""Parts (a) and (b): contenders one after another, round by round, so that a busy moment hits none alone."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from bench.contenders.job import Job
from bench.figures import Bound, Figure, Target, median, ratio
from bench.plan import Place, Plan
from bench.processes import run
from bench.topics import written

Tell: TypeAlias = Callable[[str], None]
Rates: TypeAlias = dict[str, list[float]]

TIMES = "\N{MULTIPLICATION SIGN}"
OURS, QUIX, FAUST, BY_HAND = "slamon_engine", "quix", "faust_stock", "by_hand"
CORE, CORE_BY_HAND = "slamon_core", "core_by_hand"
NAMES = {
    OURS: "slamon's engine",
    QUIX: "Quix Streams, stateful",
    FAUST: "Faust with a table (memory)",
    BY_HAND: "aiokafka by hand",
    CORE: "slamon, whole core",
    CORE_BY_HAND: "aiokafka by hand, same core",
}


class Rounds:
    """Rates, processor time and rows written of every contender, a value per round."""

    def __init__(self) -> None:
        self.rates: Rates = {}
        self.cpu_us: Rates = {}
        self.rows: Rates = {}

    def add(self, name: str, events: int, seconds: float, cpu: float) -> None:
        """Note one run."""
        self.rates.setdefault(name, []).append(events / seconds)
        self.cpu_us.setdefault(name, []).append(cpu / events * 1e6)

    def figures(self) -> list[Figure]:
        """Medians, to look at."""
        return [
            figure
            for name, rates in self.rates.items()
            for figure in (
                Figure(NAMES[name], median(rates), "events/s"),
                Figure(f"{NAMES[name]}: processor time", median(self.cpu_us[name]), "µs/event"),
                Figure(f"{NAMES[name]}: rows written", median(self.rows[name]), "per event"),
            )
        ]

    def against(self, ours: str, theirs: Mapping[str, float]) -> list[Figure]:
        """Ratios of rates with their targets."""
        return [
            Figure(
                f"{NAMES[ours]} : {NAMES[name]}",
                ratio(self.rates[ours], self.rates[name]),
                TIMES,
                Target(Bound.AT_LEAST, limit, TIMES),
            )
            for name, limit in theirs.items()
        ]


def measure(names: Sequence[str], repeats: int, plan: Plan, place: Place, tell: Tell) -> Rounds:
    """Run every contender `repeats` times, interleaved; every other round backwards."""
    rounds = Rounds()
    for number in range(repeats):
        for name in names if number % 2 == 0 else reversed(names):
            events = min(plan.events, plan.stock_faust_events) if name == FAUST else plan.events
            said = run(name, Job(place.bootstrap, place.topic, events, "", str(place.folder)))
            rounds.add(name, said["events"], said["seconds"], said["cpu"])
            rows = written(place.bootstrap, said["changelog"]) / said["events"]
            rounds.rows.setdefault(name, []).append(rows)
            tell(f"round {number + 1}/{repeats}  {NAMES[name]:<30} {said['events'] / said['seconds']:>10,.0f} events/s")
    return rounds


def engines(plan: Plan, place: Place, tell: Tell) -> list[Figure]:
    """Part (a): the same small job on every engine."""
    rounds = measure((BY_HAND, OURS, QUIX, FAUST), plan.repeats, plan, place, tell)
    return [*rounds.figures(), *rounds.against(OURS, {QUIX: 1.5, FAUST: 8.0, BY_HAND: 0.6})]


def whole_core(plan: Plan, place: Place, tell: Tell) -> list[Figure]:
    """Part (b): the whole core in slamon and in a loop by hand, and alone."""
    rounds = measure((CORE_BY_HAND, CORE), plan.core_repeats, plan, place, tell)
    alone = [run("core_alone", Job("", "", plan.events // 4, "", str(place.folder))) for _ in range(plan.core_repeats)]
    core = median([said["core_us"] for said in alone])
    decoding = median([said["decode_us"] for said in alone])
    most = Target(Bound.AT_MOST, 25.0, "µs")  # with everything that the SLA engine does; the spine alone had 15
    return [
        *rounds.figures(),
        *rounds.against(CORE, {CORE_BY_HAND: 0.8}),
        Figure("decode one event", decoding, "µs"),
        Figure("core alone, one event", core, "µs", most),
        Figure("core alone with decoding", core + decoding, "µs", most),
        Figure("a finished order's row", median([said["row_bytes"] for said in alone]), "bytes"),
    ]
