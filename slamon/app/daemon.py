"""The daemon as a process: runs one worker until a signal comes, and says with what code it ended."""

from __future__ import annotations

import asyncio
import signal

import structlog
import uvloop

from slamon.app.worker import Worker
from slamon.errors import ConfigError
from slamon.orders.event import SECOND
from slamon.settings import Settings

STOPPED, CRASHED, MISCONFIGURED = 0, 1, 2
_log = structlog.get_logger("slamon.daemon")


def run_daemon(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; returns 0 stopped, 1 crashed, 2 surroundings that must not be run with."""
    return uvloop.run(_run(settings))


async def _run(settings: Settings) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        return await _live(settings, stop)
    except ConfigError as fault:
        for problem in fault.problems:
            _log.error("startup.refused", problem=problem)
        return MISCONFIGURED


async def _live(settings: Settings, stop: asyncio.Event) -> int:
    worker = Worker(settings)
    stopping = asyncio.create_task(stop.wait())
    code = STOPPED
    async with worker.running() as tasks:
        done, _ = await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopping}:
            fault = task.exception()
            if isinstance(fault, ConfigError):
                raise fault
            _log.error("worker.crashed", exc_info=fault)
            code = CRASHED
        stopping.cancel()
        _log.info("worker.stopping")
        deadline = asyncio.get_running_loop().time() + settings.shutdown_grace.span / SECOND
        asyncio.get_running_loop().call_at(deadline, _give_up, code)
    _log.info("worker.stopped")
    return code


def _give_up(code: int) -> None:
    """The grace is over: what is acknowledged is safe, the rest is read again by the next worker."""
    import os  # noqa: PLC0415  # only here

    _log.error("worker.stop_took_too_long")
    os._exit(code)
