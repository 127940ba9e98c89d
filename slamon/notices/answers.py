"""What people answered to the notices of an order, as its row keeps it (CONTRACT §4 "Answers"). Pure."""

from enum import StrEnum

import msgspec

from slamon.orders.event import Instant


class Action(StrEnum):
    """What somebody answered."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    PROMISE = "promise"
    TOLD = "told"
    NOT_OURS = "not_ours"


class Answer(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One answer; `via` is the way it came: `api`, `cli`, `slack`."""

    notice_id: str
    action: str
    by: str
    at: Instant
    until: Instant | None = None
    promised_at: Instant | None = None
    reason: str | None = None
    via: str = "api"
