"""Part (c), second half: how long after its instant a notice's webhook call is received, while events pour in."""

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from bench.deadlines import Deadlines, delays
from bench.figures import Bound, Figure, Target, percentile
from bench.mixture import PER_ORDER, SPAN, Arrival, Mixture, Shares
from bench.plan import Place, Plan
from bench.throughput import Tell
from bench.topics import load, make_topic, producer
from bench.wiring import configuration
from slamon.app.clock import wall_clock
from slamon.demo.ports import free_port
from slamon.demo.process import ServerProcess
from slamon.demo.standins.ledger import read_ledger
from slamon.orders.event import SECOND, Span

_TOPIC = "bench-delay-orders"
_RUN_UP: Span = 10 * SECOND
"""From the first event to the first deadline: the worker finds its stride."""
_LASTING: Span = 40 * SECOND
_REST: Span = 3 * SECOND
"""Events go on for so long after the last deadline."""
_SLICE: Span = SECOND // 100
_PATIENCE = 90.0
_SECRET = "whsec_c2xhbW9uLWRlbW8tc2VjcmV0"  # noqa: S105 - the stand-in's own
_AT_MOST = Target(Bound.AT_MOST, 1.0, "s")


def due_to_sent(plan: Plan, place: Place, tell: Tell) -> list[Figure]:
    """Run the daemon and a receiver, keep the events coming, read the receiver's ledger."""
    make_topic(place.bootstrap, _TOPIC)
    folder = place.folder / "delay"
    folder.mkdir()
    ledger = folder / "webhook.jsonl"
    crowd = _crowd(plan.rate)
    with ExitStack() as stack:
        hook = stack.enter_context(_receiver(folder, ledger))
        stack.enter_context(_daemon(place, folder, hook))
        deadlines = Deadlines(wall_clock() + _RUN_UP, _LASTING, plan.notices)
        load(place.bootstrap, _TOPIC, deadlines.arrivals(wall_clock()))
        tell(f"{plan.rate:,} events a second come in, and {plan.notices:,} notices come due")
        rate = _pour(place.bootstrap, crowd, plan.rate)
        expected = deadlines.expected()
        _until(lambda: len(delays(read_ledger(ledger), expected)) == len(expected), "every notice came")
    found = delays(read_ledger(ledger), expected)
    return [
        Figure("events that came in meanwhile", rate, "events/s"),
        Figure("notices that came due", len(found)),
        Figure("due to sent, p50", percentile(found, 0.5), "s"),
        Figure("due to sent, p99", percentile(found, 0.99), "s", _AT_MOST),
        Figure("due to sent, longest", max(found), "s"),
    ]


def _crowd(rate: int) -> list[Arrival]:
    """Orders that are in time, as many events as are needed."""
    count = rate * (_RUN_UP + _LASTING + _REST) // SECOND
    quiet = Shares(late=0.0)
    return Mixture(count // PER_ORDER, wall_clock(), SPAN, prefix="crowd", shares=quiet).events()


def _pour(bootstrap: str, crowd: list[Arrival], rate: int) -> float:
    """Produce at an even rate, in slices; returns the rate that was reached."""
    out, began, sent = producer(bootstrap), time.monotonic(), 0
    while sent < len(crowd):
        wanted = min(len(crowd), int((time.monotonic() - began) * rate) + 1)
        for _, key, value in crowd[sent:wanted]:
            out.produce(_TOPIC, value, key)
        sent = wanted
        out.poll(0)
        time.sleep(_SLICE / SECOND)
    out.flush(60)
    return sent / (time.monotonic() - began)


@contextmanager
def _receiver(folder: Path, ledger: Path) -> Iterator[str]:
    """A webhook stand-in, listening; gives where to post."""
    port = free_port()
    command = [sys.executable, "-m", "slamon.demo.standins", "webhook", "--ledger", str(ledger), "--port", str(port)]
    log = folder / "webhook.log"
    process = ServerProcess(command, log=log)
    try:
        _until(lambda: "endpoint" in log.read_text("utf-8"), "the receiver listens")
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        process.stop(grace=5)


@contextmanager
def _daemon(place: Place, folder: Path, hook: str) -> Iterator[None]:
    """`slamon run`, ready: one webhook; no warnings and no stages, so that each late order gives one notice."""
    port = free_port()
    tree = configuration(
        bootstrap=place.bootstrap,
        topic=_TOPIC,
        app_id="bench-delay",
        folder=folder / "state",
        sla={"promise": {"warn_before": "PT0S"}, "stages": []},
        notify={"webhooks": {"crm": {"url": hook, "secret": _SECRET}}},
    )
    file = folder / "slamon.yaml"
    file.write_text(yaml.safe_dump({**tree, "web": {"port": port}}), "utf-8")
    process = ServerProcess([sys.executable, "-m", "slamon", "run", "--config", str(file)], log=folder / "slamon.log")
    try:
        _until(lambda: _is_ready(port), "the daemon is ready")
        yield
    finally:
        process.stop(grace=20)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _until(done: Callable[[], bool], what: str) -> None:
    """Wait until it is; RuntimeError when it takes too long."""
    give_up = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > give_up:
            raise RuntimeError(f"waited {_PATIENCE:.0f} s in vain until {what}")
        time.sleep(0.2)
