"""All partitions of one topic for one group; a topic in which nothing has changed costs next to nothing."""

from collections.abc import Mapping

import msgspec

from slamon.lag.age import NO_AGE, NOTHING_UNREAD, Age
from slamon.lag.lookups import LookUps
from slamon.lag.observation import Isolation, PartitionSeen, Place, Reason, TopicSeen, Unknown
from slamon.lag.policy import LagPolicy
from slamon.lag.records import Lag, lag_of
from slamon.lag.rows import PartitionLag, TopicLag, oldest
from slamon.lag.tracks import (
    Kept,
    Track,
    age_of,
    ask_for_scan,
    case_of,
    first,
    follow,
    release,
    stand,
)
from slamon.lag.verdict import Case, LagStatus, Level, Verdict, judge
from slamon.lag.window import NOW
from slamon.orders.event import Instant

_NO_END = Unknown(Reason.UNSUPPORTED, "the end of the log was not asked for")
UNREADABLE = Verdict(LagStatus.UNKNOWN, Level.WARN, 1)
_WITHOUT_END = frozenset({LagStatus.UNKNOWN, LagStatus.STOPPED, LagStatus.STUCK})
"""Nobody reads on, or it is not known whether anybody does: what was read before says nothing of when it clears."""


class TopicTracks(msgspec.Struct):
    """`read_at` is when the partitions without a fault of their own were last read; `uneasy` those to be judged."""

    topic: str
    tracks: dict[int, Track] = {}
    read_at: Instant = 0
    changed_at: Instant | None = None
    commits: Mapping[int, int] = {}
    seen: TopicSeen = msgspec.field(default_factory=TopicSeen)
    uneasy: list[Track] = []
    unread: dict[int, Unknown] = {}
    """Partitions that were never read, and why."""
    is_faulty: bool = False
    read_now: int = 0
    """How many records were read between the last two cycles."""
    _places: dict[int, int] = {}
    _rows: list[PartitionLag] = []
    _judged: list[PartitionLag] = []
    _row: TopicLag | None = None

    def observe(
        self,
        seen: TopicSeen,
        commits: Mapping[int, int],
        unknown: Mapping[int, Unknown],
        *,
        at: Instant,
        policy: LagPolicy,
        lookups: LookUps,
        kept: Mapping[Place, Kept],
    ) -> None:
        """Take one cycle's readings, commits and ends of one topic."""
        healthy = not unknown and not self.is_faulty and seen.fault is None
        if healthy and self.read_at and commits == self.commits and (seen is self.seen or seen == self.seen):
            self.read_at, self.read_now = at, 0
            for track in self.uneasy:
                ask_for_scan(track, lookups, policy, at)
            return
        before = sum(track.lag.x for track in self.tracks.values())
        for number in self.tracks.keys() | seen.partitions.keys() | unknown.keys():
            part = seen.partitions.get(number)
            fault = unknown.get(number) or seen.fault or _fault_of(part, policy.isolation)
            if fault is not None or part is None:
                _lose(self, number, fault, lookups)
                continue
            lag = _lag(part, commits.get(number), policy)
            _take(self, number, lag, at=at, topic_id=seen.topic_id, policy=policy, lookups=lookups, kept=kept)
        self.read_now = max(0, sum(track.lag.x for track in self.tracks.values()) - before) if self.read_at else 0
        self.commits, self.read_at = commits, at
        if seen.fault is None:
            self.seen = seen
        self.is_faulty = bool(self.unread) or any(track.fault is not None for track in self.tracks.values())
        self.refresh()

    def refresh(self) -> None:
        """Something has changed: tell anew who has to be judged, and write the rows anew."""
        self.uneasy = [track for track in self.tracks.values() if not track.is_at_rest]
        for track in self.tracks.values():
            if track.is_at_rest:
                track.verdict = track.case = None
        self._places = {}

    def judge(self, now: Instant, policy: LagPolicy, lookups: LookUps, *, has_members: bool | None) -> list[Verdict]:
        """Judge whatever is not at rest, and write its row."""
        places = self._lay_out()
        found: list[Verdict] = []
        self._judged = judged = []
        for track in self.uneasy:
            read_at = track.read_at or self.read_at
            age = age_of(track, lookups, policy, now)
            case = case_of(track, age, policy, now=now, read_at=read_at, has_members=has_members)
            track.case, track.verdict = case, (verdict := judge(case, policy))
            found.append(verdict)
            exact = policy.isolation is Isolation.READ_UNCOMMITTED or not lookups.scans.is_refused(track.place)
            self._rows[places[track.place.partition]] = row = _row(track, case, verdict, exact=exact)
            judged.append(row)
        found.extend(UNREADABLE for _ in self.unread)
        return found

    def _lay_out(self) -> dict[int, int]:
        """Where each partition's row stands; those at rest are written once until something changes."""
        if not self._places:
            numbers = sorted(self.tracks.keys() | self.unread.keys())
            self._places = {number: place for place, number in enumerate(numbers)}
            self._rows = [
                _resting(self.tracks[number])
                if number in self.tracks
                else PartitionLag(self.topic, number, unknown=self.unread[number])
                for number in numbers
            ]
            self._row = None
        return self._places

    def lose(self, fault: Unknown) -> None:
        """None of its partitions can be read now."""
        for number in self.tracks:
            _lose(self, number, fault, None)
        self.uneasy = list(self.tracks.values())
        self.is_faulty = True
        self._places = {}

    def row(self) -> TopicLag:
        """The topic as it is shown; those at rest have no lag and no age."""
        if self._row is not None and not self._judged:
            return self._row
        self._lay_out()
        judged = self._judged
        lags = [row.lag for row in judged if row.lag is not None]
        unknown = len(judged) - len(lags) + len(self.unread)
        ages = [row.age for row in judged if row.lag != 0] + [NO_AGE] * len(self.unread)
        lag = None if unknown == len(self._rows) > 0 else sum(lags)
        lost = sum(row.lost for row in judged)
        self._row = row = TopicLag(self.topic, lag, lost, oldest(ages), tuple(self._rows), unknown)
        return row

    def forget(self, lookups: LookUps) -> None:
        """Nobody needs it any more."""
        for track in self.tracks.values():
            release(track, lookups)
        self.tracks.clear()


def _lose(topic: TopicTracks, number: int, fault: Unknown | None, lookups: LookUps | None) -> None:
    """It can't be read now (fault), or there is no such partition any more (None)."""
    track = topic.tracks.get(number)
    if fault is None:
        topic.unread.pop(number, None)
        if track is not None and lookups is not None:
            release(track, lookups)
            del topic.tracks[number]
    elif track is None:
        topic.unread[number] = fault
    else:
        track.read_at = track.read_at or topic.read_at
        track.fault = fault


def _take(
    topic: TopicTracks,
    number: int,
    lag: Lag,
    *,
    at: Instant,
    topic_id: str | None,
    policy: LagPolicy,
    lookups: LookUps,
    kept: Mapping[Place, Kept],
) -> None:
    topic.unread.pop(number, None)
    track = topic.tracks.get(number)
    if track is None:
        place = Place(topic.topic, number)
        track = topic.tracks[number] = first(place, lag, at, kept.get(place))
    else:
        before_at = track.read_at or topic.read_at
        is_anew = topic_id is not None and track.topic_id not in {None, topic_id}
        track.fault = track.read_at = None
        if lag == track.lag and not is_anew:
            ask_for_scan(track, lookups, policy, at)
            return
        if lag.x != track.lag.x or lag.end != track.lag.end:
            topic.changed_at = at
        if follow(track, lag, policy, at=at, before_at=before_at, is_anew=is_anew):
            release(track, lookups)
    track.topic_id = topic_id or track.topic_id
    stand(track, lookups, policy, at)


def _lag(part: PartitionSeen, committed: int | None, policy: LagPolicy) -> Lag:
    end, start = part.end(policy.isolation), part.start
    if committed is not None:
        committed += policy.offset_adjust
    return lag_of(committed, start or 0, end or 0, part.high_watermark)


def _fault_of(part: PartitionSeen | None, isolation: Isolation) -> Unknown | None:
    if part is None:
        return None
    if part.fault is not None:
        return part.fault
    return _NO_END if part.start is None or part.end(isolation) is None else None


def _row(track: Track, case: Case, verdict: Verdict, *, exact: bool) -> PartitionLag:
    lag, unread, age = track.lag, track.unread, case.age
    is_known = verdict.status is not LagStatus.UNKNOWN
    if case.waited > (age.at_least or 0):  # slamon's own watch proves more than the log
        age = Age(case.at_least, case.at_most)
    return PartitionLag(
        *track.place,
        lag.committed,
        lag.start,
        lag.end,
        lag.x if unread is None or unread.first is None else unread.first,
        case.lag if is_known else None,
        lag.lost,
        age if is_known else NO_AGE,
        None if verdict.status in _WITHOUT_END else track.eta,
        verdict,
        track.rewind,
        case.waited,
        exact,
        track.read_at,
        track.fault,
    )


def _resting(track: Track) -> PartitionLag:
    lag = track.lag
    return PartitionLag(*track.place, lag.committed, lag.start, lag.end, lag.x, 0, 0, NOTHING_UNREAD, NOW)
