"""The records between an order's partition and the owner of the outbox: offers one way, reports back.

JSON on purpose: an operator who reads these topics during an incident should understand them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from slamon.notices.marks import Mark
from slamon.notices.record import KIND_OF, Intent, NoticeRecord, intents
from slamon.notices.routing import SLACK
from slamon.notices.story import Face, Line, Story, Told, lead_of
from slamon.orders.event import Instant
from slamon.sla.forecast.watching import Foretold


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One notice to send to one receiver, with all that its text needs.

    `state` and `attempts` are what the row knows of the delivery; `partition` is the row's, `as_of` the instant at
    which the order stood so, `unheard` (source, since) of the silences that it is sent in spite of. A notice that is
    about no order has a `subject`, a `text` and a `silence` instead of `order_id` and `order`. `route` is the channel
    there (None: the receiver's own), `mention` the users that it concerns, `not_before` when they want it at the
    earliest; `thread` is the receiver's name of the order's living message, `digest_id` the digest that the row knows
    of with its `planned` count, `withdraws_remote` the message that a retraction is about, `face` what the order's
    living message says if this becomes it; `severity` the notice's own, where it is not that of its kind.
    """

    notice_id: str
    receiver: str
    kind: str
    order_id: str | None
    partition: int
    stage: str | None
    due_at: Instant | None
    at: Instant
    decided_at: Instant
    state: str
    attempts: int
    retracts: str | None
    reinstated: bool
    order: dict[str, object] | None
    apart: tuple[str, str, str] | None = None
    as_of: Instant | None = None
    unheard: tuple[tuple[str, Instant], ...] = ()
    subject: str | None = None
    text: str | None = None
    silence: dict[str, str | None] | None = None
    foretold: Foretold | None = None
    route: str | None = None
    mention: tuple[str, ...] = ()
    not_before: Instant | None = None
    thread: str | None = None
    digest_id: str | None = None
    planned: int | None = None
    withdraws_remote: str | None = None
    face: Face | None = None
    answers: tuple[str, ...] = ()
    severity: str | None = None


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """What the living message of an order has to say in `turn`, and the lines for its thread.

    `lead` is the notice that it shows, as an offer: with the order as it stands now. The message of a notice that is
    about no order says what became of that.
    """

    lead: Offer
    turn: int
    lines: tuple[Line, ...] = ()

    @property
    def order_id(self) -> str:
        """The order; the notice where it is about none."""
        return self.lead.order_id or self.lead.notice_id


class Drop(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that need not be sent any more, if it has not been."""

    notice_id: str
    receiver: str
    route: str | None = None


class OutboxRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record of `<app_id>.outbox`: exactly one of the three."""

    offer: Offer | None = None
    drop: Drop | None = None
    update: Update | None = None


class Reoffer(msgspec.Struct, frozen=True):
    """Asks the owner of an order partition to offer again what is unsettled.

    `outbox`: only to that partition of the outbox; None: to every receiver. `opening` names the request that
    the owner of the order partition writes itself whenever it opens it.
    """

    outbox: int | None = None
    opening: str | None = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A receiver refuses every notice for good, for a `reason`; None: it takes them again. `lane`: its queue."""

    receiver: str
    lane: str
    reason: str | None
    at: Instant


class DeliveryRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record of `<app_id>.deliveries`: a report about one notice, or a request to offer again.

    A report without an `order_id` is about a notice that is about no order (`notice_id`). `told` is about an order's
    living message, `refusal` about a receiver that takes nothing, or takes notices again.
    """

    order_id: str | None = None
    mark: Mark | None = None
    reoffer: Reoffer | None = None
    told: Told | None = None
    refusal: Refusal | None = None
    notice_id: str | None = None


encode = msgspec.json.Encoder().encode
decode_outbox = msgspec.json.Decoder(OutboxRecord).decode
decode_delivery = msgspec.json.Decoder(DeliveryRecord).decode


@dataclass(frozen=True, slots=True)
class Address:
    """Where the offers of a receiver go: the key `receiver|channel` and its partition of the outbox topic."""

    receiver: str
    key: bytes
    partition: int


def lane_of(receiver: str, route: str | None) -> str:
    """The name of a receiver's queue: its own, or that of one channel there."""
    return receiver if route is None else f"{receiver}|{route}"


def address_of(addresses: Mapping[str, Address], receiver: str, route: str | None) -> Address | None:
    """Where offers for a channel of a receiver go; a channel that is configured no more gives way to its own."""
    return addresses.get(lane_of(receiver, route)) or addresses.get(receiver)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order's row is, and the instant that its order is shown at; what is known of its living message.

    `face` is what that would say now, `answers` what people answered, a line each.
    """

    partition: int
    as_of: Instant
    story: Story | None = None
    face: Face | None = None
    answers: tuple[str, ...] = ()


def offers(
    records: list[NoticeRecord],
    order: Mapping[str, object],
    place: Place,
    addresses: Mapping[str, Address],
    mention: tuple[str, ...] = (),
    *,
    refused: bool = False,
) -> Iterator[Offer]:
    """Everything unsettled about an order; receivers that are configured no more are passed over.

    `mention` are the Slack users that the order concerns; `refused`: also what met a receiver that refused everything.
    """
    order_id = str(order["order_id"])
    for intent in intents(order_id, records, refused=refused):
        if intent.receiver in addresses:
            yield offer_of(intent, order, place, mention if intent.receiver == SLACK else ())


def offer_of(intent: Intent, order: Mapping[str, object], place: Place, mention: tuple[str, ...]) -> Offer:
    """One notice of an order for one receiver, as it stands at a place."""
    record, delivery, order_id = intent.record, intent.delivery, str(order["order_id"])
    story = place.story if place.story is not None and place.story.receiver == intent.receiver else None
    told = record.deliveries.get(intent.receiver)
    withdrawn_at = record.withdrawn_at if intent.withdraws else None
    decided_at = record.decided_at if withdrawn_at is None else withdrawn_at
    return Offer(
        notice_id=intent.notice_id,
        receiver=intent.receiver,
        kind=str(KIND_OF[record.kind]),
        order_id=order_id,
        partition=place.partition,
        stage=record.stage,
        due_at=record.shown_at,
        at=decided_at if intent.withdraws else record.at,
        decided_at=decided_at,
        state=str(delivery.state),
        attempts=intent.attempts,
        retracts=record.id_for(order_id) if intent.withdraws else None,
        reinstated=intent.reinstated,
        order=dict(order),
        apart=record.apart,
        as_of=place.as_of,
        unheard=() if intent.withdraws or record.hold is None else record.hold.silences,
        foretold=record.foretold,
        route=delivery.route,
        mention=mention,
        not_before=delivery.not_before,
        thread=None if story is None else story.remote,
        digest_id=delivery.digest_id,
        planned=delivery.planned,
        withdraws_remote=told.remote if intent.withdraws and told is not None else None,
        face=None if story is not None or place.face is None else replace(place.face, lead=lead_of(record)),
        answers=place.answers,
    )
