"""The notice as sinks get it, the receipt they give for it, and the port that every sink fills. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from slamon.notices.digest import Digest
from slamon.notices.links import Links
from slamon.notices.notice import NoticeKind, Severity
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
    thread: str | None = None
    """The receiver's name (`channel id|ts`) of the message under which this belongs."""
    mention: tuple[str, ...] = ()
    """Users there who are called."""
    answers: tuple[str, ...] = ()
    """What people answered, a line each."""
    severity: Severity | None = None
    """Its own, where it is not that of its kind."""
    links: Links | None = None
    """Where slamon's pages are."""

    @property
    def page(self) -> str | None:
        """The page of its order; None of a notice that is about none, and where no pages are known."""
        return None if self.links is None or self.order is None else self.links.order(self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingLine:
    """One step of an order's story, for the thread of its living message."""

    line_id: str
    order_id: str
    thread: str
    text: str
    """Plain words, a step a line."""
    mention: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A message that may have been posted: `value` stands under `key` in its metadata; not before `since`."""

    key: str
    value: str
    since: Instant
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A message that was posted: the receiver's name of it, and the count that a digest says."""

    remote: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receiver has accepted a notice. A sink that cannot say so raises `SinkError` instead."""

    remote_id: str | None = None
    """The receiver's own name of the message (Slack's `ts`), where it gives one."""
    channel_id: str | None = None
    """Where it stands there (Slack's channel id, which edits and look-ups need in place of the name)."""

    @property
    def remote(self) -> str | None:
        """Both in one word, as rows keep it; None where the receiver gives no names."""
        return "|".join(part for part in (self.channel_id, self.remote_id) if part) or None


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


class LivingSink(Sink, Protocol):
    """A receiver whose messages can be found again, edited and followed by a thread. Every call is one attempt."""

    async def find(self, sought: Sought, *, now: Instant) -> Found | None:
        """Look for a message; None: it is not there, or this receiver can't be asked. Raises SinkError: ask later."""

    async def edit(self, notice: OutgoingNotice, remote: str, *, now: Instant) -> None:
        """Let a message say something else. Raises SinkError."""

    async def reply(self, line: OutgoingLine, *, now: Instant) -> Receipt:
        """Post a line in a thread. Raises SinkError."""

    async def digest(self, digest: Digest, remote: str | None, *, now: Instant) -> Receipt:
        """Post a digest, or let the one at `remote` say more. Raises SinkError."""


class Previewing(Protocol):
    """A sink that can show what it would send (`slamon notify test --dry-run`)."""

    def payload(self, notice: OutgoingNotice, *, now: Instant) -> Mapping[str, Any] | None:
        """What one call carries; None for a notice that this receiver never gets."""
