"""Everything that a world left behind: source topics, tables, changelog, deliveries, dead letters, ledgers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slamon.app import build
from slamon.kafka.topics import OwnTopics
from slamon.settings.load import load
from slamon.sla.book import RuleBook
from tests.kafkas import read_all

if TYPE_CHECKING:
    from pathlib import Path

    from slamon.notices.row import OrderRules
    from tests.integration.daemon.daemon import Daemon
    from tests.integration.daemon.world import World
    from tests.kafkas import Record

Json = dict[str, Any]
SLACK, WEBHOOK = "slack", "crm"
"""The receivers as deliveries name them."""


@dataclass
class Evidence:
    """What is compared. `source_of` is the configuration's: topic to source; `config` is the daemon's own."""

    config: Json
    source_of: dict[str, str]
    sources: list[Record]
    orders: list[tuple[str, Json]]
    """(as_of, order) as the API said."""
    notices: list[Json]
    changelog: list[Record]
    deliveries: list[Record]
    dead_letters: list[Record]
    ledgers: dict[str, list[Json]] = field(default_factory=dict)
    """The rows that tell of a notice, by receiver."""
    crashes: int = 0
    cut_short: int = 0
    """Crashes before the worker was ready."""
    freezes: int = 0
    """How often a worker was stopped in its tracks: another took over, and could not know what was under way."""
    failures: int = 0
    """How many calls the receivers were told to leave without an answer."""


async def collect(world: World, daemon: Daemon | None = None, *, failures: int = 0) -> Evidence:
    """Read it all; a worker that is ready answers for the table."""
    asked = daemon or world.running
    own = OwnTopics(world.app_id)
    pages = await asked.pages("/api/v1/orders", "orders")
    notices = await asked.notices()
    topics = (*world.topics.values(), own.changelog, own.deliveries, own.dead_letters)
    read = dict(zip(topics, await asyncio.gather(*(read_all(world.bootstrap, t) for t in topics)), strict=True))
    return Evidence(
        config=asked.configuration,
        source_of={topic: name for name, topic in world.topics.items()},
        sources=[record for topic in world.topics.values() for record in read[topic]],
        orders=[(as_of, order) for as_of, page in pages for order in page],
        notices=notices,
        changelog=read[own.changelog],
        deliveries=read[own.deliveries],
        dead_letters=read[own.dead_letters],
        ledgers={
            SLACK if kind == "slack" else WEBHOOK: [row for row in standin.rows() if row["id"] is not None]
            for kind, standin in world.standins.items()
        },
        crashes=world.crashes,
        cut_short=world.cut_short,
        freezes=world.freezes,
        failures=failures,
    )


def order_rules(config_file: Path) -> OrderRules:
    """What slamon's codec needs to read rows: the rules that the daemon made of its configuration."""
    settings = load(str(config_file), {}).settings
    topics = build.topics_of(OwnTopics(settings.kafka.app_id))
    return build.partition_rules(settings, build.receivers(settings), topics, RuleBook.of(settings.sla_terms())).orders
