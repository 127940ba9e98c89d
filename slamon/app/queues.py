"""Lag joined to orders as the configuration asks for it: the index, who reads for it, who is told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from slamon.app.clock import wall_clock
from slamon.errors import DecodeError
from slamon.kafka.cluster import Cluster
from slamon.kafka.security import client_options
from slamon.kafka.stretch import StretchReader
from slamon.lag.held_up import Queues
from slamon.lag.observation import Place
from slamon.lag.order_index import Indexed, Standing
from slamon.services.ingest import Decoder, IngestRules
from slamon.services.lag_orders import OrdersBehind
from slamon.services.lag_queues import KnownQueues
from slamon.services.orders_view import OrdersView
from slamon.settings import Settings
from slamon.settings.lag_checks import OWN_CLUSTER

_MILLISECOND = 1000


@dataclass(frozen=True, slots=True)
class OrderReader:
    """Reads order topics beside the engine, as its sources are read."""

    stretches: StretchReader
    source_of: Mapping[str, str]
    decoders: Mapping[str, Decoder]

    async def read(self, place: Place, since: int, until: int, most: int) -> tuple[int, Sequence[Indexed]]:
        """Up to where it was read, and the order records of [since, there). Raises SourceError."""
        reached, records = await self.stretches.read(place.topic, place.partition, since, until, most)
        decode = self.decoders[self.source_of[place.topic]].decode
        found = []
        for record in records:
            try:
                order_id = decode(record.value, origin="").order_id
            except DecodeError:
                continue
            found.append(Indexed(record.offset, order_id, record.timestamp * _MILLISECOND))
        return reached, found


class NoStandings:
    """Nobody can be asked yet."""

    async def of(self, order_ids: Collection[str]) -> Mapping[str, Standing]:  # noqa: ARG002  the protocol's
        """Nothing is known."""
        return {}


@dataclass(frozen=True, slots=True)
class LocalQueueAnswers:
    """What this worker tells others of orders in queues."""

    view: OrdersView
    known: KnownQueues

    def standing(self, order_id: str) -> Standing | None:
        """How one of its own orders stands."""
        return self.view.standing(order_id)

    def queues(self) -> Queues:
        """Which order waits in which queue."""
        return self.known.queues


def orders_behind(settings: Settings, rules: IngestRules) -> tuple[OrdersBehind, StretchReader] | None:
    """The orders behind the queues, and what is closed with them; None where no orders or no lag are watched."""
    topics = frozenset(rules.source_of)
    if settings.lag is None or not topics:
        return None
    kafka = settings.kafka
    stretches = StretchReader(Cluster(kafka.bootstrap_servers, client_options(kafka.security.model_dump())))
    reader = OrderReader(stretches, rules.source_of, rules.decoders)
    return OrdersBehind(OWN_CLUSTER, topics, reader, NoStandings(), wall_clock), stretches
