"""Shop, CRM and MES: what each calls an order's steps, and how it writes to Kafka."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from slamon.demo.tempo import SECOND, Micros

PARTITIONS = 4
"""Of slamon's own topics, and of those that are keyed by order id."""


@dataclass(frozen=True, slots=True)
class System:
    """One system with a topic of its own. `words` are its names of the statuses, in its own language."""

    name: str
    topic: str
    words: Mapping[str, str]
    strange_words: tuple[str, ...]
    """Statuses that the lifecycle does not know."""
    partitions: int = PARTITIONS
    keyed: bool = True
    zone: dt.timezone = dt.UTC
    """Of the times it writes."""

    @property
    def status_map(self) -> dict[str, str]:
        """What slamon's configuration needs to understand it."""
        return {word: status for status, word in self.words.items()}

    def time(self, at: Micros) -> str:
        """An instant as this system writes it."""
        seconds, micros = divmod(at, SECOND)
        moment = dt.datetime.fromtimestamp(seconds, self.zone).replace(microsecond=micros)
        return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


SHOP = System(
    "shop",
    "shop.orders",
    {"INITIATED": "cart_opened", "FILE_UPLOADED": "model_uploaded", "SUBMITTED": "order_placed"},
    ("payment_pending",),
)
CRM = System(
    "crm",
    "crm.orders",
    {"MANUFACTURING_APPROVED": "confirmed", "CLOSED": "handed_over", "CANCELLED": "called_off"},
    ("callback_requested",),
    zone=dt.timezone(dt.timedelta(hours=3)),
)
# Bought, and changed as little as possible: it writes without keys, to as many partitions as it liked.
MES = System(
    "mes",
    "mes.orders",
    {
        "PRICE_CALCULATED": "PRICED",
        "MANUFACTURING_STARTED": "IN_WORK",
        "MANUFACTURING_COMPLETED": "MADE",
        "PACKAGING": "PACKING",
        "SHIPPED": "DISPATCHED",
    },
    ("CALCULATING", "QUALITY_CHECK"),
    partitions=3,
    keyed=False,
)
SYSTEMS = (SHOP, CRM, MES)


def owner_of(status: str) -> System:
    """The system in which a step happens."""
    return next(system for system in SYSTEMS if status in system.words)
