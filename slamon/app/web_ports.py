"""This worker as the web application sees it: its orders and notices, its peers, its health."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from slamon.kafka.partitioner import partition_of
from slamon.notices.system import SystemNotice
from slamon.orders.event import Instant
from slamon.services.gate import LagGate
from slamon.services.learning import Learning
from slamon.services.orders_view import OrdersView
from slamon.services.partition import OrderPartition
from slamon.services.system_notices import SystemNotices
from slamon.services.system_rows import SHARED
from slamon.sla.forecast.durations import Durations
from slamon.sla.forecast.scoring import Calibration
from slamon.stream import Engine
from slamon.web.ports import NoticeHead, OrderHead, Placement


@dataclass(frozen=True, slots=True)
class LocalOrders:
    """The orders and notices of this worker's own partitions."""

    view: OrdersView
    system: SystemNotices

    def as_of(self) -> Instant | None:
        """Everything up to this instant is in the orders; None while unknown."""
        return self.view.as_of()

    async def heads(self, partitions: Collection[int]) -> AsyncIterator[Sequence[OrderHead]]:
        """What lists need of every order."""
        async for found in self.view.heads(partitions):
            yield [
                OrderHead(
                    head.order_id,
                    head.status,
                    str(head.verdict),
                    head.channel,
                    head.manager_id,
                    head.client_name,
                    head.started_at,
                    head.due_at,
                    head.finished_at,
                    head.client_id,
                )
                for head in found
            ]

    async def order(self, order_id: str) -> Mapping[str, object] | None:
        """One order; None when it is not here."""
        return await self.view.order(order_id)

    async def explanation(self, order_id: str) -> Mapping[str, object] | None:
        """Why one order is where it is; None when it is not here."""
        return await self.view.explanation(order_id)

    async def notice_heads(
        self, partitions: Collection[int], order_id: str | None
    ) -> AsyncIterator[Sequence[NoticeHead]]:
        """What lists need of every notice, or of the one order's."""
        if order_id is not None:
            row = self.view.row(order_id)
            if row is not None:
                yield [NoticeHead(i, at, str(kind), order_id) for i, at, kind in self.view.notice_heads(order_id, row)]
            return
        if SHARED in partitions:
            yield [NoticeHead(n.notice_id, n.at, n.kind, n.subject) for n, _ in self._shown()]
        async for found in self.view.noticed(partitions):
            yield [
                NoticeHead(notice_id, at, str(kind), subject)
                for subject, row in found
                for notice_id, at, kind in self.view.notice_heads(subject, row)
            ]

    async def notices(self, subject: str) -> Sequence[Mapping[str, object]]:
        """All notices of one order, or about one subject."""
        about = [shown for notice, shown in self._shown() if notice.subject == subject]
        return [*await self.view.notices(subject), *about]

    def _shown(self) -> list[tuple[SystemNotice, dict[str, object]]]:
        rows = self.view.table.rows(SHARED)
        return [] if rows is None else self.system.shown(rows)


@dataclass(frozen=True, slots=True)
class LocalForecasts:
    """What this worker's own partitions taught."""

    partitions: Mapping[int, OrderPartition]

    def learnt(self, partitions: Collection[int]) -> Durations:
        """What was learnt of these partitions, put together."""
        whole = Durations()
        for learning in self._of(partitions):
            whole.merge(learning.durations)
        return whole

    def calibration(self, partitions: Collection[int]) -> Calibration:
        """The scored forecasts of these partitions."""
        whole = Calibration()
        for learning in self._of(partitions):
            whole.merge(learning.calibration)
        return whole

    def _of(self, partitions: Collection[int]) -> list[Learning]:
        return [self.partitions[number].learning for number in sorted(partitions) if number in self.partitions]


@dataclass(frozen=True, slots=True)
class Peers:
    """Which worker has which partition; `own_url` is how the others reach this one."""

    engine: Engine
    partitions: int
    own_url: str

    def placement(self) -> Placement:
        """As the last assignment said."""
        owned = self.engine.partitions()
        others = {p: url for p, url in self.engine.owners().items() if p not in owned and url != self.own_url}
        return Placement(self.partitions, owned, others)

    def partition(self, order_id: str) -> int:
        """The partition of an order, the same on every worker."""
        return partition_of(order_id.encode(), self.partitions)


@dataclass(frozen=True, slots=True)
class WorkerHealth:
    """Alive while the loop turns; ready when the engine works and the gate has an answer."""

    engine: Engine
    gate: LagGate
    waiting_for: Callable[[], str]

    def healthy(self) -> bool:
        """True: a worker that only a restart helps has ended itself."""
        return True

    def ready(self) -> tuple[bool, Mapping[str, str]]:
        """Every check by name, `ok` or the reason why not."""
        waiting_for = self.waiting_for()
        if waiting_for:
            return False, {"startup": waiting_for}
        ready, checks = self.engine.ready()
        gate = self._gate()
        return ready and gate == "ok", {**checks, "lag_gate": gate}

    def _gate(self) -> str:
        owned = self.engine.partitions()
        behind = sum(self.gate.now(partition) is None for partition in owned)
        if behind:
            return f"{behind} of {len(owned)} partitions are not read yet up to the end found at the start"
        return self.gate.fault or "ok"
