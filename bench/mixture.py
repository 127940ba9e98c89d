"""Order events as Shop, CRM and MES send them, eight to an order, in the order in which they arrive.

An order's events are spread evenly over the whole span, as weeks lie between them in life: a batch seldom holds
two of the same order, so that nobody gains by writing one row for several events.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from slamon.orders.event import DAY, SECOND, Instant, Span, rfc3339

PER_ORDER = 8
SPAN: Span = 2_400 * SECOND
"""Five minutes between two steps: shorter than any stage's budget, so that only late promises give notices."""
_STEPS = (
    ("SUBMITTED", "shop"),
    ("PRICE_CALCULATED", "mes"),
    ("MANUFACTURING_APPROVED", "crm"),
    ("MANUFACTURING_STARTED", "mes"),
    ("MANUFACTURING_COMPLETED", "mes"),
    ("PACKAGING", "mes"),
    ("SHIPPED", "mes"),
    ("CLOSED", "crm"),
)
_PROMISED_LATER, _REPEATED, _CANCELLED = 5, 6, 7
"""Which step gives way to something else."""

_JITTER = 0.2
"""Of the time between two steps."""
_LATE = 1.5 / PER_ORDER
"""How much later, as a share of the span, a disordered event arrives: after its successor."""

Fields = dict[str, Any]
_encode = msgspec.json.Encoder().encode


class Arrival(NamedTuple):
    """One event as it reaches Kafka."""

    at: Instant
    key: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of the mixture is out of the ordinary."""

    late: float = 0.05
    """Orders whose stated date is near or over."""
    stated: float = 0.6
    """Orders with a stated date."""
    moved: float = 0.05
    """Orders whose date is changed."""
    repeated: float = 0.03
    """Orders of which an event comes twice."""
    cancelled: float = 0.02
    disordered: float = 0.02
    """Events that arrive after their successor."""
    with_attributes: float = 0.05


@dataclass(frozen=True, slots=True)
class Mixture:
    """`orders` orders whose events happened between `end - span` and `end`; the same seed gives the same events."""

    orders: int
    end: Instant
    span: Span
    prefix: str = "ord"
    shares: Shares = field(default_factory=Shares)
    seed: int = 20

    def events(self) -> list[Arrival]:
        """All events with the instants of their arrival, in that order."""
        chance = random.Random(self.seed)
        arrivals = [event for number in range(self.orders) for event in self._order(number, chance)]
        arrivals.sort(key=lambda arrival: arrival.at)
        return arrivals

    def _order(self, number: int, chance: random.Random) -> Iterator[Arrival]:
        order_id = f"{self.prefix}-{number:08d}"
        begin = chance.random()
        places = [(step + begin * (1 - _JITTER) + chance.random() * _JITTER) / PER_ORDER for step in range(PER_ORDER)]
        steps = [self._step(number, step, places[step], chance) for step in range(PER_ORDER)]
        if chance.random() < self.shares.moved:
            at = steps[_PROMISED_LATER]["occurred_at"]
            steps[_PROMISED_LATER] = _of(order_id, at, type="promise", system="crm", reason="material is late")
            steps[_PROMISED_LATER]["promised_at"] = rfc3339(self.end + 30 * DAY)
        if chance.random() < self.shares.cancelled:
            at = steps[_CANCELLED]["occurred_at"]
            steps[_CANCELLED] = _of(order_id, at, type="cancel", system="crm", reason="the client changed his mind")
        elif chance.random() < self.shares.repeated:
            steps[_CANCELLED] = steps[_REPEATED]
        for step, fields in enumerate(steps):
            late = _LATE if chance.random() < self.shares.disordered else 0.0
            yield Arrival(self._at(places[step] + late), order_id.encode(), _encode(fields))

    def _at(self, place: float) -> Instant:
        return self.end - self.span + int(self.span * place)

    def _step(self, number: int, step: int, place: float, chance: random.Random) -> Fields:
        order_id = f"{self.prefix}-{number:08d}"
        status, system = _STEPS[step]
        at = self._at(place)
        fields = _of(order_id, rfc3339(at), status=status, system=system, event_id=f"{order_id}-{step}")
        fields["channel"] = "b2b" if number % 5 == 0 else "shop"
        if step == 0:
            fields |= {"client_id": f"c{number % 5_000}", "client_name": f"Client {number % 5_000} Ltd"}
            if chance.random() < self.shares.stated:
                fields["promised_at"] = rfc3339(self._date(at, chance))
        elif system == "crm":
            fields["manager_id"] = f"m{number % 40}"
        elif step > 2:
            fields["actor"] = f"operator-{number % 25}"
        if chance.random() < self.shares.with_attributes:
            fields["attributes"] = {"price": 12_900 + number % 700, "currency": "EUR", "parts": 1 + number % 4}
        return fields

    def _date(self, at: Instant, chance: random.Random) -> Instant:
        if chance.random() < self.shares.late / self.shares.stated:
            return self.end + int((chance.random() - 0.5) * 2 * 86_400) * SECOND
        return at + chance.randrange(14, 24) * DAY


def _of(order_id: str, at: str, **more: Any) -> Fields:
    return {"order_id": order_id, "occurred_at": at, **more}
