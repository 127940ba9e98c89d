"""One notice's case: the order as it stands when it is told, and whose move it is. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slamon.notices.notice import NoticeKind
from slamon.notices.words import UNKNOWN, date_words, name, parsed
from slamon.orders.event import Instant
from slamon.orders.lifecycle import CANCELLED
from slamon.sla.clock import Apart
from slamon.sla.forecast.watching import Foretold

_ID_LIMIT = 128


@dataclass(frozen=True, slots=True)
class Case:
    """What the sentences of one notice are made of; `order` is the §5 JSON, of which any part may be missing."""

    kind: NoticeKind
    order: Mapping[str, Any]
    stage: str | None
    due_at: Instant | None
    at: Instant
    now: Instant
    retracts_kind: NoticeKind | None = None
    apart: Apart | None = None
    foretold: Foretold | None = None

    @property
    def subject(self) -> str:
        """The order and its client, as one speaks of them."""
        order_id = name(self.order.get("order_id"), _ID_LIMIT) or UNKNOWN
        client, client_id = name(self.order.get("client_name")), name(self.order.get("client_id"))
        if client and client_id:
            return f"order {order_id} for {client} ({client_id})"
        if client or client_id:
            return f"order {order_id} for {client or f'client {client_id}'}"
        return f"order {order_id} (client {UNKNOWN})"

    @property
    def cancelled(self) -> bool:
        """Whether it ended without a verdict."""
        return bool(self.order.get("status") == CANCELLED or self.order.get("verdict") == "cancelled")

    @property
    def finished_at(self) -> Instant | None:
        """When it finished; None while open."""
        return parsed(self.order.get("finished_at"))

    @property
    def is_over(self) -> bool:
        """Whether nobody has to move any more."""
        return self.cancelled or self.finished_at is not None

    @property
    def promise(self) -> Mapping[str, Any]:
        """The promise of §5; empty when there is none."""
        return self.order.get("promise") or {}

    @property
    def promised_at(self) -> Instant | None:
        """The date now in force."""
        return parsed(self.promise.get("due_at"))

    @property
    def hold(self) -> Mapping[str, Any] | None:
        """The hold that lasts now."""
        holds = self.order.get("holds") or ()
        return next((hold for hold in holds if hold.get("to") is None), None)

    @property
    def waiting(self) -> Mapping[str, Any] | None:
        """The stage that is open now: the one the notice is about, else the one entered last."""
        open_stages = [stage for stage in self.order.get("stages") or () if stage.get("left_at") is None]
        named = [stage for stage in open_stages if stage.get("from") == self.stage]
        return max(named or open_stages, key=lambda stage: parsed(stage.get("entered_at")) or 0, default=None)

    @property
    def still_waits(self) -> bool:
        """Whether the order is still in the stage that the notice is about."""
        stage = self.waiting
        return not self.is_over and stage is not None and stage.get("from") == self.stage

    def last_heard(self, system: str) -> str:
        """What was last heard of the order from a system, as a sentence; empty where the order does not tell."""
        heard = self.order.get("heard")
        if not isinstance(heard, Mapping):
            return ""
        told, heard_at = name(system) or UNKNOWN, parsed(heard.get(system))
        if heard_at is None:
            return f"Nothing was heard of it from {told} yet."
        status = name((self.order.get("systems") or {}).get(system))
        stage = self.waiting or {}
        if status is not None and status == stage.get("from") and heard_at == parsed(stage.get("entered_at")):
            return f"Nothing was heard of it from {told} since."
        stands = "it gave no known status" if status is None else f"there it stands at {status}"
        return f"Last heard from {told} on {date_words(heard_at)}; {stands}."


def mover(step: Mapping[str, Any]) -> str:
    """Who has to make a step, or bring an order through a stage: the person by their role, else the system."""
    system, role = name(step.get("system")) or UNKNOWN, name(step.get("role"))
    if role is None:
        return system
    return f"{a_person(role)} ({system})"


def a_person(role: str) -> str:
    """A role with its article: "an operator"."""
    return f"{'an' if role[0].lower() in 'aeiou' else 'a'} {role}"
