"""One slamon application in a test: its topics, its workers, its receivers, and what was told to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from aiokafka import AIOKafkaProducer

from slamon.orders.event import rfc3339
from tests.integration.daemon.daemon import Daemon
from tests.integration.daemon.standin import SECRET, StandIn
from tests.kafkas import new_topic, unique

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping
    from pathlib import Path

Json = dict[str, Any]
KeyOf: TypeAlias = "Callable[[Mapping[str, Any]], str | None]"
"""Which key a producer gives an event."""
SECOND = 1_000_000
PARTITIONS = 4


def now() -> int:
    """The wall clock in microseconds since the epoch."""
    return time.time_ns() // 1_000


def event(order_id: str, status: str | None, at: int, **fields: object) -> Json:
    """A native event."""
    stated = {} if status is None else {"status": status}
    return {"order_id": order_id, "occurred_at": rfc3339(at), **stated, **fields}


def promise(duration: str = "PT20S", warn_before: str = "PT5S", **more: object) -> Json:
    """An `sla` section with one scaled promise and no stages, unless `stages` are given."""
    return {"promise": {"duration": duration, "warn_before": warn_before}, "stages": [], **more}


@dataclass
class Plan:
    """What a world is set up with."""

    sla: Json = field(default_factory=promise)
    topics: dict[str, int] = field(default_factory=lambda: {"orders": PARTITIONS})
    """Short name of each source topic to its partition count."""
    sources: dict[str, Json] = field(default_factory=dict)
    """Further keys of a source; by default every topic is a source of the same name."""
    partitions: int = PARTITIONS
    receivers: tuple[str, ...] = ("slack", "webhook")
    slack: Json = field(default_factory=dict)
    more: Json = field(default_factory=dict)
    """Top-level keys of the configuration."""
    slack_options: tuple[str, ...] = ()
    """For the command line of Slack's stand-in."""


class World:
    """Use as a context; a test that fails prints the ends of all logs."""

    def __init__(self, bootstrap: str, folder: Path, plan: Plan | None = None) -> None:
        self.bootstrap, self.folder = bootstrap, folder
        self.plan = plan or Plan()
        self.app_id = unique("daemon")
        self.topics: dict[str, str] = {}
        self.daemons: list[Daemon] = []
        options = {"slack": self.plan.slack_options}
        self.standins = {kind: StandIn(kind, folder, *options.get(kind, ())) for kind in self.plan.receivers}
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        await self.make_topics()
        await asyncio.gather(*(standin.start() for standin in self.standins.values()))
        return self

    async def make_topics(self) -> None:
        for name, partitions in self.plan.topics.items():
            self.topics[name] = await new_topic(self.bootstrap, f"{self.app_id}.{name}", partitions=partitions)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._producer is not None:
            await self._producer.stop()
        if kind is not None:
            for daemon in self.daemons:
                sys.stderr.write(f"--- {daemon.name}\n{daemon.log_tail()}\n")
        for daemon in self.daemons:
            daemon.kill()
        for standin in self.standins.values():
            standin.kill()

    @property
    def slack(self) -> StandIn:
        return self.standins["slack"]

    @property
    def webhook(self) -> StandIn:
        return self.standins["webhook"]

    def configuration(self) -> Json:
        plan = self.plan
        notify: Json = {}
        if "slack" in self.standins:
            slack = {"token": "xoxb-test", "api_url": self.slack.endpoint, "channel": "#late-orders"}
            notify["slack"] = {**slack, "per_second": 100, "digest_above": 0, **plan.slack}
        if "webhook" in self.standins:
            notify["webhooks"] = {"crm": {"url": self.webhook.endpoint, "secret": SECRET}}
        kafka = {"bootstrap_servers": self.bootstrap, "app_id": self.app_id, "partitions": plan.partitions}
        return {
            "kafka": {**kafka, "session_timeout": "PT6S"},
            "sources": {name: {"topics": [topic], **plan.sources.get(name, {})} for name, topic in self.topics.items()},
            "sla": plan.sla,
            "notify": notify,
            "shutdown_grace": "PT10S",
            **plan.more,
        }

    def daemon(self, **changes: Any) -> Daemon:
        """A further worker, not started."""
        made = Daemon(f"worker-{len(self.daemons)}", self.folder, {**self.configuration(), **changes})
        self.daemons.append(made)
        return made

    async def worker(self, **changes: Any) -> Daemon:
        """A further worker, ready."""
        return await self.daemon(**changes).start().ready()

    @property
    def running(self) -> Daemon:
        """Some worker that can be asked."""
        return next(daemon for daemon in self.daemons if daemon.is_running)

    @property
    def crashes(self) -> int:
        return sum(daemon.crashes for daemon in self.daemons)

    @property
    def cut_short(self) -> int:
        return sum(daemon.cut_short for daemon in self.daemons)

    @property
    def freezes(self) -> int:
        return sum(daemon.freezes for daemon in self.daemons)

    async def producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                bootstrap_servers=self.bootstrap, acks="all", enable_idempotence=True, linger_ms=5
            )
            await self._producer.start()
        return self._producer

    async def tell(
        self,
        events: Iterable[Mapping[str, object] | bytes],
        source: str = "orders",
        *,
        keyed: bool = True,
        key_of: KeyOf | None = None,
        partition: int | None = None,
    ) -> None:
        """Produce events in order; keyed by their order id or by another field, without a key, to one partition."""
        producer, sent = await self.producer(), []
        for said in events:
            value = said if isinstance(said, bytes) else json.dumps(said).encode()
            key = None
            if keyed and not isinstance(said, bytes):
                key = str(said["order_id"] if key_of is None else key_of(said)).encode()
            sent.append(await producer.send(self.topics[source], value, key, partition))
        await asyncio.gather(*sent)


@contextlib.asynccontextmanager
async def beside(work: Any) -> AsyncIterator[asyncio.Task[None]]:
    """Run something beside the body and wait for its end."""
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        if sys.exc_info()[0] is not None:
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    if not task.cancelled() and task.exception() is not None:
        raise task.exception()
