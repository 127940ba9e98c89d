"""`slamon demo`: starts everything, plays, compares, and leaves nothing behind, however it ends."""

import asyncio
import contextlib
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from slamon.demo.kafka.errors import KafkaUnavailableError
from slamon.demo.parts import PartFailedError, Parts
from slamon.demo.play import Play
from slamon.demo.ports import LOOPBACK
from slamon.demo.received import Received
from slamon.demo.screen import Screen
from slamon.demo.script import Script
from slamon.demo.simulator import Simulator
from slamon.demo.surroundings import Surroundings, Wishes, start
from slamon.demo.tempo import SECOND, USUAL_PLAY, Micros, Tempo
from slamon.demo.topics import remove_topics

AGREES, FAILED, REFUSED = 0, 1, 2
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CURTAIN: Micros = SECOND // 2
_TIDYING = 10.0


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo, settled: how long (None: until it is stopped), how fast, with which seed, where."""

    seconds: int | None
    tempo: Tempo
    seed: int
    wishes: Wishes
    folder: Path | None


def main(
    seconds: int | None = None,
    *,
    kafka: str | None = None,
    host: str = LOOPBACK,
    port: int = 0,
    slack_port: int = 0,
    seed: int | None = None,
    folder: Path | None = None,
) -> int:
    """Runs the demo; returns the exit code: 0 agreed (or stopped, when endless), 1 failed, 2 too short.

    Args:
        seconds: how long orders are played before what was sent is judged; None: until Ctrl-C.
        kafka: `host:port` of a broker that runs already; None starts one.
        host: where slamon and the Slack stand-in listen.
        port: slamon's port; 0 takes a free one.
        slack_port: the Slack stand-in's port; 0 takes a free one.
        seed: the same seed plays the same orders; None takes any.
        folder: keeps configuration, logs and ledgers here; None takes a temporary one and removes it.
    """
    screen = Screen()
    try:
        tempo = Tempo.of_play(USUAL_PLAY if seconds is None else seconds)
    except ValueError as error:
        screen.say(str(error))
        return REFUSED
    chosen = random.randrange(1_000_000) if seed is None else seed
    demo = Demo(seconds, tempo, chosen, Wishes(kafka, host, port, slack_port), folder)
    return asyncio.run(_until_stopped(demo, screen))


async def _until_stopped(demo: Demo, screen: Screen) -> int:
    """Runs until the end or a signal; all processes are gone and the folder removed when it returns."""
    if (task := asyncio.current_task()) is not None:
        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    parts = Parts()
    with _folder(demo.folder) as folder, contextlib.closing(parts), contextlib.closing(screen):
        try:
            return await _alongside(_perform(demo, folder, parts, screen), parts.watch())
        except asyncio.CancelledError:
            screen.close()
            screen.say("stopping" if demo.seconds is None else "stopping before the end: nothing is compared")
            return AGREES if demo.seconds is None else FAILED
        except (PartFailedError, KafkaUnavailableError, KafkaError, OSError, aiohttp.ClientError) as error:
            screen.close()
            screen.say(f"the demo failed: {_cause(error, parts)}")
            return FAILED


async def _perform(demo: Demo, folder: Path, parts: Parts, screen: Screen) -> int:
    around = await start(demo.wishes, demo.tempo, parts, folder, screen.say)
    try:
        return await _played(demo, around, screen)
    finally:
        if demo.wishes.kafka is not None:
            parts.close()
            await asyncio.wait_for(remove_topics(around.bootstrap, around.topics), _TIDYING)


async def _played(demo: Demo, around: Surroundings, screen: Screen) -> int:
    seconds = demo.seconds
    screen.show_urls(around.urls, "Ctrl-C ends it" if seconds is None else f"{seconds} seconds, Ctrl-C ends it earlier")
    screen.say(f"three weeks take {demo.tempo.promise / SECOND:.0f} seconds; seed {demo.seed}")
    script = Script(demo.seed, demo.tempo)
    producer = AIOKafkaProducer(bootstrap_servers=around.bootstrap, acks="all")
    async with Received(around) as received, producer:
        simulator = Simulator(producer, around.topics, _now)
        await simulator.prepare()
        play = Play(simulator, received, demo.tempo, screen, clock=_now)
        starts_at = _now() + _CURTAIN
        if seconds is None:
            await play.run(script.endless(starts_at), starts_at)
            return AGREES
        episodes = script.play(seconds, starts_at)
        await play.run(episodes, starts_at, seconds=seconds)
        outcome = await play.settle(episodes, seconds=seconds)
        screen.result(outcome.comparison, outcome.delays)
        for word in outcome.words:
            screen.say(f"slamon's own word on {word}")
        return AGREES if outcome.comparison.agrees and not outcome.comparison.void else FAILED


async def _alongside(work: Coroutine[object, object, int], watch: Coroutine[object, object, None]) -> int:
    """The work's result; or the watch's error when that comes first."""
    working, watching = asyncio.create_task(work), asyncio.create_task(watch)
    try:
        await asyncio.wait([working, watching], return_when=asyncio.FIRST_COMPLETED)
    finally:
        working.cancel()
        watching.cancel()
        await asyncio.wait([working, watching])
    if not watching.cancelled():
        watching.result()
    return working.result()


def _cause(error: Exception, parts: Parts) -> Exception:
    """Where a part has ended, that is why; others only notice it."""
    try:
        parts.check()
    except PartFailedError as cause:
        return cause
    return error


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="slamon-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _now() -> Micros:
    return time.time_ns() // 1_000
