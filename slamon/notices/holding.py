"""Which notices a silent source holds back, how long, and how that is said (CONTRACT §4). Pure.

An order waits for the systems that own its next steps. While a source of theirs is silent, what would keep a deadline
may have happened and not be known: a notice that came true since the source was last heard waits for its word, for
`sla.hold_at_most` at the longest.
"""

from collections.abc import Sequence

from slamon.notices.record import Hold, NoticeRecord
from slamon.notices.words import UNKNOWN, date_words, name
from slamon.orders.event import Instant, Span
from slamon.sla.clock import Clock, Due
from slamon.sla.divergence import DivergenceKind
from slamon.sla.rules import ClockRules
from slamon.sla.silence import Silent, concerned, next_owners
from slamon.sla.standing import clock_status


def hold_of(
    record: NoticeRecord, clock: Clock, rules: ClockRules, silences: Sequence[Silent], at_most: Span
) -> Hold | None:
    """The silences that hold a notice back; None when there are none.

    One that came true before the source was last heard is not held, nor is anything about an order that has ended.
    """
    if not silences or clock.ended_at is not None:
        return None
    awaited = _awaited(record, clock, rules)
    met = [s for s in silences if s.since <= record.at and concerned(awaited, [s.system])]
    if not met:
        return None
    return Hold(record.at + at_most, tuple(sorted((s.source, s.since) for s in met)))


def _awaited(record: NoticeRecord, clock: Clock, rules: ClockRules) -> frozenset[str]:
    """The systems whose word could change what a notice says."""
    if record.kind == Due.DIVERGENCE and record.apart is not None:
        system, kind, expected = record.apart
        return frozenset({rules.reports.owners[rules.index[expected]] if kind == DivergenceKind.AHEAD else system})
    policy = rules.policy
    return next_owners(policy.lifecycle, policy.promise.stop, clock_status(clock, rules))


def with_silences(text: str, silences: Sequence[tuple[str, Instant]], held_until: Instant | None = None) -> str:
    """The words of a notice, and since when nothing was heard of whom; `held_until` while it is held back."""
    if not silences:
        return text
    heard = ", ".join(f"from {name(source) or UNKNOWN} since {date_words(since)}" for source, since in silences)
    if held_until is None:
        return f"{text} Sent although nothing was heard {heard}."
    return f"{text} Held back until {date_words(held_until)} at the latest: nothing was heard {heard}."
