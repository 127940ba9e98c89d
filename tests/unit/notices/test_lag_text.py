"""What a notice about lag says of each kind of incident, and where an order waits."""

from typing import Any

import pytest

from slamon.lag.incidents import Incident
from slamon.lag.troubles import Backlog, Spot, TroubleKind
from slamon.lag.verdict import LagStatus, Level
from slamon.lag.waiting import Wait
from slamon.notices.lag_text import lag_text, waits_text
from tests.builders import HOUR, MINUTE, T0, day

KIND = TroubleKind
BEHIND = Backlog(lag=18, age=3 * HOUR + 12 * MINUTE, orders=17, soonest="A-1042", due_at=day(2))


def incident(kind: TroubleKind = KIND.LAG, status: LagStatus = LagStatus.STUCK, **fields: Any) -> Incident:
    return Incident("i-1", "shop", "mes-pricing", kind, T0 - HOUR, T0, status, Level.WARN, Level.WARN, MINUTE, **fields)


def test_a_stuck_group_names_the_record_its_order_the_orders_behind_and_the_first_promise() -> None:
    told = incident(spot=Spot("order-events", 0, 4711, "A-1042"), backlog=BEHIND)
    assert lag_text(told, T0) == (
        "Group mes-pricing is stuck at order-events-0@4711 = order A-1042; its first unread record is "
        "3 hours 12 minutes old, 18 records unread. 17 orders wait behind it; the first promise in danger is that of "
        "A-1042, 4 Mar 2026, 09:00 UTC (2 days left)."
    )


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (
            incident(status=LagStatus.STOPPED, backlog=Backlog(lag=1, age=MINUTE, orders=1)),
            (
                "Group mes-pricing has nobody who reads; its first unread record is 1 minute old, 1 record unread. "
                "1 order waits behind it."
            ),
        ),
        (
            incident(status=LagStatus.CATCHING_UP, backlog=Backlog(lag=9, eta=MINUTE, orders=0)),
            "Group mes-pricing was late and is catching up, 9 records unread, clear in about 1 minute.",
        ),
        (incident(status=LagStatus.FALLING_BEHIND), "Group mes-pricing falls behind."),
        (
            incident(KIND.DATA_LOSS, spot=Spot("a", 1, 6), backlog=Backlog(lost=4)),
            "Group mes-pricing has lost 4 records: the log was deleted before they were read at a-1@6.",
        ),
        (
            incident(KIND.REWOUND, spot=Spot("a", 1, 6)),
            (
                "Group mes-pricing does not stand where it stood at a-1@6: its commits were set back, "
                "or are of an earlier log."
            ),
        ),
        (incident(KIND.MISSING), "Group mes-pricing is expected, and no broker knows of it."),
        (incident(KIND.UNREADABLE, cause="no right"), "Group mes-pricing can't be read: no right."),
        (
            incident(KIND.BROKER_AWAY),
            (
                "Broker mes-pricing does not answer (no reason is known); "
                "nothing is told of the groups under it meanwhile."
            ),
        ),
        (
            incident(KIND.PRODUCER_SILENT),
            "Topic mes-pricing has had no new record since 2 Mar 2026, 08:00 UTC.",
        ),
    ],
)
def test_each_kind(told: Incident, text: str) -> None:
    assert lag_text(told, T0) == text


def test_a_promise_that_has_passed() -> None:
    told = incident(backlog=Backlog(orders=2, soonest="o-1", due_at=T0 - HOUR))
    assert lag_text(told, T0).endswith("that of o-1, 2 Mar 2026, 08:00 UTC (passed 1 hour ago).")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (KIND.LAG, "Group mes-pricing: no longer late"),
        (KIND.DATA_LOSS, "Group mes-pricing: reads on"),
        (KIND.REWOUND, "Group mes-pricing: reads on"),
        (KIND.MISSING, "Group mes-pricing: is there again"),
        (KIND.UNREADABLE, "Group mes-pricing: can be read again"),
        (KIND.PRODUCER_SILENT, "Topic mes-pricing: grows again"),
        (KIND.BROKER_AWAY, "Broker mes-pricing: answers again"),
    ],
)
def test_its_end(kind: TroubleKind, words: str) -> None:
    assert lag_text(incident(kind, ended_at=T0 + HOUR), T0) == f"{words} since 2 Mar 2026, 10:00 UTC, after 2 hours."


def test_names_stay_on_one_line_and_short() -> None:
    long = incident(spot=Spot("a\nb", 0, 1, "x" * 500))
    assert "\n" not in lag_text(long, T0)
    assert len(lag_text(long, T0)) < 250


@pytest.mark.parametrize(
    ("waits", "stage", "role", "text"),
    [
        (
            [Wait("mes", "orders", 0, 7, T0 - HOUR, 3), Wait("crm", "orders", 0, 7, T0, 0)], "SUBMITTED", None,
            "Waiting behind group mes and 1 more for 1 hour: orders-0@7, 3 records ahead of it.",
        ),
        ([Wait("mes", "orders", 0, 7, T0 - HOUR, 0)], None, None,
         "Waiting behind group mes for 1 hour: orders-0@7, at its head."),
        ([], "PACKAGING", "operator", "No queue holds it: it waits for a person (operator) at stage PACKAGING."),
        ([], "SUBMITTED", None, "No queue holds it: it waits for a system at stage SUBMITTED."),
        ([], None, None, "No queue holds it."),
    ],
)  # fmt: skip
def test_where_an_order_waits(waits: list[Wait], stage: str | None, role: str | None, text: str) -> None:
    assert waits_text(waits, stage, role, T0) == text
