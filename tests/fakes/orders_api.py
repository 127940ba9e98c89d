"""A worker's part of the cluster in memory: the ports of `slamon.web` without Kafka."""

import zlib
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from typing import Any

from slamon.orders.event import DAY, Instant, rfc3339, seconds
from slamon.sla.verdict import Verdict
from slamon.web.ports import MOST_IN_BATCH, NoticeHead, OrderHead, Placement

T0: Instant = 1_700_000_000_000_000


def order_head(order_id: str, **fields: Any) -> OrderHead:
    """An open order of the shop, due three weeks after T0, unless said otherwise."""
    shape: dict[str, Any] = {
        "status": "SUBMITTED",
        "verdict": Verdict.ON_TRACK,
        "channel": "shop",
        "manager_id": "m-1",
        "client_name": "Ann",
        "client_id": "c-1",
        "started_at": T0,
        "due_at": T0 + 21 * DAY,
    }
    return OrderHead(order_id, **(shape | fields))


def notice_head(order_id: str, number: int, *, at: Instant = T0, kind: str = "breached") -> NoticeHead:
    """The `number`-th notice of an order."""
    return NoticeHead(f"{order_id}#{number}", at, kind, order_id)


def partition_of(order_id: str, partitions: int) -> int:
    """Any function that is the same everywhere will do."""
    return zlib.crc32(order_id.encode()) % partitions


class FakeWorker:
    """OrdersApi, NoticesApi and Cluster over lists; holds only what belongs to its `local` partitions."""

    def __init__(
        self,
        orders: Iterable[OrderHead] = (),
        notices: Iterable[NoticeHead] = (),
        *,
        partitions: int = 4,
        local: Iterable[int] | None = None,
        as_of: Instant | None = T0,
    ) -> None:
        self.partitions = partitions
        self.local = frozenset(range(partitions) if local is None else local)
        self.peers: dict[int, str] = {}
        self.now = as_of
        self.rows = {head.order_id: head for head in orders if self._mine(head.order_id, self.local)}
        self.told = [head for head in notices if self._mine(head.subject, self.local)]
        self.batch = MOST_IN_BATCH

    def as_of(self) -> Instant | None:
        return self.now

    async def explanation(self, order_id: str) -> Mapping[str, object] | None:
        return {"order_id": order_id, "as_of": rfc3339(T0), "causes": []} if order_id in self.rows else None

    def placement(self) -> Placement:
        return Placement(self.partitions, self.local, self.peers)

    def partition(self, order_id: str) -> int:
        return partition_of(order_id, self.partitions)

    async def heads(self, partitions: Collection[int]) -> AsyncIterator[Sequence[OrderHead]]:
        wanted = frozenset(partitions)
        rows = [head for head in self.rows.values() if self._mine(head.order_id, wanted)]
        for start in range(0, len(rows), self.batch):
            yield [self.rows[h.order_id] for h in rows[start : start + self.batch] if h.order_id in self.rows]

    async def order(self, order_id: str) -> Mapping[str, object] | None:
        head = self.rows.get(order_id)
        return None if head is None else order_view(head)

    async def notice_heads(
        self, partitions: Collection[int], order_id: str | None
    ) -> AsyncIterator[Sequence[NoticeHead]]:
        wanted = frozenset(partitions)
        rows = [
            head
            for head in self.told
            if self._mine(head.subject, wanted) and (order_id is None or head.subject == order_id)
        ]
        for start in range(0, len(rows), self.batch):
            yield rows[start : start + self.batch]

    async def notices(self, subject: str) -> Sequence[Mapping[str, object]]:
        return [notice_view(head) for head in self.told if head.subject == subject]

    def _mine(self, order_id: str, partitions: frozenset[int]) -> bool:
        return self.partition(order_id) in partitions


class FakeHealth:
    """Health that a test sets."""

    def __init__(self) -> None:
        self.alive = True
        self.checks = {"kafka": "ok"}

    def healthy(self) -> bool:
        return self.alive

    def ready(self) -> tuple[bool, Mapping[str, str]]:
        return set(self.checks.values()) == {"ok"}, self.checks


def order_view(head: OrderHead) -> dict[str, object]:
    """The fields of CONTRACT §5 that follow from a head."""
    finished = head.finished_at
    lead = None if finished is None or head.started_at is None else seconds(finished - head.started_at)
    return {
        "order_id": head.order_id,
        "status": head.status,
        "channel": head.channel,
        "client_id": head.client_id,
        "client_name": head.client_name,
        "manager_id": head.manager_id,
        "verdict": head.verdict,
        "promise": {
            "started_at": _time(head.started_at),
            "due_at": _time(head.due_at),
        },
        "finished_at": _time(finished),
        "lead_time_seconds": lead,
    }


def notice_view(head: NoticeHead) -> dict[str, object]:
    """The fields of CONTRACT §5 that follow from a head."""
    return {
        "notice_id": head.notice_id,
        "kind": head.kind,
        "order_id": head.subject,
        "at": rfc3339(head.at),
        "standing": head.kind != "retracted",
        "deliveries": [],
    }


def _time(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)
