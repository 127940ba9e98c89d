"""Why a group has its verdict: every rule for each partition not at rest, whether it held, the numbers it saw.

For `slamon lag explain GROUP`. The evidence is told of the very cases that the rules judged.
"""

from typing import Any

from slamon.lag.groups import GroupTrack
from slamon.lag.policy import LagPolicy
from slamon.lag.topic_tracks import TopicTracks
from slamon.lag.tracks import Track
from slamon.lag.verdict import RULES, Case, LagStatus, is_late, judge
from slamon.orders.event import Instant, Span, rfc3339, seconds

Json = dict[str, Any]


def explained(group: GroupTrack, now: Instant) -> Json:
    """The evidence for a group's verdict, as of the last cycle."""
    verdict = group.verdict
    return {
        "group": group.group,
        "as_of": rfc3339(now),
        "status": None if verdict is None else str(verdict.status),
        "rule": None if verdict is None else verdict.rule,
        "since": rfc3339(group.since),
        "state": str(group.state),
        "members": group.members,
        "missing": group.is_missing,
        "unknown": None if group.fault is None else {"reason": str(group.fault.reason), "detail": group.fault.detail},
        "thresholds": _policy_json(group.policy),
        "partitions": [
            _partition(track, track.case, group.policy)
            for tracks in _sorted(group)
            for track in tracks.uneasy
            if track.case is not None
        ],
        "at_rest": sum(track.is_at_rest for tracks in group.topics.values() for track in tracks.tracks.values()),
        "never_read": [
            {"topic": tracks.topic, "partition": number, "reason": str(fault.reason)}
            for tracks in _sorted(group)
            for number, fault in sorted(tracks.unread.items())
        ],
    }


def _sorted(group: GroupTrack) -> list[TopicTracks]:
    return [group.topics[topic] for topic in sorted(group.topics)]


def _partition(track: Track, case: Case, policy: LagPolicy) -> Json:
    lag, unread = track.lag, track.unread
    return {
        "topic": track.place.topic,
        "partition": track.place.partition,
        "status": str(judge(case, policy).status),
        "committed": lag.committed,
        "start": lag.start,
        "end": lag.end,
        "lag": case.lag,
        "formula": f"{lag.end} - {lag.x} = {lag.lag}" + (", none of it readable" if lag.lag and not case.lag else ""),
        "age": _bounds(case.at_least, case.at_most),
        "look_ups": None if unread is None else unread.search.asked,
        "age_unknown": None if unread is None or unread.fault is None else str(unread.fault.reason),
        "samples": [{"at": rfc3339(at), "position": x, "end": end} for at, x, end in track.window.samples()],
        "rules": rules_of(case, policy),
    }


def rules_of(case: Case, policy: LagPolicy) -> list[Json]:
    """Every rule in its order; `decides` at the first that holds."""
    held = [(rule, rule.holds(case, policy)) for rule in RULES]
    first = next((rule.number for rule, holds in held if holds), None)
    return [
        {
            "rule": rule.number,
            "status": str(rule.status),
            "holds": holds,
            "decides": rule.number == first,
            "saw": _saw(rule.status, case, policy),
        }
        for rule, holds in held
    ]


_LATE = ("lag", "is_late", "age_at_least_seconds")
_LOOKS_AT = {
    LagStatus.UNKNOWN: ("lag", "read_ago_seconds"),
    LagStatus.DATA_LOSS: ("lost",),
    LagStatus.REWOUND: ("rewind",),
    LagStatus.STOPPED: (*_LATE, "has_members", "moved_ago_seconds"),
    LagStatus.STUCK: (*_LATE, "stood_seconds", "watched_seconds"),
    LagStatus.FALLING_BEHIND: (*_LATE, "eta_seconds"),
    LagStatus.CATCHING_UP: (*_LATE, "eta_seconds"),
    LagStatus.OK: ("lag", "quiet_seconds"),
}


def _saw(status: LagStatus, case: Case, policy: LagPolicy) -> Json:
    """The numbers that a rule looks at."""
    seen: Json = {
        "lag": case.lag,
        "is_late": is_late(case, policy),
        "age_at_least_seconds": seconds(case.at_least),
        "read_ago_seconds": _seconds(case.read_ago),
        "lost": case.lost,
        "rewind": "none" if case.rewind is None else str(case.rewind),
        "has_members": case.has_members,
        "moved_ago_seconds": _seconds(case.moved_ago),
        "stood_seconds": seconds(case.waited),
        "watched_seconds": seconds(case.watched),
        "eta_seconds": None if case.eta is None else seconds(case.eta.span),
        "quiet_seconds": seconds(case.quiet),
    }
    return {name: seen[name] for name in _LOOKS_AT[status]}


def _policy_json(policy: LagPolicy) -> Json:
    return {
        "warn_after_seconds": seconds(policy.warn_after),
        "critical_after_seconds": seconds(policy.critical_after),
        "still_after_seconds": seconds(policy.still),
        "leave_below": policy.leave_below,
        "unknown_after_seconds": seconds(policy.unknown_after),
        "window_seconds": seconds(policy.window),
        "isolation": str(policy.isolation),
    }


def _bounds(at_least: Span | None, at_most: Span | None) -> Json:
    return {"at_least_seconds": _seconds(at_least), "at_most_seconds": _seconds(at_most)}


def _seconds(span: Span | None) -> float | int | None:
    return None if span is None else seconds(span)
