"""From an offer of the outbox to the notice that a sink sends: its words as of now, its thread, whom it calls. Pure."""

from collections.abc import Mapping

from slamon.notices.digest import Item, item_of
from slamon.notices.holding import with_silences
from slamon.notices.links import Links
from slamon.notices.notice import NoticeKind, Severity
from slamon.notices.text import notice_text
from slamon.orders.event import Instant
from slamon.services.offers import Offer
from slamon.sinks.message import OutgoingNotice


def kind_of(offer: Offer) -> NoticeKind:
    """What the notice of an offer is: of the order's own kind, or the retraction of one."""
    return NoticeKind.RETRACTED if offer.retracts else NoticeKind(offer.kind)


def notice_of(
    offer: Offer, attempt: int, now: Instant, thread: str | None = None, links: Links | None = None
) -> OutgoingNotice:
    """The notice that an offer asks for, with its text as of `now`."""
    return OutgoingNotice(
        notice_id=offer.notice_id,
        kind=kind_of(offer),
        subject=offer.order_id or offer.subject or "",
        order=offer.order,
        text=_text(offer, offer.order, now),
        at=offer.at,
        created_at=offer.decided_at,
        stage=offer.stage,
        due_at=offer.due_at,
        retracts=offer.retracts,
        reinstated=offer.reinstated,
        attempt=attempt,
        as_of=offer.as_of,
        silence=offer.silence,
        thread=thread,
        mention=offer.mention,
        answers=offer.answers,
        links=links,
        severity=None if offer.severity is None else Severity(offer.severity),
    )


def item_for(offer: Offer, now: Instant) -> Item:
    """What a digest says of the notice that an offer asks for."""
    text = _text(offer, offer.order, now)
    return item_of(offer.notice_id, kind_of(offer), offer.order, text, stage=offer.stage, now=now)


def _text(offer: Offer, order: Mapping[str, object] | None, now: Instant) -> str:
    if order is None:
        return offer.text or ""
    text = notice_text(
        kind_of(offer),
        order,
        stage=offer.stage,
        due_at=offer.due_at,
        at=offer.at,
        now=now,
        retracts_kind=NoticeKind(offer.kind) if offer.retracts else None,
        apart=offer.apart,
        foretold=offer.foretold,
    )
    return with_silences(text, offer.unheard)
