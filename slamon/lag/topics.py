"""A topic by itself: how much it holds, how fast it grows, whether it grows at all, what will be deleted unread."""

from collections.abc import Iterable

import msgspec

from slamon.lag.age import MILLISECOND, Age
from slamon.lag.observation import TopicSeen, Unknown
from slamon.lag.policy import LagRules
from slamon.lag.rows import GroupLag, TopicFlow
from slamon.lag.verdict import LagStatus
from slamon.lag.window import Window
from slamon.orders.event import Instant, Span


class KeptTopic(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What has to survive a restart: when the topic was last seen to grow, and where it ended then."""

    end: int
    grown_at: Instant


class TopicTrack(msgspec.Struct):
    """The sums over a topic's partitions from cycle to cycle; `read` counts what all groups read of it."""

    topic: str
    first_at: Instant
    seen: TopicSeen
    window: Window = msgspec.field(default_factory=Window)
    read_at: Instant = 0
    end: int | None = None
    messages: int | None = None
    grown_at: Instant | None = None
    read: int = 0
    fault: Unknown | None = None
    kept: KeptTopic | None = None
    logs: dict[int, tuple[str | None, int]] = {}
    """The topic's id and the end, of each partition when it was last read."""

    def others(self, seen: TopicSeen) -> list[int]:
        """The partitions that have another log now: the topic is another one, or it ends before where it ended."""
        found: list[int] = []
        for number, part in seen.partitions.items():
            end = _end(part.stable_end, part.high_watermark)
            if end is None:
                continue
            topic_id, before = self.logs.get(number, (None, 0))
            if end < before or (topic_id is not None and seen.topic_id not in {None, topic_id}):
                found.append(number)
            self.logs[number] = seen.topic_id or topic_id, end
        return found

    def observe(self, seen: TopicSeen, at: Instant, span: Span) -> None:
        """Take what was seen of it; a partition that could not be read leaves the sums as they were."""
        is_same = seen is self.seen and self.end is not None and self.fault is None
        if seen.fault is None:
            self.seen = seen
        if is_same:
            self.read_at = at
            return
        self.fault = seen.fault or next((part.fault for part in seen.partitions.values() if part.fault), None)
        if self.fault is not None:
            return
        ends = [(part.start, _end(part.high_watermark, part.stable_end)) for part in seen.partitions.values()]
        if not any(start is None or end is None for start, end in ends):
            self.messages = sum(max(0, (end or 0) - (start or 0)) for start, end in ends)
            self._grow(sum(end or 0 for _, end in ends), at, span)

    def _grow(self, end: int, at: Instant, span: Span) -> None:
        if self.end is None:
            self.grown_at = at if self.kept is None or self.kept.end != end else self.kept.grown_at
        elif end != self.end:
            self.grown_at = at
            if end < self.end:
                self.window.clear()
            elif self.read_at:
                self.window.note(self.read_at, self.read, self.end, span)
        self.end, self.read_at = end, at
        self.window.note(at, self.read, end, span)

    def flow(self, cluster: str, rules: LagRules, oldest_unread: Age | None, now: Instant) -> TopicFlow:
        """The topic as it is shown."""
        rates = None
        if self.end is not None and self.read_at:
            rates = self.window.flow((self.read_at, self.read, self.end), rules.default.window)
        retention = None if self.seen.retention_ms is None else self.seen.retention_ms * MILLISECOND
        return TopicFlow(
            self.topic,
            cluster,
            messages=self.messages,
            end=self.end,
            per_second_in=None if rates is None else rates.per_second_in,
            per_second_out=None if rates is None else rates.per_second_out,
            grown_at=self.grown_at,
            status=self._status(rules, now),
            is_dead_letters=rules.is_dead_letters(self.topic),
            retention=retention,
            deleted_unread_in=_deleted_in(retention, oldest_unread),
            unknown=self.fault,
        )

    def _status(self, rules: LagRules, now: Instant) -> LagStatus:
        """PRODUCER_SILENT when it has not grown for as long as it may stay; IDLE when it may and does not grow."""
        if self.end is None or self.grown_at is None or now - self.read_at > rules.default.unknown_after:
            return LagStatus.UNKNOWN
        silence = rules.silence(self.topic)
        quiet = now - self.grown_at
        if silence is not None and quiet >= silence:
            return LagStatus.PRODUCER_SILENT
        return LagStatus.IDLE if quiet >= rules.default.window else LagStatus.OK


def oldest_unread(groups: Iterable[GroupLag]) -> dict[str, Age]:
    """By topic the greatest age of a first unread record, of all groups."""
    found: dict[str, Age] = {}
    for group in groups:
        for topic in group.topics:
            before = found.get(topic.topic)
            if topic.lag and (before is None or (topic.age.at_least or 0) > (before.at_least or 0)):
                found[topic.topic] = topic.age
    return found


def _deleted_in(retention: Span | None, age: Age | None) -> Span | None:
    """When the first unread record may be deleted at the earliest; None: nothing is unread, or it is not known."""
    if retention is None or retention < 0 or age is None:
        return None
    known = age.at_least if age.at_most is None else age.at_most
    return None if known is None else max(0, retention - known)


def _end(first: int | None, second: int | None) -> int | None:
    return second if first is None else first
