"""The outbox's word to the orders' partitions: reports about deliveries, requests to offer again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from slamon.notices.marks import Mark
from slamon.notices.story import Told
from slamon.services.offers import DeliveryRecord, Offer, Refusal, Reoffer, encode
from slamon.stream import Outgoing


class Producer(Protocol):
    """The engine, as far as the outbox needs it."""

    async def send(self, records: Iterable[Outgoing]) -> None:
        """Produce and wait for the acknowledgements, through outages of the broker."""


@dataclass(frozen=True, slots=True)
class Reports:
    """Writes the records of the deliveries topic; what it returns from is durable."""

    producer: Producer
    topic: str

    async def mark(self, offer: Offer, mark: Mark) -> None:
        """Report about one delivery to the partition that it was offered from."""
        await self.producer.send([self._marked(offer, mark)])

    def _marked(self, offer: Offer, mark: Mark) -> Outgoing:
        return self._about(offer, DeliveryRecord(order_id=offer.order_id, mark=mark))

    def _about(self, offer: Offer, record: DeliveryRecord) -> Outgoing:
        key = (offer.order_id or offer.notice_id).encode()
        return Outgoing(self.topic, key, encode(record), offer.partition)

    async def marks(self, reports: Iterable[tuple[Offer, Mark]]) -> None:
        """Report about many deliveries at once."""
        await self.producer.send([self._marked(offer, mark) for offer, mark in reports])

    async def told(self, offer: Offer, told: Told) -> None:
        """Report what a living message says now."""
        notice_id = offer.notice_id if offer.order_id is None else None
        record = DeliveryRecord(order_id=offer.order_id, told=told, notice_id=notice_id)
        await self.producer.send([self._about(offer, record)])

    async def refusal(self, refusal: Refusal, partition: int) -> None:
        """Report that a receiver takes nothing, or takes notices again, to the partition that tells of it."""
        record = DeliveryRecord(refusal=refusal)
        await self.producer.send([Outgoing(self.topic, refusal.receiver.encode(), encode(record), partition)])

    async def ask_again(self, requests: Iterable[tuple[int, Reoffer]]) -> None:
        """Ask order partitions to offer again what is unsettled there."""
        await self.producer.send(
            [
                Outgoing(self.topic, None, encode(DeliveryRecord(reoffer=reoffer)), partition)
                for partition, reoffer in requests
            ]
        )
