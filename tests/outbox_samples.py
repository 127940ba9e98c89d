"""An offer for the tests of the outbox."""

from typing import Any

from slamon.notices.notice import NoticeKind, notice_id, retraction_id
from slamon.services.offers import Offer
from tests.builders import ORDER, T0, day
from tests.samples import order_json


def offer(order_id: str = ORDER, **changes: Any) -> Offer:
    """The offer of a `breached` notice to `slack`, not tried yet."""
    content: dict[str, Any] = {
        "notice_id": notice_id(order_id, NoticeKind.BREACHED, stage=None, due_at=day(21)),
        "receiver": "slack",
        "kind": "breached",
        "order_id": order_id,
        "partition": 3,
        "stage": None,
        "due_at": day(21),
        "at": day(21),
        "decided_at": day(22),
        "state": "pending",
        "attempts": 0,
        "retracts": None,
        "reinstated": False,
        "order": order_json(order_id=order_id),
        "as_of": T0,
    }
    return Offer(**(content | changes))


def retraction(order_id: str = ORDER, **changes: Any) -> Offer:
    """The offer of the retraction of `offer(order_id)`."""
    told = offer(order_id)
    return offer(order_id, **({"notice_id": retraction_id(told.notice_id), "retracts": told.notice_id} | changes))
