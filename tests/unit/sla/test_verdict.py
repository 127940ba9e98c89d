"""The verdict about a promise, in the words of CONTRACT §3."""

import pytest

from slamon.orders.event import DAY, Instant
from slamon.sla.verdict import Verdict, verdict
from tests.builders import day

DUE = day(21)


@pytest.mark.parametrize(
    ("due_at", "now", "finished_at", "cancelled", "expected"),
    [
        (None, day(0), None, False, "not_started"),
        (None, day(0), day(0), False, "not_started"),
        (DUE, day(18, us=-1), None, False, "on_track"),
        (DUE, day(18), None, False, "at_risk"),
        (DUE, DUE, None, False, "at_risk"),
        (DUE, day(21, us=1), None, False, "breached"),
        (DUE, day(99), DUE, False, "kept"),
        (DUE, day(99), day(21, us=1), False, "broken"),
        (DUE, day(99), None, True, "cancelled"),
        (None, day(99), None, True, "cancelled"),
    ],
)
def test_the_verdict(
    due_at: Instant | None, now: Instant, finished_at: Instant | None, cancelled: bool, expected: str
) -> None:
    """At the very instant of a deadline the order is still in time; the warning begins at its instant."""
    warn_at = None if due_at is None else due_at - 3 * DAY
    found = verdict(due_at, now, finished_at=finished_at, cancelled=cancelled, warn_at=warn_at)
    assert found == expected


def test_open_is_neither_finished_nor_cancelled() -> None:
    """The verdicts of open orders."""
    assert [word for word in Verdict if word.is_open] == ["not_started", "on_track", "at_risk", "breached"]
