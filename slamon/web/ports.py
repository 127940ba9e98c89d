"""What the web application needs from the rest: this worker's orders and notices, the cluster, its health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from slamon.errors import SlamonError
from slamon.sla.forecast.durations import Durations
from slamon.sla.forecast.scoring import Calibration

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping, Sequence

    from slamon.notices.answers import Answer
    from slamon.orders.event import Instant

MOST_IN_BATCH: Final = 1000
"""Rows in one batch of a scan; the web yields to the loop between batches, so this bounds its turn."""


class OrderHead(NamedTuple):
    """What lists filter and sort by and summaries count; cheap enough to build for every row of a table."""

    order_id: str
    status: str | None
    verdict: str
    """A `Verdict`'s word, as of now."""
    channel: str | None = None
    manager_id: str | None = None
    client_name: str | None = None
    started_at: Instant | None = None
    due_at: Instant | None = None
    """The date in force; None when there is none."""
    finished_at: Instant | None = None
    """When the order finished; None while it is open or when it was cancelled first."""
    client_id: str | None = None


class NoticeHead(NamedTuple):
    """What lists of notices filter and sort by."""

    notice_id: str
    at: Instant
    kind: str
    subject: str
    """The order id; the subject of a notice that is about no order."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the partitions of the orders table are, as far as this worker knows."""

    partitions: int
    """How many there are; they are numbered from 0."""
    local: frozenset[int]
    """Owned by this worker and recovered: what is not among these rows does not exist."""
    peers: Mapping[int, str]
    """Partition to base URL (`http://host:port`) of the other worker that owns it, where known."""


class OrdersApi(Protocol):
    """The orders of this worker's own partitions."""

    def as_of(self) -> Instant | None:
        """How fresh the orders are: everything up to this instant is in them; None while unknown."""

    def heads(self, partitions: Collection[int]) -> AsyncIterator[Sequence[OrderHead]]:
        """Every order of these partitions once, in batches of at most `MOST_IN_BATCH`, in any order.

        Rows change between two batches, since the caller yields to the loop there. An order that exists all
        the while comes exactly once; one that comes or goes meanwhile at most once. A partition that is lost
        meanwhile ends early without an error.
        """

    async def order(self, order_id: str) -> Mapping[str, object] | None:
        """The order as CONTRACT §5 writes it, ready for JSON; None when it is not here."""

    async def explanation(self, order_id: str) -> Mapping[str, object] | None:
        """Why the order is where it is, interval by interval, ready for JSON; None when it is not here."""


class NoticesApi(Protocol):
    """The notices of this worker's own partitions, standing and retracted."""

    def notice_heads(self, partitions: Collection[int], order_id: str | None) -> AsyncIterator[Sequence[NoticeHead]]:
        """Every notice of these partitions, or of the one order, once; else as `OrdersApi.heads`."""

    async def notices(self, subject: str) -> Sequence[Mapping[str, object]]:
        """All notices of one order (or subject) as CONTRACT §5 writes them, ready for JSON."""


class NoticeLostError(SlamonError):
    """The partition of a notice went to another worker while its answer was written."""


class AnswersApi(Protocol):
    """Writes what people answer to the notices of this worker's own partitions."""

    async def answer(
        self, partitions: Collection[int], answer: Answer, order_id: str | None
    ) -> Mapping[str, str | None] | None:
        """The record of the answer, once it is durable; None when the notice is in none of these partitions.

        Raises:
            Refusal: the notice can't be answered so.
            NoticeLostError: its partition is another worker's now.
        """


class NothingAnswered:
    """No notice is here."""

    async def answer(
        self,
        partitions: Collection[int],  # noqa: ARG002  the protocol's
        answer: Answer,  # noqa: ARG002
        order_id: str | None,  # noqa: ARG002
    ) -> Mapping[str, str | None] | None:
        """Nothing is found."""
        return None


class ForecastsApi(Protocol):
    """What this worker's own partitions taught, and how good forecasts of their orders were."""

    def learnt(self, partitions: Collection[int]) -> Durations:
        """What was learnt of these partitions."""

    def calibration(self, partitions: Collection[int]) -> Calibration:
        """The scored forecasts of these partitions."""


class NothingLearnt:
    """No forecasts are made here."""

    def learnt(self, partitions: Collection[int]) -> Durations:  # noqa: ARG002  the protocol's
        """Nothing."""
        return Durations()

    def calibration(self, partitions: Collection[int]) -> Calibration:  # noqa: ARG002  the protocol's
        """No forecast."""
        return Calibration()


class LagApi(Protocol):
    """Lag as the one worker that watches it knows it."""

    @property
    def is_ours(self) -> bool:
        """Whether this worker watches."""

    def as_of(self) -> Instant | None:
        """How fresh it is; None before the first look."""

    async def page(self) -> bytes:
        """Every group, as JSON (CONTRACT §5)."""

    def group(self, name: str) -> Mapping[str, object] | None:
        """One group; None when no cluster has it."""

    def explanation(self, name: str) -> Mapping[str, object] | None:
        """The evidence for its verdict; None when no cluster has it."""

    def incidents(self) -> Mapping[str, object]:
        """The open incidents and the latest that are over."""


class Cluster(Protocol):
    """Which worker has what."""

    def placement(self) -> Placement:
        """What is known now."""

    def partition(self, order_id: str) -> int:
        """The partition of an order, the same on every worker."""


class Health(Protocol):
    """Whether this worker lives and serves."""

    def healthy(self) -> bool:
        """False when only a restart helps; never because a broker is away."""

    def ready(self) -> tuple[bool, Mapping[str, str]]:
        """Whether it serves, and for each check its name and `ok` or the reason why not."""
