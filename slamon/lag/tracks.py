"""One partition for one group, followed from cycle to cycle: where it stands, since when, how old its backlog is."""

import msgspec

from slamon.lag.age import NO_AGE, NOTHING_UNREAD, Age
from slamon.lag.lookups import LookUps
from slamon.lag.observation import Isolation, Place, Unknown
from slamon.lag.policy import LagPolicy
from slamon.lag.records import Lag, Rewind, is_another_log
from slamon.lag.unread import Unread
from slamon.lag.verdict import LATE, Case, LagStatus, Level, Verdict
from slamon.lag.window import NOW, Eta, Window, eta_of
from slamon.orders.event import Instant


class Kept(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What has to survive a restart of a partition that was not well."""

    topic: str
    partition: int
    x: int
    committed: int | None
    stood_since: Instant | None
    peak: int | None = None
    rewind: str | None = None
    status: str | None = None
    level: int = 0


class Track(msgspec.Struct):
    """What is known of one partition for one group.

    `read_at` is set while it can't be read: when it last was. `stood_since`: since when the commit is known to stand
    where it is with something unread behind it. `peak`: where it stood before it was set back. `head_at`: the stamp of
    the first unread message where it is known by other means (queues).
    """

    place: Place
    lag: Lag
    first_at: Instant
    stood_since: Instant | None = None
    moved_at: Instant | None = None
    peak: int | None = None
    rewind: Rewind | None = None
    window: Window = msgspec.field(default_factory=Window)
    unread: Unread | None = None
    head_at: Instant | None = None
    topic_id: str | None = None
    fault: Unknown | None = None
    read_at: Instant | None = None
    verdict: Verdict | None = None
    eta: Eta | None = None
    case: Case | None = None
    """What the rules saw when they last judged it."""

    @property
    def shown(self) -> int:
        """The lag in records; 0 where nothing of it is readable."""
        return 0 if self.unread is not None and self.unread.is_phantom else self.lag.lag

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing has to be said about it."""
        return not (self.lag.lag or self.lag.lost or self.rewind or self.fault)


def first(place: Place, lag: Lag, at: Instant, kept: Kept | None = None) -> Track:
    """A partition seen for the first time, or for the first time since a restart."""
    track = Track(place, lag, at)
    track.window.note(at, lag.x, lag.end, 0)
    if lag.lag:
        track.stood_since = at
    if lag.is_beyond:
        track.rewind = Rewind.BEYOND_END
    if kept is not None:
        _remember(track, kept)
    return track


def _remember(track: Track, kept: Kept) -> None:
    lag, same = track.lag, kept.committed == track.lag.committed
    if same and kept.x == lag.x and lag.lag and kept.stood_since is not None:
        track.stood_since = min(kept.stood_since, track.first_at)
    status = None if kept.status is None else LagStatus(kept.status)
    if status is not LagStatus.STUCK or same:
        track.verdict = None if status is None else Verdict(status, Level(kept.level), 0)
    is_back = kept.rewind == Rewind.BACK and kept.peak is not None and (lag.committed or 0) < kept.peak
    if kept.rewind is not None and (is_back or (same and kept.rewind != Rewind.BACK)):
        track.rewind, track.peak = Rewind(kept.rewind), kept.peak


def keep(track: Track) -> Kept | None:
    """What to remember of a partition; None of one that is well."""
    verdict = track.verdict
    status = verdict.status if verdict is not None and verdict.status in LATE else None
    if status is None and track.rewind is None:
        return None
    return Kept(
        *track.place,
        track.lag.x,
        track.lag.committed,
        track.stood_since,
        track.peak,
        track.rewind,
        status,
        0 if verdict is None else verdict.level,
    )


def follow(track: Track, lag: Lag, policy: LagPolicy, *, at: Instant, before_at: Instant, is_anew: bool) -> bool:
    """Take what is seen at `at`; at `before_at` it stood as it did. Returns whether its log is another one now."""
    before, track.lag = track.lag, lag
    was_nothing = track.unread is not None and track.unread.clear_to >= before.end
    is_anew = is_anew or is_another_log(before, lag)
    if is_anew:
        _begin_anew(track, before, lag)
    else:
        _note_move(track, before, lag, at, policy)
        track.window.note(before_at, before.x, before.end, policy.window)
    track.window.note(at, lag.x, lag.end, policy.window)
    if lag.is_beyond and track.rewind is not Rewind.RECREATED:
        track.rewind = Rewind.BEYOND_END
    if not lag.lag:
        track.stood_since = None
    elif track.stood_since is None or lag.x != before.x or is_anew or was_nothing:
        track.stood_since = at
    return is_anew


def _begin_anew(track: Track, before: Lag, lag: Lag) -> None:
    track.window.clear()
    track.peak = None
    is_old_commit = lag.committed is not None and lag.committed == before.committed
    track.rewind = Rewind.RECREATED if is_old_commit else None


def _note_move(track: Track, before: Lag, lag: Lag, at: Instant, policy: LagPolicy) -> None:
    was, now = before.committed, lag.committed
    if was == now or now is None:
        return
    if track.rewind in {Rewind.RECREATED, Rewind.BEYOND_END}:
        track.rewind = None
    elif was is not None and was - now > policy.rewind_tolerance:
        track.peak = was if track.peak is None else max(track.peak, was)
        track.rewind = Rewind.BACK
    if track.peak is not None and now >= track.peak:
        track.rewind = track.peak = None
    if was is None or now > was:
        track.moved_at = at


def stand(track: Track, lookups: LookUps, policy: LagPolicy, at: Instant) -> None:
    """See to it that the age of its first unread record, and whether there is one at all, is looked up."""
    lag, unread = track.lag, track.unread
    if not lag.lag:
        release(track, lookups)
        return
    log = lag.start, lag.end
    if unread is None or unread.x != lag.x or unread.is_void:
        thresholds = policy.warn_after, policy.critical_after
        track.unread = lookups.stand(track.place, lag.x, log=log, thresholds=thresholds, before=unread)
    else:
        unread.start, unread.end = log
    ask_for_scan(track, lookups, policy, at)


def ask_for_scan(track: Track, lookups: LookUps, policy: LagPolicy, at: Instant) -> None:
    """Have it read whether anything is readable, where the commit has stood, never moved, or the age is in doubt."""
    unread = track.unread
    if unread is None or unread.first is not None or policy.isolation is not Isolation.READ_COMMITTED:
        return
    has_stood = track.stood_since is not None and track.stood_since < at
    if has_stood or track.moved_at is None or (unread.search.is_over and not unread.search.is_sure):
        lookups.scans.want(track.place, unread)


def release(track: Track, lookups: LookUps) -> None:
    """Nothing needs to be looked up for it any more."""
    if track.unread is not None:
        lookups.leave(track.place, track.unread)
        track.unread = None


def age_of(track: Track, lookups: LookUps, policy: LagPolicy, now: Instant) -> Age:
    """How old its first unread record is by the log, and at most by when slamon saw the log end before it."""
    if not track.shown:
        return NOTHING_UNREAD
    if track.head_at is not None:
        exact = max(0, now - track.head_at)
        return Age(exact, exact)
    if track.unread is None:
        return NO_AGE
    is_record = policy.isolation is Isolation.READ_UNCOMMITTED
    age = lookups.age(track.place, track.unread, now, is_record=is_record)
    if age.at_most is None:
        came_after = track.window.last_at_end(track.lag.x)
        if came_after is not None:
            return Age(age.at_least, max(age.at_least or 0, now - came_after))
    return age


def case_of(
    track: Track, age: Age, policy: LagPolicy, *, now: Instant, read_at: Instant, has_members: bool | None
) -> Case:
    """What the rules see of it."""
    since = track.stood_since
    if track.unread is not None and (track.unread.first or 0) > track.lag.x:
        came_after = track.window.last_at_end(track.unread.first or 0)
        since = since if since is None or came_after is None else max(since, came_after)
    shown = track.shown
    waited = 0 if since is None or not shown else max(0, now - since)
    if not shown:
        track.eta = NOW
    elif track.moved_at is None or now - track.moved_at > policy.window:
        track.eta = None  # nothing was read all the time
    else:
        flow = track.window.flow((read_at, track.lag.x, track.lag.end), policy.window)
        track.eta = eta_of(shown, flow)
    verdict = track.verdict
    return Case(
        lag=shown,
        read_ago=max(0, now - read_at),
        lost=track.lag.lost,
        rewind=track.rewind,
        age=age,
        waited=waited,
        moved_ago=None if track.moved_at is None else max(0, now - track.moved_at),
        watched=max(0, now - track.first_at),
        eta=track.eta,
        has_members=has_members,
        was=None if verdict is None else verdict.status,
        was_level=Level.NONE if verdict is None else verdict.level,
    )
