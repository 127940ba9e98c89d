import msgspec
import pytest

from bench.deadlines import Deadlines, delays
from slamon.orders.event import SECOND, rfc3339

FIRST = 1_800_000_000 * SECOND


def _call(subject: str, kind: str, at: int) -> dict[str, object]:
    return {"at": rfc3339(at), "request": {"subject": subject, "kind": kind}}


def test_dates_are_spread_evenly() -> None:
    deadlines = Deadlines(FIRST, 40 * SECOND, 4)
    assert [deadlines.due(number) - FIRST for number in range(4)] == [0, 10 * SECOND, 20 * SECOND, 30 * SECOND]


def test_events_state_the_dates_that_are_expected() -> None:
    deadlines = Deadlines(FIRST, 7 * SECOND, 3)
    stated = {
        arrival.key.decode(): msgspec.json.decode(arrival.value) for arrival in deadlines.arrivals(FIRST - SECOND)
    }
    assert {key: said["promised_at"] for key, said in stated.items()} == {
        key: rfc3339(due) for key, due in deadlines.expected().items()
    }
    assert all(said["order_id"] == key for key, said in stated.items())


def test_only_the_first_call_of_a_breach_counts() -> None:
    calls = [
        _call("due-1", "at_risk", FIRST),
        _call("due-1", "breached", FIRST + SECOND // 2),
        _call("due-1", "breached", FIRST + 9 * SECOND),
        _call("another", "breached", FIRST),
    ]
    assert delays(calls, {"due-1": FIRST, "due-2": FIRST}) == pytest.approx([0.5])
