"""The daemon as a process: runs one worker until a signal comes, and says with what code it ended."""

import asyncio
import os
import signal
from dataclasses import replace

import structlog
import uvloop

from slamon.app import build
from slamon.app.clock import wall_clock
from slamon.app.worker import Worker
from slamon.errors import ConfigError, SourceError
from slamon.kafka.cluster import Cluster
from slamon.kafka.finding import Check, Finding, Severity
from slamon.kafka.log import TopicLog
from slamon.kafka.preflight import preflight
from slamon.kafka.security import client_options
from slamon.kafka.topics import OwnTopics
from slamon.orders.event import SECOND
from slamon.services.policies import Policies
from slamon.settings import Settings
from slamon.sla.eras import is_change

_NEW_TERMS = "a start with this configuration begins a new revision; `apply_to` says which orders come under it"
STOPPED, CRASHED, MISCONFIGURED = 0, 1, 2
_log = structlog.get_logger("slamon.daemon")


def run_daemon(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; returns 0 stopped, 1 crashed, 2 surroundings that must not be run with."""
    return uvloop.run(_run(settings))


def check_against_kafka(settings: Settings) -> list[str]:
    """Look at the real cluster without changing anything; returns what keeps the daemon from running, a line each."""
    return asyncio.run(_look(settings))


async def _look(settings: Settings) -> list[str]:
    own = OwnTopics(settings.kafka.app_id)
    security = client_options(settings.kafka.security.model_dump())
    async with Cluster(settings.kafka.bootstrap_servers, security) as cluster:
        expected = replace(build.surroundings(settings, own), clock_topic=None)
        found = await preflight(cluster, expected, clock=wall_clock)
        policies = Policies(TopicLog(cluster, own.policies), build.own_terms(settings), wall_clock)
        away = {finding.subject for finding in found if finding.severity is not Severity.WARN}
        can_be_read = away.isdisjoint({own.policies, cluster.bootstrap_servers})
        problems = await _unreadable(policies) if can_be_read else []
    for finding in found:
        if finding.severity is Severity.WARN or _will_be_made(finding):
            _log.warning("cluster.found", check=str(finding.check), finding=str(finding))
        else:
            problems.append(str(finding))
    return problems


async def _unreadable(policies: Policies) -> list[str]:
    """What keeps the policies of earlier starts from being read; says whether a start would add to them."""
    try:
        eras = await policies.eras()
    except ConfigError as fault:
        return fault.problems
    except SourceError as fault:
        return [str(fault)]
    if is_change(eras, policies.own.terms):
        _log.warning("cluster.found", check="policies", finding=f"{policies.log.topic}: {_NEW_TERMS}")
    return []


def _will_be_made(finding: Finding) -> bool:
    """A missing topic of our own is made at the start."""
    return finding.check is Check.OWN_TOPIC and "does not exist" in finding.what


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
    except OSError as fault:  # the port is taken, or the address is not this machine's
        web = settings.web
        words = fault.strerror or str(fault)
        _log.error("startup.failed", problem=f"web.host, web.port: {web.host}:{web.port} can't be served: {words}")
        return CRASHED


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
    _log.error("worker.stop_took_too_long")
    os._exit(code)
