"""Part (c), first half: recovery of many open orders, and the memory that each takes."""

from dataclasses import replace

from bench.contenders.core_by_hand import rules_of
from bench.contenders.job import Job
from bench.figures import Bound, Figure, Target
from bench.open_orders import fill, open_rows
from bench.plan import Place, Plan
from bench.processes import run
from bench.throughput import Tell
from bench.topics import make_topic
from bench.wiring import configuration, settings_of
from slamon.app.clock import wall_clock

_APP = "bench-recovery"
_AT_LEAST = Target(Bound.AT_LEAST, 100_000, "rows/s")
_AT_MOST = Target(Bound.AT_MOST, 700, "bytes")


def recovery(plan: Plan, place: Place, tell: Tell) -> list[Figure]:
    """An empty worker makes its topics; the changelog is filled; the same worker takes it up."""
    topic = "bench-recovery-orders"
    make_topic(place.bootstrap, topic)
    job = Job(place.bootstrap, topic, 0, _APP, str(place.folder))
    empty = run("recovery", job)
    tell(f"an empty worker takes {empty['rss'] / 1e6:,.0f} MB")
    tree = configuration(bootstrap=place.bootstrap, topic=topic, app_id=_APP, folder=place.folder)
    rules, decoder = rules_of(settings_of(tree))
    fill(place.bootstrap, f"{_APP}-orders-changelog", open_rows(rules, decoder, wall_clock(), plan.open_orders))
    tell(f"{plan.open_orders:,} open orders stand in the changelog")
    full = run("recovery", replace(job, events=plan.open_orders))
    if full["rows"] != plan.open_orders or full["due"] < plan.open_orders:
        raise RuntimeError(f"recovered {full['rows']} rows and {full['due']} due times of {plan.open_orders}")
    return [
        Figure("recovery, due-time index included", full["events"] / full["seconds"], "rows/s", _AT_LEAST),
        Figure("recovery: processor time", full["cpu"] / full["events"] * 1e6, "µs/row"),
        Figure("a worker without orders", empty["rss"] / 1e6, "MB"),
        Figure(f"a worker with {plan.open_orders:,} open orders", full["rss"] / 1e6, "MB"),
        Figure("memory of an open order", (full["rss"] - empty["rss"]) / full["rows"], "bytes", _AT_MOST),
    ]
