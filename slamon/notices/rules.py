"""Who is told what, what is too old to tell, how long people may put it off. Pure (`notify`, `sla.hold_at_most`)."""

from dataclasses import dataclass

from slamon.notices.routing import Routing
from slamon.orders.event import DAY, SECOND, Span


@dataclass(frozen=True, slots=True, init=False)
class NoticeRules:
    """The rules of notices about orders.

    `max_age`: nothing is told of orders that ended longer ago; `hold_at_most`: a silent source holds a notice back no
    longer; `acknowledged_for`: so long an acknowledgement lasts.
    """

    routing: Routing
    max_age: Span
    hold_at_most: Span
    acknowledged_for: Span

    def __init__(
        self,
        routing: Routing | tuple[str, ...] = (),
        max_age: Span = 7 * DAY,
        hold_at_most: Span = 3600 * SECOND,
        acknowledged_for: Span = DAY,
    ) -> None:
        """`routing` may be the names of receivers, each of which gets every notice."""
        object.__setattr__(self, "routing", Routing(routing) if isinstance(routing, tuple) else routing)
        object.__setattr__(self, "max_age", max_age)
        object.__setattr__(self, "hold_at_most", hold_at_most)
        object.__setattr__(self, "acknowledged_for", acknowledged_for)
