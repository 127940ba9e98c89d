"""A sink in memory that follows the stand-ins' script; it passes the same contract as the real ones."""

from slamon.demo.standins.script import Act, Reply, Script
from slamon.errors import SinkError
from slamon.orders.event import Instant
from slamon.sinks.failure import FailureReason, refusal
from slamon.sinks.message import OutgoingNotice, Receipt
from slamon.sinks.retry import retry_after_seconds

_BROKEN = {
    Act.HANG: FailureReason.TIMEOUT,
    Act.ACCEPT_THEN_HANG: FailureReason.TIMEOUT,
    Act.RESET: FailureReason.CONNECTION_LOST,
    Act.ACCEPT_THEN_RESET: FailureReason.CONNECTION_LOST,
    Act.WEIRD_BODY: FailureReason.BAD_ANSWER,
    Act.HUGE_BODY: FailureReason.BAD_ANSWER,
}
_STATUS = {Act.RATE_LIMITED: 429, Act.SERVER_ERROR: 500, Act.REFUSE: 410, Act.REDIRECT: 302}


class FakeSink:
    """Keeps what it accepts in `accepted`, every attempt in `attempts`."""

    def __init__(self, name: str = "fake", channel: str = "fake|one") -> None:
        self.name = name
        self.channel = channel
        self.script = Script()
        self.accepted: list[OutgoingNotice] = []
        self.attempts: list[tuple[Instant, OutgoingNotice]] = []
        self.closed = False

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        reply = self.script.next()
        self.attempts.append((now, notice))
        if reply.accepts:
            self.accepted.append(notice)
        failure = failure_of(reply, now)
        if failure is not None:
            raise failure
        return Receipt(f"message-{len(self.accepted)}")

    async def close(self) -> None:
        self.closed = True


def failure_of(reply: Reply, now: Instant) -> SinkError | None:
    """What a scripted reply raises; None for good service."""
    if reply.act is Act.SERVE:
        return None
    if reply.act in _BROKEN:
        return SinkError(_BROKEN[reply.act], f"told to {reply.act}", permanent=False)
    return refusal(reply.status or _STATUS[reply.act], retry_after_seconds(reply.retry_after, now))
