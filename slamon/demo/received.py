"""What has come out so far: the stand-ins' ledgers, the dead letters, the count of unknown statuses."""

import html
import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import aiohttp
from aiokafka import AIOKafkaConsumer, TopicPartition

from slamon.demo.compare import Counts, Letter, Sent, from_webhook
from slamon.demo.slack_said import digested, digests_in, from_slack
from slamon.demo.surroundings import Surroundings
from slamon.demo.topics import Topics

_UNKNOWN = re.compile(r'^slamon_events_total\{[^}]*outcome="unknown_status"[^}]*\} ([0-9.eE+]+)$', re.MULTILINE)
_POLL_MS = 20
_LATEST = 6
_PAGE, _PAGES = 500, 20


class LedgerTail:
    """A ledger on disk, read on as it grows: `calls` are those that were accepted, `texts` the newest ones' words."""

    def __init__(self, path: Path, read: Callable[[Iterable[Mapping[str, Any]]], list[Sent]]) -> None:
        """`read` finds the accepted calls in rows."""
        self.calls: list[Sent] = []
        self.texts: deque[str] = deque(maxlen=_LATEST)
        self._path, self._read = path, read
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
                self._take(json.loads(line))

    def _take(self, row: dict[str, Any]) -> None:
        found = self._read([row])
        self.calls += found
        if found and isinstance(text := row["request"].get("text"), str):
            self.texts.append(html.unescape(text.partition("\n")[0]))


class SlackTail(LedgerTail):
    """The ledger of the Slack stand-in; `digests`: how many notices each digest says that it tells."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, from_slack)
        self.digests: dict[str, int] = {}

    def _take(self, row: dict[str, Any]) -> None:
        super()._take(row)
        for digest_id, count in digests_in([row]):
            self.digests[digest_id] = count
            self.texts.append(html.unescape(row["request"]["text"]))


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
        self._slack = SlackTail(around.slack_ledger)
        self._digested: dict[str, tuple[str, Sent]] = {}
        self._webhook = LedgerTail(around.webhook_ledger, from_webhook)
        self._letters = DeadLetters(around.bootstrap, around.topics)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10))

    @property
    def sent(self) -> dict[str, list[Sent]]:
        """What each receiver accepted."""
        told = [notice for digest_id, notice in self._digested.values() if digest_id in self._slack.digests]
        return {"Slack": [*self._slack.calls, *told], "webhook": self._webhook.calls}

    @property
    def digests(self) -> dict[str, Counts]:
        """Of each digest, how many notices it says that it tells, and how many say that it told them."""
        inside = Counter(digest_id for digest_id, _ in self._digested.values())
        return {name: (self._slack.digests.get(name, 0), inside[name]) for name in {*self._slack.digests, *inside}}

    @property
    def letters(self) -> list[Letter]:
        """The dead letters."""
        return self._letters.letters

    @property
    def texts(self) -> list[str]:
        """The first lines of the newest messages, newest last, as Slack shows them."""
        return list(self._slack.texts)

    async def look(self) -> None:
        """Takes what is new."""
        self._slack.read_on()
        self._webhook.read_on()
        await self._letters.read_on()
        if any(said != inside for said, inside in self.digests.values()):
            await self._read_digested()

    async def _read_digested(self) -> None:
        """Takes slamon's word on which notices digests told."""
        cursor: str | None = None
        for _ in range(_PAGES):
            params = {"limit": str(_PAGE)} | ({} if cursor is None else {"cursor": cursor})
            async with self._session.get(f"{self._url}/api/v1/notices", params=params) as answer:
                page = await answer.json()
            self._digested |= {notice.notice_id: (name, notice) for name, notice in digested(page["notices"])}
            cursor = page["next"]
            if cursor is None:
                return

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
