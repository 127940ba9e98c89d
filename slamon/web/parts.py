"""What workers ask each other (`POST /-/peer`) and answer: its own part of a list, an order, a summary."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from slamon.lag.held_up import Queues
from slamon.lag.order_index import Standing
from slamon.notices.answers import Answer
from slamon.orders.event import Instant
from slamon.sla.forecast.durations import Durations
from slamon.sla.forecast.scoring import Calibration
from slamon.web.distribution import Distribution
from slamon.web.query import MOST_ROWS, OrderFilter
from slamon.web.sorting import Key

PEER_PATH: Final = "/-/peer"

LagQuestion: TypeAlias = Literal["page", "group", "explain", "incidents"]
_NULL: Final = msgspec.Raw(b"null")
_Count: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS)]


class OrdersAsk(msgspec.Struct, frozen=True, tag="orders"):
    """The first `count` orders of these partitions behind `after`."""

    partitions: list[int]
    where: OrderFilter
    sort: str
    at: Instant
    after: Key | None
    count: _Count


class OrderAsk(msgspec.Struct, frozen=True, tag="order"):
    """One order, or its explanation."""

    partitions: list[int]
    order_id: str
    explained: bool = False


class NoticesAsk(msgspec.Struct, frozen=True, tag="notices"):
    """The newest `count` notices of these partitions behind `after`."""

    partitions: list[int]
    order_id: str | None
    kinds: frozenset[str]
    after: Key | None
    count: _Count


class SummaryAsk(msgspec.Struct, frozen=True, tag="summary"):
    """Everything counted."""

    partitions: list[int]


class LearntAsk(msgspec.Struct, frozen=True, tag="learnt"):
    """What orders of these partitions taught."""

    partitions: list[int]


class AnswerAsk(msgspec.Struct, frozen=True, tag="answer"):
    """What somebody answered to a notice, to be written by the worker that has it; `order_id` where it is known."""

    partitions: list[int]
    answer: Answer
    order_id: str | None = None


class LagAsk(msgspec.Struct, frozen=True, tag="lag"):
    """Lag, which the owner of the shared partition watches: all of it, one group, its evidence, the incidents."""

    partitions: list[int]
    what: LagQuestion = "page"
    group: str | None = None


class StandingsAsk(msgspec.Struct, frozen=True, tag="standings"):
    """The stages and due dates of orders that wait in a queue."""

    partitions: list[int]
    order_ids: list[str]


class QueuesAsk(msgspec.Struct, frozen=True, tag="queues"):
    """Which orders wait in which queue: asked of the worker that watches lag."""

    partitions: list[int]


RowsAsk: TypeAlias = OrdersAsk | OrderAsk | NoticesAsk
PartAsk: TypeAlias = OrdersAsk | OrderAsk | NoticesAsk | SummaryAsk | LearntAsk | AnswerAsk
QueueAsk: TypeAlias = StandingsAsk | QueuesAsk
Ask: TypeAlias = PartAsk | LagAsk | QueueAsk


class Row(msgspec.Struct, frozen=True):
    """One order or notice as JSON, with its place in the list."""

    key: Key
    view: msgspec.Raw


class RowsPart(msgspec.Struct, frozen=True):
    """The rows of one worker; `partitions` are those asked for that it truly had all the while."""

    as_of: Instant | None
    partitions: list[int]
    rows: list[Row]
    until: Key | None = None
    """Behind this key there is more; None: that was all."""


class SummaryPart(msgspec.Struct, frozen=True):
    """The counts of one worker."""

    as_of: Instant | None
    partitions: list[int]
    by_verdict: dict[str, int]
    by_status: dict[str, int]
    by_channel: dict[str, int]
    lead_times: Distribution
    calibration: Calibration = msgspec.field(default_factory=Calibration)
    """How good forecasts were."""


class LearntPart(msgspec.Struct, frozen=True):
    """What orders of one worker taught."""

    partitions: list[int]
    durations: Durations


class AnswerPart(msgspec.Struct, frozen=True):
    """The record of the answer, once it is durable; None where the notice is in none of `partitions`.

    `refused` says why the notice can't be answered so. Of a partition that was lost meanwhile nothing is claimed.
    """

    partitions: list[int]
    record: dict[str, str | None] | None = None
    refused: str | None = None
    as_of: Instant | None = None


class LagPart(msgspec.Struct, frozen=True):
    """What the worker that watches lag knows, as JSON; null where it knows no such group."""

    partitions: list[int]
    body: msgspec.Raw = _NULL
    as_of: Instant | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is what was asked for."""
        return bytes(self.body) != bytes(_NULL)


class StandingsPart(msgspec.Struct, frozen=True):
    """Of the orders asked about those that are this worker's and not over."""

    partitions: list[int]
    standings: dict[str, Standing]


class QueuesPart(msgspec.Struct, frozen=True):
    """What the worker that watches lag knows of the queues."""

    partitions: list[int]
    queues: Queues
