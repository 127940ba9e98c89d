"""What has come out so far: the stand-ins' ledgers, the dead letters, the count of unknown statuses."""

import html
import json
import re
from pathlib import Path
from typing import Any, Self, TypeAlias

import aiohttp
from aiokafka import AIOKafkaConsumer, TopicPartition

from slamon.demo.compare import Sent, from_slack, from_webhook
from slamon.demo.surroundings import Surroundings
from slamon.demo.topics import Topics

_UNKNOWN = re.compile(r'^slamon_events_total\{[^}]*outcome="unknown_status"[^}]*\} ([0-9.eE+]+)$', re.MULTILINE)
_POLL_MS = 20
_LATEST = 6

Letter: TypeAlias = tuple[str, bytes | None]
"""The topic that a dead letter came from, and its bytes."""


class LedgerTail:
    """A ledger on disk, read on as it grows."""

    def __init__(self, path: Path) -> None:
        self.rows: list[dict[str, Any]] = []
        self._path = path
        self._offset = 0

    def read_on(self) -> None:
        """Takes what was added; a line that is still being written is left for the next time."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._offset += len(line)
                self.rows.append(json.loads(line))


class DeadLetters:
    """The dead-letter topic from its beginning; a letter that was written twice is one."""

    def __init__(self, bootstrap: str, topics: Topics) -> None:
        self._topics = topics
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
        self._letters: dict[tuple[str, str, str], Letter] = {}

    @property
    def letters(self) -> list[Letter]:
        """All that were read, each once."""
        return list(self._letters.values())

    async def start(self) -> None:
        """Connects."""
        await self._consumer.start()

    async def stop(self) -> None:
        """Disconnects."""
        await self._consumer.stop()

    async def read_on(self) -> None:
        """Takes what was added."""
        consumer, topic = self._consumer, self._topics.dead_letters
        if not consumer.assignment():
            found = await consumer._client.fetch_all_metadata()  # noqa: SLF001 - the public way asks for no unknown topic
            places = [TopicPartition(topic, number) for number in found.partitions_for_topic(topic) or ()]
            if not places:
                return
            consumer.assign(places)
        for batch in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
            for record in batch:
                origin = {name: value.decode() for name, value in record.headers}
                place = tuple(origin.get(f"slamon-{part}", "") for part in ("topic", "partition", "offset"))
                self._letters[place[0], place[1], place[2]] = (self._topics.plain(place[0]), record.value)


class Received:
    """Everything that came out. Use as `async with`, after slamon is ready."""

    def __init__(self, around: Surroundings) -> None:
        self._url = around.slamon
        self._slack, self._webhook = LedgerTail(around.slack_ledger), LedgerTail(around.webhook_ledger)
        self._letters = DeadLetters(around.bootstrap, around.topics)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10))

    @property
    def sent(self) -> dict[str, list[Sent]]:
        """What each receiver accepted."""
        return {"Slack": from_slack(self._slack.rows), "webhook": from_webhook(self._webhook.rows)}

    @property
    def letters(self) -> list[Letter]:
        """The dead letters."""
        return self._letters.letters

    @property
    def texts(self) -> list[str]:
        """The first lines of the newest messages, newest last, as Slack shows them."""
        texts = (str(row["request"].get("text", "")) for row in self._slack.rows[-_LATEST:])
        return [html.unescape(text.partition("\n")[0]) for text in texts]

    @property
    def amount(self) -> int:
        """How much there is of everything: it grows when anything new has come."""
        return len(self._slack.rows) + len(self._webhook.rows) + len(self.letters)

    async def look(self) -> None:
        """Takes what is new."""
        self._slack.read_on()
        self._webhook.read_on()
        await self._letters.read_on()

    async def unknown_statuses(self) -> int:
        """How many events with a status that it does not know slamon has counted."""
        async with self._session.get(f"{self._url}/metrics") as answer:
            return unknown_statuses_in(await answer.text())

    async def word_on(self, order_id: str) -> str:
        """What slamon itself says about an order's notices: kind and states of delivery."""
        async with self._session.get(f"{self._url}/api/v1/notices", params={"order_id": order_id}) as answer:
            notices = (await answer.json())["notices"]
        told = (
            f"{notice['kind']} {'/'.join(sorted({way['state'] for way in notice['deliveries']}))}" for notice in notices
        )
        return f"{order_id}: {', '.join(told) or 'no notice'}"

    async def __aenter__(self) -> Self:
        """Connects."""
        await self._letters.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnects."""
        await self._session.close()
        await self._letters.stop()


def unknown_statuses_in(exposition: str) -> int:
    """The count of unknown statuses in the text of `/metrics`."""
    return round(sum(float(value) for value in _UNKNOWN.findall(exposition)))
