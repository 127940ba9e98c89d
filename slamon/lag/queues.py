"""RabbitMQ queues as the same model sees them: a queue is a group that reads one topic of one partition.

Offsets are the queue's own totals: what was settled is read, what is ready or unacknowledged is unread. Where the
management API does not count, only the depth is known; then the age of the head message tells what is late.
"""

from slamon.lag.groups import GroupTrack
from slamon.lag.observation import GroupState, Place, QueueSeen, Reason, Unknown
from slamon.lag.records import Lag
from slamon.lag.rows import GroupLag, TopicFlow
from slamon.lag.topic_tracks import TopicTracks
from slamon.lag.tracks import Track, first, follow
from slamon.lag.verdict import LagStatus
from slamon.orders.event import Instant

_NOT_TOLD = Unknown(Reason.UNSUPPORTED, "the management API tells no depth of it")


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
        if group.fault is not None:
            group.lose(group.fault)
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
        head_at = track.head_at
        stood_since = track.stood_since
        follow(track, lag, group.policy, at=at, before_at=track.read_at or tracks.read_at, is_anew=False)
        if seen.settled is None and lag.lag:  # only the same head proves that nothing moved
            stands = seen.head_at is not None and seen.head_at == head_at
            track.stood_since = stood_since if stands else at
    track.head_at = seen.head_at if lag.lag else None
    return track


def queue_flow(cluster: str, seen: QueueSeen, group: GroupTrack, row: GroupLag) -> TopicFlow:
    """The queue as it is shown among the topics."""
    tracks = group.topics.get(group.group)
    track = None if tracks is None else tracks.tracks.get(0)
    rates = None
    if tracks is not None and track is not None and seen.settled is not None:
        rates = track.window.flow((tracks.read_at, track.lag.x, track.lag.end), group.policy.window)
    return TopicFlow(
        group.group,
        cluster,
        group.kind,
        messages=depth_of(seen),
        per_second_in=None if rates is None else rates.per_second_in,
        per_second_out=None if rates is None else rates.per_second_out,
        status=LagStatus.UNKNOWN if row.status is LagStatus.UNKNOWN else LagStatus.OK,
        ready=seen.ready,
        unacknowledged=seen.unacknowledged,
        unknown=seen.fault,
    )
