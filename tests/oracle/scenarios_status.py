"""Hand-worked scenarios of §3: identity, status and the clock."""

from tests.oracle.scenarios import SUBMITTED, Scenario, day, promises, says, tells

IDENTITY = (
    Scenario(
        name="repeats are one event",
        sentence="Two events whose known fields are equal after normalising, `event_id` aside, are one",
        told=[
            SUBMITTED,
            promises("crm", day(30), day(1)),
            promises("crm", day(30), "2026-03-03T12:00:00+03:00", event_id="again", channel=None),
        ],
        at=day(2),
        order={"promise.due_at": day(30), "promise.revisions": 0},
    ),
    Scenario(
        name="256 distinct notes are kept whole",
        sentence="of each type, the first 128 and the last 128 distinct events of an order",
        told=[tells("note", "crm", day(0, us=number), manager_id=f"m-{number}") for number in range(256)],
        order={"truncated": False, "manager_id": "m-255"},
    ),
    Scenario(
        name="of 257 notes the 129th does not count",
        sentence="where more were seen the order says `truncated: true`",
        told=[
            tells("note", "crm", day(0, us=number), **({"channel": "b2b"} if number == 128 else {}))
            for number in range(257)
        ],
        order={"truncated": True, "channel": None},
    ),
    Scenario(
        name="each type has its own 256",
        sentence="of each type, the first 128 and the last 128 distinct events",
        told=[SUBMITTED, *(tells("note", "crm", day(1, us=number)) for number in range(256))],
        order={"truncated": False},
    ),
)

STATUS = (
    Scenario(
        name="the latest status, also a step back",
        sentence="`status`: that of the status event with the latest `occurred_at`",
        told=[says("mes", "PACKAGING", day(1)), says("mes", "MANUFACTURING_STARTED", day(2))],
        order={"status": "MANUFACTURING_STARTED"},
    ),
    Scenario(
        name="of two at once the later step",
        sentence="(ties: the later step)",
        told=[says("mes", "PACKAGING", day(1)), says("shop", "SUBMITTED", day(1))],
        order={"status": "PACKAGING", "systems": {"mes": "PACKAGING", "shop": "SUBMITTED"}},
    ),
    Scenario(
        name="cancelled for good",
        sentence="`CANCELLED` once cancelled.",
        told=[SUBMITTED, tells("cancel", "crm", day(1)), says("mes", "PRICE_CALCULATED", day(2))],
        at=day(40),
        order={"status": "CANCELLED", "systems.crm": "CANCELLED", "systems.mes": "PRICE_CALCULATED"},
    ),
    Scenario(
        name="unknown statuses move nothing",
        sentence="Unknown statuses are kept and counted but move nothing; with nothing else it is `null`.",
        told=[says("mes", "ON_FIRE", day(0)), tells("note", "crm", day(0))],
        order={"status": None, "systems": {"crm": None, "mes": None}, "verdict": "not_started"},
    ),
    Scenario(
        name="events without a system",
        sentence="Events without a system count for the order and for no entry of `systems`.",
        told=[says(None, "SUBMITTED", day(0))],
        order={"status": "SUBMITTED", "systems": {}, "promise.started_at": day(0)},
    ),
    Scenario(
        name="status counts only with type status",
        sentence="`status` counts only with `type: status`.",
        told=[SUBMITTED, tells("note", "mes", day(1), status="SHIPPED")],
        order={"status": "SUBMITTED", "finished_at": None},
    ),
    Scenario(
        name="as last stated",
        sentence="`channel`, `client_*`, `manager_id`: as last stated (ties: the greater text)",
        told=[
            says("shop", "SUBMITTED", day(0), channel="shop", client_id="z", client_name="Я"),
            tells("note", "crm", day(0), client_id="y"),
            tells("note", "crm", day(1), channel="b2b", manager_id="m-2"),
            tells("note", "crm", day(1), channel="a", manager_id="m-10"),
        ],
        order={"channel": "b2b", "manager_id": "m-2", "client_id": "z", "client_name": "Я"},
    ),
    Scenario(
        name="a mapped status",
        sentence="after `status_map`, one of the lifecycle statuses or unknown",
        told=[says(None, "sent", day(0))],
        order={"status": "SHIPPED", "systems": {"mes": "SHIPPED"}},
        config={"sources": {"orders": {"status_map": {"sent": "SHIPPED"}, "system": "mes"}}},
    ),
)

CLOCK = (
    Scenario(
        name="the first SUBMITTED",
        sentence="Clock: starts at the first `SUBMITTED`",
        told=[says("crm", "SUBMITTED", day(1)), SUBMITTED, says("shop", "INITIATED", day(-1))],
        order={"promise.started_at": day(0), "promise.due_at": day(21)},
    ),
    Scenario(
        name="b2b enters at MES",
        sentence="a status past it (B2B orders enter at MES) starts at its first such event",
        told=[says("mes", "MANUFACTURING_STARTED", day(2)), says("mes", "PRICE_CALCULATED", day(1))],
        order={"promise.started_at": day(1), "promise.due_at": day(22)},
    ),
    Scenario(
        name="SUBMITTED after later steps",
        sentence="Clock: starts at the first `SUBMITTED`",
        told=[says("mes", "PRICE_CALCULATED", day(0)), says("shop", "SUBMITTED", day(5))],
        order={"promise.started_at": day(5), "promise.due_at": day(26)},
    ),
    Scenario(
        name="a cart",
        sentence="an order with neither (a cart) has not started: `verdict: not_started`",
        told=[says("shop", "FILE_UPLOADED", day(0))],
        at=day(99),
        order={
            "verdict": "not_started",
            "promise.due_at": None,
            "overdue_seconds": None,
            "lead_time_seconds": None,
        },
        notices=[],
    ),
    Scenario(
        name="a cart with a date",
        sentence="unless a date was promised for it all the same: then that date counts",
        told=[says("shop", "INITIATED", day(0)), promises("crm", day(9), day(1))],
        at=day(7),
        order={"verdict": "at_risk", "promise.started_at": None, "promise.original_due_at": day(9)},
        notices=[("at_risk", day(9), day(6))],
    ),
    Scenario(
        name="CANCELLED starts nothing",
        sentence="`CANCELLED` ends an order without a verdict.",
        told=[says("crm", "CANCELLED", day(0))],
        order={
            "verdict": "cancelled",
            "promise.started_at": None,
            "promise.due_at": None,
            "kept_original": None,
        },
    ),
)
