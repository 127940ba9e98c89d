"""A receiver whose messages live, in memory: threads, edits, digests, look-ups; each kind of call has its script."""

from dataclasses import dataclass, field

from slamon.demo.standins.script import Reply, Script
from slamon.notices.digest import Digest
from slamon.orders.event import Instant
from slamon.sinks.message import Found, OutgoingLine, OutgoingNotice, Receipt, Sought
from tests.fakes.sinks import FakeSink, failure_of

CHANNEL = "C1"


@dataclass(slots=True)
class Message:
    """What stands in the channel, or in a thread of it."""

    remote: str
    key: str
    value: str
    text: str
    thread: str | None = None
    mention: tuple[str, ...] = ()
    digest: Digest | None = None
    versions: list[str] = field(default_factory=list)


class FakeLivingSink(FakeSink):
    """`script` is for what is sent, `scripts` for the other calls; what it takes is in `messages`."""

    def __init__(self, name: str = "slack", channel: str = "slack|#late") -> None:
        super().__init__(name, channel)
        self.scripts = {call: Script() for call in ("edit", "reply", "digest", "find")}
        self.messages: list[Message] = []
        self.calls: list[tuple[str, Instant]] = []

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        reply = self._called("send", now)
        self.attempts.append((now, notice))
        posted = None
        if reply.accepts:
            self.accepted.append(notice)
            posted = self._post("notice_id", notice.notice_id, notice.text, notice.thread)
        return _receipt(posted, reply, now)

    async def reply(self, line: OutgoingLine, *, now: Instant) -> Receipt:
        reply = self._called("reply", now)
        posted = None
        if reply.accepts:
            posted = self._post("line_id", line.line_id, line.text, line.thread)
            posted.mention = line.mention
        return _receipt(posted, reply, now)

    async def edit(self, notice: OutgoingNotice, remote: str, *, now: Instant) -> None:
        reply = self._called("edit", now)
        if reply.accepts:
            _say(self.message(remote), notice.text)
        _raise(reply, now)

    async def digest(self, digest: Digest, remote: str | None, *, now: Instant) -> Receipt:
        reply = self._called("digest", now)
        posted = None
        if reply.accepts:
            posted = self._post("digest_id", digest.digest_id, "") if remote is None else self.message(remote)
            posted.digest = digest
            _say(posted, f"{digest.count} notices")
        return _receipt(posted, reply, now)

    async def find(self, sought: Sought, *, now: Instant) -> Found | None:
        _raise(self._called("find", now), now)
        for message in self.messages:
            if (message.key, message.value) == (sought.key, sought.value):
                return Found(message.remote, None if message.digest is None else message.digest.count)
        return None

    def message(self, remote: str) -> Message:
        """The message of a name."""
        return next(message for message in self.messages if message.remote == remote)

    def of(self, key: str) -> list[Message]:
        """The messages of one sort: `notice_id`, `line_id`, `digest_id`."""
        return [message for message in self.messages if message.key == key]

    def made(self, call: str) -> int:
        """How often a call was made."""
        return sum(name == call for name, _ in self.calls)

    def _called(self, call: str, now: Instant) -> Reply:
        self.calls.append((call, now))
        return self.scripts.get(call, self.script).next()

    def _post(self, key: str, value: str, text: str, thread: str | None = None) -> Message:
        posted = Message(f"{CHANNEL}|{len(self.messages) + 1}", key, value, text, thread)
        self.messages.append(posted)
        return posted


def _say(message: Message, text: str) -> None:
    message.versions.append(message.text)
    message.text = text


def _raise(reply: Reply, now: Instant) -> None:
    failure = failure_of(reply, now)
    if failure is not None:
        raise failure


def _receipt(posted: Message | None, reply: Reply, now: Instant) -> Receipt:
    _raise(reply, now)
    channel, _, name = ("" if posted is None else posted.remote).partition("|")
    return Receipt(name, channel)
