"""What an order waits for, in words: the queue that holds it, that none does, or nothing where that is not known."""

import pytest
from msgspec.structs import replace

from slamon.lag.held_up import Queues
from slamon.lag.waiting import Wait
from slamon.notices.standstill import standstill
from slamon.sla.causes import Cause, Interval
from tests.builders import HOUR, MINUTE, T0

NOW = T0 + HOUR
KNOWN = Queues(NOW, complete=True)
CRM = Wait("crm-sync", "orders", 3, 42, T0 + MINUTE, 2)
OWN = Wait("slamon", "orders", 3, 44, T0 + 2 * MINUTE, 0)


def last(cause: Cause, who: str | None, status: str | None = "PRICE_CALCULATED") -> list[Interval]:
    return [Interval(T0 - HOUR, T0, Cause.WORK, "mes", "SUBMITTED"), Interval(T0, NOW, cause, who, status)]


@pytest.mark.parametrize(
    ("cause", "who", "queues", "text"),
    [
        (
            Cause.PERSON, "manager", KNOWN,
            "No queue holds it: it waits for manager, a person at stage PRICE_CALCULATED.",
        ),
        (Cause.WORK, "mes", KNOWN, "No queue holds it: it is worked on by mes at stage PRICE_CALCULATED."),
        (Cause.MESSAGE, "crm", KNOWN, "No queue holds it: a message of crm is missing at stage PRICE_CALCULATED."),
        (Cause.HOLD, "file broken", KNOWN, "No queue holds it: it is on hold (file broken) at stage PRICE_CALCULATED."),
        (Cause.PERSON, "manager", Queues(NOW), ""),
        (
            Cause.PERSON, "manager", replace(KNOWN, waits={"o-1": [CRM]}),
            ("Waiting behind group crm-sync since 2 Mar 2026, 09:01 UTC: "
            "its record (orders, partition 3, offset 42) is unread, with 2 records before it."),
        ),
        (
            Cause.HOLD, None, replace(KNOWN, waits={"o-1": [CRM]}),
            ("It is on hold at stage PRICE_CALCULATED. Waiting behind group crm-sync since 2 Mar 2026, 09:01 UTC: "
            "its record (orders, partition 3, offset 42) is unread, with 2 records before it."),
        ),
        (
            Cause.PERSON, "manager", replace(KNOWN, waits={"o-1": [OWN]}, behind=7 * MINUTE),
            ("No queue holds it: it waits for manager, a person at stage PRICE_CALCULATED. "
            "slamon has not read all that was written about it. "
            "slamon itself is 7 minutes behind: the order may stand elsewhere by now."),
        ),
        (Cause.QUEUE, "crm-sync", KNOWN, ""),
    ],
    ids=["person", "work", "message", "hold", "not all known", "queue", "held and queued", "slamon late", "just read"],
)  # fmt: skip
def test_what_it_waits_for(cause: Cause, who: str | None, queues: Queues, text: str) -> None:
    found = standstill(last(cause, who), "o-1", queues, "slamon", NOW)
    assert found is not None
    assert found["text"] == text


def test_a_queue_is_the_cause_unless_something_stronger_is() -> None:
    queues = replace(KNOWN, waits={"o-1": [CRM, OWN]})
    found = standstill(last(Cause.PERSON, "manager"), "o-1", queues, "slamon", NOW)
    assert found is not None
    assert (found["cause"], found["who"], found["since"]) == ("queue", "crm-sync", "2026-03-02T09:01:00Z")
    assert [row["group"] for row in found["queues"]] == ["crm-sync"]
    held = standstill(last(Cause.HOLD, None), "o-1", queues, "slamon", NOW)
    assert held is not None
    assert held["cause"] == "hold"


def test_where_not_all_queues_are_known_there_is_no_list() -> None:
    found = standstill(last(Cause.WORK, None), "o-1", Queues(NOW, behind=None), "slamon", NOW)
    assert found is not None
    assert (found["queues"], found["slamon_behind_seconds"]) == (None, None)
    known = standstill(last(Cause.WORK, None), "o-1", KNOWN, "slamon", NOW)
    assert known is not None
    assert known["queues"] == []


def test_an_order_whose_time_does_not_run_waits_for_nothing() -> None:
    assert standstill([], "o-1", KNOWN, "slamon", NOW) is None
    assert standstill(last(Cause.WORK, None), "o-1", KNOWN, "slamon", NOW + 1) is None
