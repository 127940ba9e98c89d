"""Statuses, parties and holds of an order, in the words of CONTRACT §3."""

import pytest

from slamon.orders import facts
from slamon.orders.entry import CHANNEL
from slamon.orders.event import EventType, Instant, OrderEvent
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from tests.builders import T0, day, entries, order_event, told

HOLD, RELEASE = EventType.HOLD, EventType.RELEASE


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([order_event("SHIPPED", day(1)), order_event("SUBMITTED", day(2))], "SUBMITTED"),
        ([order_event("SUBMITTED"), order_event("SHIPPED")], "SHIPPED"),
        ([order_event("SUBMITTED"), order_event("ON_FIRE", day(1))], "SUBMITTED"),
        ([order_event("ON_FIRE")], None),
        ([told(EventType.NOTE)], None),
        ([], None),
        ([order_event("CANCELLED"), order_event("SHIPPED", day(1))], "CANCELLED"),
        ([told(EventType.CANCEL), order_event("SHIPPED", day(1))], "CANCELLED"),
    ],
    ids=["latest", "tie", "unknown", "only unknown", "none", "nothing", "cancelled", "cancel event"],
)
def test_the_status_of_an_order(events: list[OrderEvent], status: str | None) -> None:
    """That of the latest status event (ties: the later step); CANCELLED once cancelled; unknown ones move nothing."""
    assert facts.latest_status(entries(*events), DEFAULT_LIFECYCLE) == status


def test_each_system_by_its_own_events() -> None:
    """`systems[NAME]`: the same from that system's events alone; without a system, in no entry."""
    found = entries(
        order_event("SHIPPED", day(2), system="mes"),
        order_event("SUBMITTED", day(3)),
        order_event("CLOSED", day(4), system=None),
        told(EventType.CANCEL, day(5)),
        told(EventType.NOTE, system="erp"),
    )
    assert facts.status_by_system(found, DEFAULT_LIFECYCLE) == {
        "crm": "CANCELLED",
        "erp": None,
        "mes": "SHIPPED",
        "shop": "SUBMITTED",
    }


@pytest.mark.parametrize(
    ("events", "stated"),
    [
        ([order_event(channel="b"), order_event("ON_FIRE", day(1), channel="a")], "a"),
        ([order_event(channel="a"), order_event("ON_FIRE", channel="b"), order_event("CLOSED", channel="B")], "b"),
        ([order_event(channel="a"), order_event("ON_FIRE", day(1))], "a"),
        ([order_event()], None),
    ],
    ids=["last", "ties: the greater text", "absent is not stated", "never"],
)
def test_parties_as_last_stated(events: list[OrderEvent], stated: str | None) -> None:
    """`channel`, `client_*`, `manager_id`: as last stated (ties: the greater text)."""
    assert facts.last_stated(entries(*events), CHANNEL) == stated


Window = tuple[Instant, Instant | None, str | None]
HOLDS: dict[str, tuple[list[OrderEvent], Instant | None, list[Window]]] = {
    "held and released": (
        [told(HOLD, T0, reason="file"), told(RELEASE, day(1))],
        None,
        [(T0, day(1), "file")],
    ),
    "still held": ([told(HOLD, T0)], None, [(T0, None, None)]),
    "held to the end of the order": ([told(HOLD, T0)], day(3), [(T0, day(3), None)]),
    "held after the end": ([told(HOLD, day(4))], day(3), [(day(4), None, None)]),
    "another system's release": (
        [told(HOLD, T0), told(RELEASE, day(1), system="mes"), told(RELEASE, day(2))],
        None,
        [(T0, day(2), None)],
    ),
    "a release that nothing waits for": ([told(RELEASE, T0)], None, []),
    "overlapping holds are one row": (
        [
            told(HOLD, T0, reason="a"),
            told(HOLD, day(1), system="mes", reason="b"),
            told(RELEASE, day(2)),
            told(RELEASE, day(3), system="mes"),
        ],
        None,
        [(T0, day(3), "a")],
    ),
    "a hold within another": (
        [
            told(HOLD, T0),
            told(HOLD, day(1), system="mes"),
            told(RELEASE, day(2), system="mes"),
            told(RELEASE, day(3)),
        ],
        None,
        [(T0, day(3), None)],
    ),
    "touching holds are one row": (
        [told(HOLD, T0), told(RELEASE, day(1)), told(HOLD, day(1), system="mes"), told(RELEASE, day(2), system="mes")],
        None,
        [(T0, day(2), None)],
    ),
    "one that lasts takes the later ones in": (
        [told(HOLD, T0), told(HOLD, day(1), system="mes"), told(RELEASE, day(2), system="mes")],
        None,
        [(T0, None, None)],
    ),
    "apart": (
        [told(HOLD, T0), told(RELEASE, day(1)), told(HOLD, day(2))],
        None,
        [(T0, day(1), None), (day(2), None, None)],
    ),
    "held twice, released once": (
        [told(HOLD, T0), told(HOLD, day(1)), told(RELEASE, day(2))],
        None,
        [(T0, day(2), None)],
    ),
    "a release at the instant of its hold": ([told(HOLD, T0), told(RELEASE, T0)], None, [(T0, T0, None)]),
}


@pytest.mark.parametrize(("events", "ended_at", "windows"), HOLDS.values(), ids=HOLDS)
def test_holds(events: list[OrderEvent], ended_at: Instant | None, windows: list[Window]) -> None:
    """From `hold` to the same system's next `release`, or to the end; merged windows with the reason of the first."""
    found = facts.holds(entries(*events), ended_at, DEFAULT_LIFECYCLE)
    assert [(hold.since, hold.until, hold.reason) for hold in found] == windows
