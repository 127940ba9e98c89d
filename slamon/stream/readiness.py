"""Whether the engine works, and if not, what it waits for, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slamon.stream.core import Core

_SLOW_FLUSH = 5.0
OK = "ok"


def readiness(core: Core, waiting_for: str) -> tuple[bool, dict[str, str]]:
    """(ready, part -> "ok" or the reason)."""
    checks = {
        "engine": _engine(core, waiting_for),
        "broker": _broker(core, waiting_for),
        "changelog": _changelog(core),
    }
    return all(text == OK for text in checks.values()), checks


def _engine(core: Core, waiting_for: str) -> str:
    progress = core.progress
    if core.failure is not None:
        return f"failed: {core.failure}"
    if waiting_for:
        return waiting_for
    if progress.phase == "recovering":
        return f"recovering: {progress.replayed} changelog records read"
    return OK if progress.phase == "running" else progress.phase


def _broker(core: Core, waiting_for: str) -> str:
    if waiting_for:
        return waiting_for
    age = core.membership.age
    if age == float("inf"):
        return "not yet a member of the group"
    return OK if core.membership.valid else f"no answer from the group coordinator for {age:.0f} s"


def _changelog(core: Core) -> str:
    now = core.now()
    waits = {
        lane.partition: now - lane.flushing_since
        for lane in core.lanes.values()
        if lane.flushing_since is not None and now - lane.flushing_since > _SLOW_FLUSH
    }
    if not waits:
        return OK
    partition, seconds = max(waits.items(), key=lambda wait: wait[1])
    return f"{len(waits)} partitions wait for acknowledgements, partition {partition} for {seconds:.0f} s"
