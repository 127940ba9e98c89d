"""Sends samples to one receiver through its real sink, or shows what would be sent: `slamon notify test`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slamon.app import build
from slamon.errors import SinkError
from slamon.orders.event import SECOND, Instant
from slamon.services.samples import samples
from slamon.settings import Settings
from slamon.settings.duration import Duration
from slamon.sinks.failure import FailureReason
from slamon.sinks.message import OutgoingNotice, Previewing
from slamon.sinks.pacing import TokenBucket

_KEPT = Duration.parse("PT5M")
"""Test alerts end by themselves after so long."""
_ADVICE: Mapping[str, str] = {
    FailureReason.AUTH: "check the token, or user and password, and what it may do there",
    FailureReason.NOT_FOUND: "check the channel or URL, and for Slack that the bot is a member of the channel",
    FailureReason.REJECTED: "it does not take notices of this form: check the section's keys against its reference",
    FailureReason.UNREACHABLE: "check host, port and firewall, and whether it runs",
    FailureReason.TIMEOUT: "check whether it is overloaded, or a firewall swallows it; it may have come through",
    FailureReason.CONNECTION_LOST: "try again; where it stays so, look into its log",
    FailureReason.RATE_LIMITED: "wait a minute and try again",
    FailureReason.DEFERRED: "try again later; where it stays so, look into the mail server's log",
    FailureReason.SERVER_ERROR: "look into its log; with Apprise try the URL with its own command",
    FailureReason.BAD_ANSWER: "check the URL: something else seems to answer there",
    FailureReason.REDIRECTED: "configure the address that it leads to",
}


class NoSuchReceiverError(Exception):
    """No receiver of this name is configured; `names` are those that are."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(names)
        self.names = names


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sample; `problem` None: accepted, `skipped`: this receiver never gets that kind."""

    kind: str
    problem: str | None = None
    skipped: bool = False


class Trial:
    """One receiver and the samples for it."""

    def __init__(self, settings: Settings, name: str, clock: Callable[[], Instant]) -> None:
        """Find the receiver. Raises NoSuchReceiverError."""
        # Of Slack's channels its own: it stands first
        receivers = {receiver.sink.name: receiver for receiver in reversed(build.receivers(_for_trial(settings)))}
        if name not in receivers:
            raise NoSuchReceiverError(list(reversed(receivers)))
        self._receiver = receivers[name]
        self._clock = clock
        self._notices = samples(clock())

    def payloads(self) -> Iterator[Mapping[str, Any]]:
        """What each call would carry."""
        for _, payload in self._calls():
            if payload is not None:
                yield payload

    async def send(self) -> AsyncIterator[Outcome]:
        """Send at the receiver's pace; ends after the first failure that the next sample would meet too."""
        sink, bucket = self._receiver.sink, TokenBucket(self._receiver.per_second or 1_000.0)
        try:
            for notice, payload in self._calls():
                if payload is None:
                    yield Outcome(str(notice.kind), skipped=True)
                    continue
                await self._pace(bucket)
                try:
                    await sink.send(notice, now=self._clock())
                except SinkError as fault:
                    yield Outcome(str(notice.kind), f"{fault}; {_ADVICE.get(fault.reason, 'look into the log')}")
                    if fault.reason != FailureReason.REJECTED:
                        return
                else:
                    yield Outcome(str(notice.kind))
        finally:
            await sink.close()

    async def _pace(self, bucket: TokenBucket) -> None:
        pause = bucket.take(self._clock())
        if pause:
            await asyncio.sleep(pause / SECOND)
            bucket.take(self._clock())

    def _calls(self) -> Iterator[tuple[OutgoingNotice, Mapping[str, Any] | None]]:
        sink: Previewing = self._receiver.sink  # type: ignore[assignment]  # every sink that is built can show
        for notice in self._notices:
            yield notice, sink.payload(notice, now=self._clock())


def _for_trial(settings: Settings) -> Settings:
    alertmanager = settings.notify.alertmanager
    if alertmanager is None:
        return settings
    brief = alertmanager.model_copy(update={"keep": _KEPT})
    return settings.model_copy(update={"notify": settings.notify.model_copy(update={"alertmanager": brief})})
