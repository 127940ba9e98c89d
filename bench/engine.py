"""`python -m bench.engine`: one broker, one topic, every engine, the core, recovery, memory, and due to sent."""

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from bench.about import AT_SCALE, ENGINES, WHOLE_CORE
from bench.delay import due_to_sent
from bench.figures import Figure
from bench.machine import this_machine
from bench.mixture import PER_ORDER, SPAN, Mixture
from bench.plan import QUICK, Place, Plan
from bench.recovery import recovery
from bench.report import Part, markdown, show
from bench.throughput import Tell, engines, whole_core
from bench.topics import load, make_topic
from slamon.app.clock import wall_clock
from slamon.demo.kafka.broker import Broker

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_TOPIC = "bench-orders"

Measure = Callable[[Plan, Place, Tell], list[Figure]]
PARTS: dict[str, tuple[str, str, Sequence[Measure]]] = {
    "a": ("(a) The engines with the same small job", ENGINES, (engines,)),
    "b": ("(b) The whole core", WHOLE_CORE, (whole_core,)),
    "c": ("(c) Recovery, memory, due to sent", AT_SCALE, (recovery, due_to_sent)),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, write; exit code 1 when a target is missed in a full run."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.write and (options.quick or set(options.parts) != set(PARTS)):
        parser.error("--write is for a full run of all parts")
    plan = QUICK if options.quick else Plan()
    console, machine = Console(), this_machine()
    parts = _measure(plan, options.parts, lambda line: console.print(line, highlight=False))
    show(parts, console)
    if options.write:
        PAGE.write_text(markdown(parts, plan, machine, dt.datetime.now(dt.UTC).date()), "utf-8")
        console.print("written to docs/benchmarks.md")
    missed = any(figure.verdict == "missed" for part in parts for figure in part.figures)
    return 1 if missed and not options.quick else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.engine", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth: shows that it works, proves nothing")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    parser.add_argument("--parts", default="abc", help="which of a, b and c; default all")
    return parser


def _measure(plan: Plan, wanted: str, tell: Tell) -> list[Part]:
    with tempfile.TemporaryDirectory(prefix="slamon-bench-") as folder, Broker(heap="1g") as broker:
        place = Place(broker.bootstrap, _TOPIC, Path(folder))
        make_topic(place.bootstrap, _TOPIC)
        if set(wanted) & set("ab"):
            tell(f"loading {plan.events:,} events")
            load(place.bootstrap, _TOPIC, Mixture(plan.events // PER_ORDER, wall_clock(), SPAN).events())
        parts = []
        for letter, (title, about, measures) in PARTS.items():
            if letter in wanted:
                tell(title)
                parts.append(Part(title, about, [f for measure in measures for f in measure(plan, place, tell)]))
        return parts


if __name__ == "__main__":
    sys.exit(main())
