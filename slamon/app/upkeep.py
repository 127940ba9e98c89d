"""The loops beside the dispatcher that not everybody needs: alerts are kept, the heartbeat beats, lag is watched."""

from collections.abc import Coroutine, Iterator
from typing import Any

from slamon.app.clock import wall_clock
from slamon.app.parts import Parts
from slamon.app.sinks import heartbeat_caller
from slamon.app.web_ports import WorkerHealth
from slamon.services.alert_keeping import AlertKeeping
from slamon.services.heartbeat import Heartbeat, WholePath, stuck
from slamon.services.system_rows import SHARED
from slamon.services.tally import MetricsTally
from slamon.sinks.alertmanager import AlertmanagerSink


def upkeep(parts: Parts, health: WorkerHealth) -> dict[str, Coroutine[Any, Any, None]]:
    """Every loop that the configuration asks for, by name."""
    return dict(_loops(parts, health))


def _loops(parts: Parts, health: WorkerHealth) -> Iterator[tuple[str, Coroutine[Any, Any, None]]]:
    notify = parts.settings.notify
    for receiver in parts.receivers:
        if isinstance(receiver.sink, AlertmanagerSink) and notify.alertmanager is not None:
            resend = notify.alertmanager.resend.span
            tally = MetricsTally(parts.metrics)
            keeping = AlertKeeping(parts.engine, parts.logic.system, receiver.sink, resend, tally, wall_clock)
            yield "alert-keeping", keeping.run()
    caller = heartbeat_caller(parts.settings)
    if caller is not None and notify.heartbeat is not None:
        path = WholePath(health.ready, parts.gate.slowest, lambda: stuck(parts.dispatcher.channels), wall_clock)
        beat = Heartbeat(
            caller,
            notify.heartbeat.interval.span,
            lambda: SHARED in parts.engine.partitions(),
            path.fault,
            parts.metrics.heartbeat,
            wall_clock,
        )
        yield "heartbeat", beat.run()
    if parts.lag is not None:
        yield "lag", parts.lag.watch.run()
