"""The living message of an order: where it is, and what it last said. Pure (CONTRACT §4 "Slack")."""

import msgspec

from slamon.orders.event import Instant


class Story(msgspec.Struct, array_like=True, gc=False):
    """The living message of an order in a receiver's channel; kept in the order's row.

    `route` is the channel that it was sent to, `remote` the receiver's name of it (Slack: `channel id|ts`); `wanted`
    is what it has to say now, `shown` what it was last known to say; `turn` counts what it had to say.
    """

    route: str | None = None
    remote: str | None = None
    wanted: str | None = None
    shown: str | None = None
    turn: int = 0
    changed_at: Instant | None = None
