"""A play ends when all that was due has come, and not before; or when waiting is of no use."""

import asyncio
import io
from collections.abc import Callable, Iterator, Sequence

import pytest

from slamon.demo.compare import Counts, Letter, Sent
from slamon.demo.play import Outcome, Play
from slamon.demo.screen import Screen
from slamon.demo.script import Episode
from slamon.demo.story import Due, Kind
from slamon.demo.tempo import SECOND, Tempo

DUE = Due("A-1", Kind.BREACHED, 10 * SECOND, 10 * SECOND)
EPISODE = Episode(0, "late", "A-1", (), (DUE,))
CALL = Sent("n-1", "A-1", "breached", 11 * SECOND)


class FakeSimulator:
    """Announces every episode and is done; or fails."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.sent = 0
        self.void: set[str] = set()
        self._failure = failure

    async def play(self, episodes: Iterator[Episode], begins: Callable[[Episode], None]) -> None:
        for episode in episodes:
            begins(episode)
        if self._failure is not None:
            raise self._failure


class FakeReceived:
    """Every look takes a second; the calls come at their time."""

    def __init__(self, *calls: Sent) -> None:
        self.now = 0
        self.looks = 0
        self.letters: list[Letter] = []
        self.texts: list[str] = []
        self.digests: dict[str, Counts] = {}
        self._calls = calls

    @property
    def sent(self) -> dict[str, Sequence[Sent]]:
        return {"Slack": [call for call in self._calls if call.at <= self.now]}

    async def look(self) -> None:
        self.looks += 1
        self.now += SECOND

    async def unknown_statuses(self) -> int:
        return 0

    async def word_on(self, order_id: str) -> str:
        return f"{order_id}: superseded"


def a_play(received: FakeReceived, simulator: FakeSimulator | None = None, err: io.StringIO | None = None) -> Play:
    screen = Screen(io.StringIO(), err or io.StringIO())
    tempo = Tempo.of_play(60)
    simulator = simulator or FakeSimulator()
    return Play(simulator, received, tempo, screen, clock=lambda: received.now, look_every=0)


async def settled(received: FakeReceived) -> Outcome:
    return await a_play(received).settle([EPISODE], seconds=60)


async def test_it_waits_for_what_is_due_and_then_for_quiet() -> None:
    received = FakeReceived(CALL)
    outcome = await settled(received)
    assert outcome.comparison.agrees
    assert outcome.delays == [1.0]
    assert 11 * SECOND + 2 * SECOND < received.now <= 15 * SECOND


async def test_what_comes_too_early_does_not_end_it_before_the_last_notice_is_due() -> None:
    received = FakeReceived(Sent("n-1", "A-1", "breached", SECOND))
    await settled(received)
    assert received.now > DUE.at


async def test_it_gives_up_and_asks_slamon_when_something_never_comes() -> None:
    received = FakeReceived()
    outcome = await settled(received)
    assert not outcome.comparison.complete
    assert list(outcome.words) == ["late, A-1: superseded"]
    assert received.now <= DUE.at + 22 * SECOND


async def test_something_too_much_is_seen_even_when_it_comes_late() -> None:
    outcome = await settled(FakeReceived(CALL, Sent("n-2", "A-1", "breached", 12 * SECOND)))
    assert outcome.comparison.complete
    assert not outcome.comparison.agrees


async def test_a_digest_that_does_not_add_up_is_waited_for_in_vain() -> None:
    received = FakeReceived(CALL)
    received.digests = {"d-1": (3, 4)}
    outcome = await settled(received)
    assert not outcome.comparison.agrees
    assert received.now > DUE.at + 20 * SECOND


async def test_progress_counts_orders_and_what_is_due_by_now() -> None:
    received, err = FakeReceived(CALL), io.StringIO()
    play = a_play(received, err=err)
    await play.run([EPISODE, Episode(0, "bad record", None, ())], 0, seconds=60)
    await play.settle([EPISODE], seconds=60)
    assert "1 orders" in err.getvalue()
    assert "notices due 1, sent 1" in err.getvalue()


async def test_the_simulators_failure_is_the_plays() -> None:
    play = a_play(FakeReceived(), FakeSimulator(ConnectionError("gone")))
    with pytest.raises(ConnectionError, match="gone"):
        await play.run([EPISODE], 0)


async def test_a_stopped_play_stops_its_simulator() -> None:
    stopped = asyncio.Event()

    class Endless(FakeSimulator):
        async def play(self, episodes: Iterator[Episode], begins: Callable[[Episode], None]) -> None:
            del episodes, begins
            try:
                await asyncio.Event().wait()
            finally:
                stopped.set()

    task = asyncio.create_task(a_play(FakeReceived(), Endless()).run([EPISODE], 0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await stopped.wait()
    with pytest.raises(asyncio.CancelledError):
        await task
