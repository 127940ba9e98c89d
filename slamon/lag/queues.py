"""RabbitMQ queues as the same model sees them: a queue is a group that reads one topic of one partition.

Offsets are the queue's own totals: what was settled is read, what is ready or unacknowledged is unread. Where the
management API does not count, only the depth is known; then the age of the head message tells what is late.
"""

import msgspec

from slamon.lag.groups import GroupTrack
from slamon.lag.observation import GroupState, Place, QueueSeen, Reason, Unknown
from slamon.lag.policy import LagPolicy, LagRules
from slamon.lag.records import Lag
from slamon.lag.rows import GroupLag, TopicFlow
from slamon.lag.topic_tracks import TopicTracks
from slamon.lag.tracks import Track, first, follow
from slamon.lag.verdict import LagStatus
from slamon.lag.window import Flow, Window
from slamon.orders.event import Instant

_NOT_TOLD = Unknown(Reason.UNSUPPORTED, "the management API tells no depth of it")


class QueueTrack(msgspec.Struct):
    """What a queue showed when it was last read, and what came and went before, as far as the broker counts it."""

    seen: QueueSeen = msgspec.field(default_factory=QueueSeen)
    read_at: Instant = 0
    window: Window = msgspec.field(default_factory=Window)

    def observe(self, seen: QueueSeen, policy: LagPolicy, at: Instant) -> None:
        """Take one cycle; counters that begin anew begin a new window."""
        if seen.fault is not None:
            return
        before, self.seen, self.read_at = self.seen, seen, at
        if seen.published is None or seen.settled is None:
            self.window.clear()
            return
        if seen.published < (before.published or 0) or seen.settled < (before.settled or 0):
            self.window.clear()
        self.window.note(at, seen.settled, seen.published, policy.window)

    def flow(self, policy: LagPolicy) -> Flow | None:
        """Rates in and out; a message that expired, or was purged, came in and never went out."""
        if self.seen.published is None or self.seen.settled is None:
            return None
        return self.window.flow((self.read_at, self.seen.settled, self.seen.published), policy.window)


def depth_of(seen: QueueSeen) -> int | None:
    """Messages in the queue, handed out or not; None where that is not told."""
    if seen.ready is None:
        return None
    return max(0, seen.ready) + max(0, seen.unacknowledged or 0)


def observe_queue(group: GroupTrack, seen: QueueSeen, at: Instant) -> None:
    """Take what was seen of a queue in one cycle."""
    group.absent_at, group.is_missing = None, False
    depth = depth_of(seen)
    group.fault = seen.fault or (_NOT_TOLD if depth is None else None)
    if group.fault is not None or depth is None:
        group.lose(group.fault or _NOT_TOLD)
        return
    if not group.has_been_read:
        group.has_been_read, group.first_at = True, at
    group.members = seen.consumers
    if seen.consumers is not None:
        group.state = GroupState.STABLE if seen.consumers else GroupState.EMPTY
    done = seen.settled
    lag = Lag(done, 0, (done or 0) + depth, done or 0, depth, 0, is_beyond=False)
    tracks = group.topics.setdefault(group.group, TopicTracks(group.group))
    tracks.tracks[0] = track = _track(group, tracks, lag, seen, at)
    track.fault = track.read_at = None
    tracks.is_faulty, tracks.read_at = False, at
    tracks.refresh()


def _track(group: GroupTrack, tracks: TopicTracks, lag: Lag, seen: QueueSeen, at: Instant) -> Track:
    place, track = Place(group.group, 0), tracks.tracks.get(0)
    if track is None:
        tracks.changed_at = None
        track = first(place, lag, at, group.kept.get(place))
    elif lag.x < track.lag.x:  # the node started anew and counts from 0
        verdict, moved_at = track.verdict, track.moved_at
        track = first(place, lag, at)
        track.verdict, track.moved_at = verdict, moved_at
    else:
        if lag != track.lag:
            tracks.changed_at = at
        _follow(group, track, lag, seen, at=at, before_at=track.read_at or tracks.read_at)
    track.head_at = seen.head_at if lag.lag else None
    return track


def _follow(group: GroupTrack, track: Track, lag: Lag, seen: QueueSeen, *, at: Instant, before_at: Instant) -> None:
    stood_since, has_fallen = track.stood_since, lag.end < track.lag.end
    follow(track, lag, group.policy, at=at, before_at=before_at, is_anew=False)
    if not lag.lag:
        return
    if seen.settled is None:  # only the same head proves that nothing moved
        stands = seen.head_at is not None and seen.head_at == track.head_at
        track.stood_since = stood_since if stands else at
        if has_fallen and seen.consumers:
            track.moved_at = at
    elif has_fallen:  # more left than was settled: messages expired, and others stand at the head
        track.stood_since = at


def queue_flow(cluster: str, queue: QueueTrack, group: GroupTrack, row: GroupLag, rules: LagRules) -> TopicFlow:
    """The queue as it is shown among the topics; nothing of it that is too old to be said."""
    flow = TopicFlow(
        group.group,
        cluster,
        group.kind,
        status=LagStatus.UNKNOWN if row.status is LagStatus.UNKNOWN else LagStatus.OK,
        is_dead_letters=rules.is_dead_letters(group.group),
        unknown=group.fault,
    )
    if row.status is LagStatus.UNKNOWN:
        return flow
    rates = queue.flow(group.policy)
    return msgspec.structs.replace(
        flow,
        messages=depth_of(queue.seen),
        per_second_in=None if rates is None else rates.per_second_in,
        per_second_out=None if rates is None else rates.per_second_out,
        ready=queue.seen.ready,
        unacknowledged=queue.seen.unacknowledged,
    )
