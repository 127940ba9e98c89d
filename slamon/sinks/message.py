"""The notice as sinks get it, the receipt they give for it, and the port that every sink fills. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from slamon.notices.notice import NoticeKind
from slamon.orders.event import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingNotice:
    """One notice on its way to one receiver; all but `attempt` is settled before the first attempt."""

    notice_id: str
    kind: NoticeKind
    subject: str
    """The order id; the name of the source of a notice that is about no order."""
    order: Mapping[str, Any] | None
    """The order as §5 JSON, as stated: nothing cut, nothing escaped; None of a notice that is about none."""
    text: str
    """Plain words, already rendered (`notices.text`); each sink escapes it for its medium."""
    at: Instant
    """When the condition became true."""
    created_at: Instant
    """When slamon decided on the notice."""
    stage: str | None = None
    due_at: Instant | None = None
    retracts: str | None = None
    """The id of the notice that this one withdraws."""
    reinstated: bool = False
    attempt: int = 1
    """1 for the first."""
    as_of: Instant | None = None
    """The instant at which the order stood so."""
    silence: Mapping[str, Any] | None = None
    """What is known of the silence that a `source_silent` is about."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receiver has accepted a notice. A sink that cannot say so raises `SinkError` instead."""

    remote_id: str | None = None
    """The receiver's own name of the message (Slack's `ts`), where it gives one."""
    channel_id: str | None = None
    """Where it stands there (Slack's channel id, which edits and look-ups need in place of the name)."""


class Sink(Protocol):
    """One receiver. A call is one attempt; repeating, pacing and queueing are the dispatcher's."""

    @property
    def name(self) -> str:
        """The receiver in `deliveries` and metrics: `slack` or the configured name."""

    @property
    def channel(self) -> str:
        """The key under which calls are paced together: `slack|#late-orders`, `webhook|crm`."""

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        """Try once. Raises SinkError: permanent, or worth repeating (after its `retry_after` seconds)."""

    async def close(self) -> None:
        """Let go of connections; may be called twice, and `send` after it opens anew."""


class Previewing(Protocol):
    """A sink that can show what it would send (`slamon notify test --dry-run`)."""

    def payload(self, notice: OutgoingNotice, *, now: Instant) -> Mapping[str, Any] | None:
        """What one call carries; None for a notice that this receiver never gets."""
