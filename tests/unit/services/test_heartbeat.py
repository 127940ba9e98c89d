"""The heartbeat comes while all works, from one worker, and its absence says that something does not."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from slamon.errors import SinkError
from slamon.metrics.registry import Metrics
from slamon.orders.event import SECOND, Instant
from slamon.services import heartbeat
from slamon.services.channel import Channel
from slamon.services.heartbeat import FRESH, STUCK_AFTER, Heartbeat, WholePath, stuck
from tests.builders import T0
from tests.fakes.stream import until
from tests.unit.metrics.exposition import samples

MINUTE = 60 * SECOND


@dataclass
class Rig:
    """A heartbeat of one call a minute, and what a test sets."""

    now: Instant = T0
    ours: bool = True
    fault: str | None = None
    faults: list[Exception] = field(default_factory=list)
    called: list[Instant] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self.metrics = Metrics(version="1")
        self.beat = Heartbeat(
            self, MINUTE, lambda: self.ours, lambda: self.fault, self.metrics.heartbeat, lambda: self.now
        )

    async def get(self, *, now: Instant) -> None:
        self.called.append(now)
        if self.faults:
            raise self.faults.pop(0)

    async def close(self) -> None:
        self.closed = True

    async def passes(self, seconds: int) -> int:
        """A step each second; returns how many calls were made."""
        before = len(self.called)
        for _ in range(seconds):
            self.now += SECOND
            await self.beat.step()
        return len(self.called) - before

    def withheld(self) -> Mapping[tuple[str, ...], float]:
        return samples(self.metrics, "slamon_heartbeat_withheld")


async def test_it_calls_every_interval() -> None:
    rig = Rig()
    assert await rig.passes(180) == 3
    shown = samples(rig.metrics, "slamon_heartbeat_last_success_timestamp_seconds")
    assert shown == {(): rig.called[-1] / SECOND}
    assert rig.withheld() == {(): 0}


async def test_it_is_withheld_while_something_does_not_work_and_comes_back_at_once() -> None:
    rig = Rig(fault="receiver crm is stuck")
    assert await rig.passes(300) == 0
    assert rig.withheld() == {(): 1}
    rig.fault = None
    assert await rig.passes(1) == 1


async def test_only_the_owner_of_the_shared_partition_calls() -> None:
    rig = Rig(ours=False)
    assert await rig.passes(300) == 0
    assert rig.withheld() == {}
    rig.ours = True
    assert await rig.passes(1) == 1


async def test_a_call_that_failed_is_repeated_before_the_switch_goes_off() -> None:
    rig = Rig(faults=[SinkError("timeout", "", permanent=False), SinkError("not_found", "", permanent=True)])
    assert await rig.passes(21) == 3
    assert await rig.passes(59) == 0
    failed = samples(rig.metrics, "slamon_heartbeat_failures_total")
    assert failed == {("timeout",): 1, ("not_found",): 1}


async def test_nothing_ends_the_loop_but_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_EVERY", 0)
    rig = Rig(faults=[RuntimeError("unforeseen")])
    task = asyncio.create_task(rig.beat.run())
    await until(lambda: len(rig.called) == 1)
    rig.now += MINUTE
    await until(lambda: len(rig.called) == 2)
    task.cancel()
    await asyncio.wait([task])
    assert rig.closed


def _path(
    *, ready: bool = True, as_of: Instant | None = T0, receiver: str | None = None, checks: Mapping[str, str] = {}
) -> str | None:
    path = WholePath(lambda: (ready, {"engine": "ok", **checks}), lambda: as_of, lambda: receiver, lambda: T0 + FRESH)
    return path.fault()


def test_what_the_whole_path_is() -> None:
    assert _path() is None
    assert _path(ready=False, checks={"lag_gate": "the broker is away"}) == "lag_gate: the broker is away"
    assert _path(ready=False) == "not ready"
    assert _path(as_of=None) == "how fresh the orders are is not known"
    assert _path(as_of=T0 - SECOND) == "the orders are 1 minute 1 second behind"
    assert _path(receiver="receiver crm is stuck") == "receiver crm is stuck"


def test_a_receiver_is_stuck_after_failures_in_a_row() -> None:
    channels = {"slack": Channel("slack"), "crm": Channel("crm")}
    channels["crm"].failures = STUCK_AFTER - 1
    assert stuck(channels) is None
    channels["crm"].failures += 1
    assert stuck(channels) == "receiver crm has failed 5 times in a row"


def test_a_receiver_that_refuses_everything_is_stuck_but_not_a_channel_whose_notices_go_elsewhere() -> None:
    channels = {"slack": Channel("slack"), "slack|#b2b": Channel("slack")}
    channels["slack|#b2b"].refused = "not_found"
    assert stuck(channels) is None
    channels["slack"].refused = "auth"
    assert stuck(channels) == "receiver slack refuses everything (auth)"
