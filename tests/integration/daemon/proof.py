"""Waiting until a world has come to rest, and the proof that it is then as it must be."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tests.integration.daemon.checker import judge
from tests.integration.daemon.evidence import Evidence, collect, order_rules
from tests.integration.daemon.expected import Expected, fold, last_moment
from tests.oracle.instants import EARLIEST, SECOND, instant

if TYPE_CHECKING:
    from tests.integration.daemon.daemon import Daemon
    from tests.integration.daemon.world import World

_SHOWN = 15
_PAUSE = 0.5
_HORIZON = 600 * SECOND
"""Deadlines further ahead are not waited for."""


async def prove(
    world: World, daemon: Daemon | None = None, *, within: float = 60.0, failures: int = 0
) -> tuple[Evidence, Expected]:
    """Wait until the last notice of all has had its time and nothing is left to complain about.

    AssertionError with the complaints that remain. Nothing that was wrong once is forgiven by waiting:
    ledgers, marks and dead letters only grow.
    """
    give_up = time.monotonic() + within
    expected: Expected | None = None
    complaints: list[str] = []
    while True:
        try:
            evidence = await collect(world, daemon, failures=failures)
        except AssertionError as error:  # a worker that does not answer for all partitions yet
            complaints = [str(error)]
        else:
            if expected is None:
                expected = fold(evidence.sources, evidence.source_of, evidence.config)
            as_of = min((instant(as_of) for as_of, _ in evidence.orders), default=EARLIEST)
            if as_of <= last_moment(expected, as_of + _HORIZON):
                complaints = ["the last deadline has not passed"]
            else:
                rules = order_rules((daemon or world.running).config)
                complaints = judge(evidence, rules, expected)
                if not complaints:
                    return evidence, expected
        assert time.monotonic() < give_up, _told(complaints)
        await asyncio.sleep(_PAUSE)


def _told(complaints: list[str]) -> str:
    more = f"\n… and {len(complaints) - _SHOWN} more" if len(complaints) > _SHOWN else ""
    return "\n".join(complaints[:_SHOWN]) + more
