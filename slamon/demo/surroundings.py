"""Starts what a demo is made of, each part when those are ready that it needs, and tells where they are."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from slamon.demo.configuration import SECRET, SIGNING_SECRET, Addresses, configuration, write_configuration
from slamon.demo.kafka.broker import Broker
from slamon.demo.kafka.metadata import nodes_at
from slamon.demo.parts import Command, KafkaNode, Part, Parts, failed, finished
from slamon.demo.ports import LOOPBACK, free_port
from slamon.demo.tempo import Tempo
from slamon.demo.topics import Topics, make_topics

_POLL = 0.1
_PATIENCE = 90.0
_SHORT_GRACE, _SLAMON_GRACE = 5.0, 15.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller settles: a broker (None: the demo starts its own) and addresses (port 0: a free one)."""

    kafka: str | None = None
    host: str = LOOPBACK
    port: int = 0
    slack_port: int = 0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where everything is."""

    folder: Path
    bootstrap: str
    topics: Topics
    slack_page: str
    slamon: str
    slack_ledger: Path
    webhook_ledger: Path

    @property
    def urls(self) -> list[tuple[str, str]]:
        """What people may want to open, with what it is."""
        return [
            ("Slack stand-in", f"{self.slack_page}/"),
            ("slamon: late orders", f"{self.slamon}/orders"),
            ("slamon: orders", f"{self.slamon}/api/v1/orders"),
            ("slamon: summary", f"{self.slamon}/api/v1/summary"),
            ("slamon: notices", f"{self.slamon}/api/v1/notices"),
            ("slamon: metrics", f"{self.slamon}/metrics"),
            ("slamon: readiness", f"{self.slamon}/-/ready"),
            ("Kafka", self.bootstrap),
        ]


async def start(wishes: Wishes, tempo: Tempo, parts: Parts, folder: Path, say: Callable[[str], None]) -> Surroundings:
    """Starts everything; returns when slamon is ready. Raises PartFailedError or KafkaUnavailableError."""
    topics = Topics() if wishes.kafka is None else Topics(f"demo-{free_port()}.")
    port = wishes.port or free_port()
    slack, webhook = _stand_ins(wishes, parts, folder, f"http://{LOOPBACK}:{port}/slack/interactions")
    bootstrap = wishes.kafka or await _own_kafka(parts, folder, say)
    await make_topics(bootstrap, topics)
    slack_urls, webhook_urls = await _first_words(slack), await _first_words(webhook)
    addresses = Addresses(bootstrap, slack_urls["endpoint"], webhook_urls["endpoint"], wishes.host, port)
    content = configuration(tempo, topics, addresses, folder / "slamon")
    write_configuration(folder / "slamon.yaml", content, tempo)
    say("starting slamon")
    daemon = Command(
        "slamon", "slamon", "run", "--config", str(folder / "slamon.yaml"), folder=folder, grace=_SLAMON_GRACE
    )
    parts.add(daemon)
    url = f"http://{LOOPBACK}:{port}"
    await _until(daemon, lambda: finished(lambda: _is_ready(url)), "was not ready")
    return Surroundings(
        folder,
        bootstrap,
        topics,
        slack_urls["url"],
        url,
        _ledger(folder, "slack"),
        _ledger(folder, "webhook"),
    )


def _stand_ins(wishes: Wishes, parts: Parts, folder: Path, interactions: str) -> tuple[Part, Part]:
    options = {
        "slack": (
            *("--port", str(wishes.slack_port), "--host", wishes.host),
            *("--interactions-url", interactions, "--signing-secret", SIGNING_SECRET),
        ),
        "webhook": ("--secret", SECRET),
    }
    started = [
        Command(
            f"{kind} stand-in",
            *("slamon.demo.standins", kind, "--ledger", str(_ledger(folder, kind)), *more),
            folder=folder,
            grace=_SHORT_GRACE,
        )
        for kind, more in options.items()
    ]
    for part in started:
        parts.add(part)
    return started[0], started[1]


async def _own_kafka(parts: Parts, folder: Path, say: Callable[[str], None]) -> str:
    say("starting Kafka")
    broker = Broker(folder / "kafka")
    part = KafkaNode(broker)
    try:
        await finished(broker.spawn)
    finally:
        parts.add(part)

    async def serves() -> bool:
        there = await finished(lambda: nodes_at(LOOPBACK, broker.node.port))
        return broker.node.id in there

    await _until(part, serves, "was not ready")
    return broker.bootstrap


async def _first_words(part: Part) -> dict[str, str]:
    """The JSON that a stand-in says first."""

    async def said() -> bool:
        return part.log.read_text("utf-8", errors="replace").partition("\n")[1] != ""

    await _until(part, said, "never said where it is")
    try:
        found: dict[str, str] = json.loads(part.log.read_text("utf-8", errors="replace").splitlines()[0])
    except ValueError:
        raise failed(part, "started with something else than its addresses") from None
    return found


async def _until(part: Part, met: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    """Asks again and again. Raises PartFailedError when the part ends, or when it takes too long."""
    give_up = asyncio.get_running_loop().time() + _PATIENCE
    while not await met():
        if (how := part.ended()) is not None:
            raise failed(part, how)
        if asyncio.get_running_loop().time() > give_up:
            raise failed(part, f"{otherwise} within {_PATIENCE:g} s")
        await asyncio.sleep(_POLL)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=2) as answer:  # noqa: S310 - our own http URL
            return bool(answer.status == 200)  # noqa: PLR2004 - the contract's number
    except (urllib.error.URLError, OSError):
        return False


def _ledger(folder: Path, kind: str) -> Path:
    return folder / f"{kind}.jsonl"
