"""Whether what may have been sent was: the message of a notice, or the digest that counts it; and its reports."""

from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState
from slamon.orders.event import SECOND, Instant, Span
from slamon.services.channel import Channel, Waiting
from slamon.services.offers import Offer
from slamon.services.way import Way
from slamon.sinks.message import Found, Sought

SKEW: Span = 300 * SECOND
"""A message may carry a time of the receiver's that is so much before ours."""


async def find_sent(way: Way, offer: Offer, thread: str | None, now: Instant) -> Found | None:
    """The message that a notice has, or the digest that counts it; one look for all notices of a digest.

    None: it was not sent, or the receiver can't be asked. Raises SinkError when it can't be asked now.
    """
    if way.living is None:
        return None
    since = offer.decided_at - SKEW
    if offer.digest_id is None:
        sought = Sought(key="notice_id", value=offer.notice_id, since=since, thread=thread)
        return await way.living.find(sought, now=now)
    known = way.digests_found
    if offer.digest_id not in known:
        sought = Sought(key="digest_id", value=offer.digest_id, since=since)
        known[offer.digest_id] = await way.living.find(sought, now=now)
    found = known[offer.digest_id]
    return None if found is None or (found.count or 0) < (offer.planned or 0) else found


def mark_of(channel: Channel, started: Waiting, state: DeliveryState, at: Instant, **more: object) -> Mark:
    """A report about an attempt."""
    return Mark(
        notice_id=started.offer.notice_id,
        receiver=channel.receiver,
        state=state,
        attempts=started.attempts,
        at=at,
        **more,  # type: ignore[arg-type]
    )


def thread_of(channel: Channel, offer: Offer) -> str | None:
    """The message under which a notice belongs: its order's living one, or the one that it withdraws."""
    own = None if offer.order_id is None else channel.threads.get(offer.order_id)
    return offer.thread or own or offer.withdraws_remote
