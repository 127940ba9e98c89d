"""Hand-worked scenarios of §3: the end of an order and its verdict."""

from tests.oracle.scenarios import SUBMITTED, Scenario, day, promises, says, tells

END = (
    Scenario(
        name="kept at the very instant",
        sentence="`kept` finished at or before `due_at`",
        told=[SUBMITTED, says("mes", "SHIPPED", day(21))],
        at=day(50),
        order={
            "verdict": "kept",
            "kept_original": True,
            "lead_time_seconds": 21 * 86400,
            "overdue_seconds": 0,
        },
        notices=[("at_risk", day(21), day(18))],
    ),
    Scenario(
        name="broken by a microsecond",
        sentence="`broken` finished after it",
        told=[SUBMITTED, says("mes", "SHIPPED", day(21, us=1))],
        at=day(50),
        order={"verdict": "broken", "kept_original": False, "overdue_seconds": 1e-6},
        notices=[
            ("at_risk", day(21), day(18)),
            ("breached", day(21), day(21)),
            ("finished_late", day(21), day(21, us=1)),
        ],
    ),
    Scenario(
        name="any system's CLOSED ends it",
        sentence="`finished_at` = the first `SHIPPED` or `CLOSED` (`sla.promise.stop`) from any system",
        told=[SUBMITTED, says("mes", "SHIPPED", day(9)), says("shop", "CLOSED", day(8))],
        order={
            "finished_at": day(8),
            "status": "SHIPPED",
            "overdue_seconds": 0,
            "lead_time_seconds": 8 * 86400,
        },
    ),
    Scenario(
        name="only the owner's",
        sentence="(`sla.promise.stop_from: any | owner`, default any)",
        told=[SUBMITTED, says("shop", "SHIPPED", day(7)), says("mes", "SHIPPED", day(9))],
        order={"finished_at": day(9)},
        config={"sla": {"promise": {"stop_from": "owner"}}},
    ),
    Scenario(
        name="cancelled first",
        sentence="Finished and cancelled: the earlier decides (tie: finished).",
        told=[SUBMITTED, says("mes", "SHIPPED", day(22)), tells("cancel", "crm", day(22, us=-1))],
        order={
            "verdict": "cancelled",
            "finished_at": None,
            "lead_time_seconds": None,
            "overdue_seconds": None,
        },
        notices=[("at_risk", day(21), day(18)), ("breached", day(21), day(21))],
    ),
    Scenario(
        name="finished and cancelled at once",
        sentence="Finished and cancelled: the earlier decides (tie: finished).",
        told=[SUBMITTED, says("mes", "SHIPPED", day(5)), says("crm", "CANCELLED", day(5))],
        order={"verdict": "kept", "finished_at": day(5), "status": "CANCELLED", "kept_original": True},
    ),
    Scenario(
        name="in time at the instant of the due date",
        sentence="At the very instant of a deadline the order is still in time",
        told=[SUBMITTED],
        at=day(21),
        order={"verdict": "at_risk", "overdue_seconds": 0, "kept_original": None},
        notices=[("at_risk", day(21), day(18))],
    ),
    Scenario(
        name="breached just after it",
        sentence="`breached` open and now > `due_at`",
        told=[SUBMITTED],
        at=day(21, us=1),
        order={"verdict": "breached", "overdue_seconds": 1e-6},
        notices=[("at_risk", day(21), day(18)), ("breached", day(21), day(21))],
    ),
    Scenario(
        name="on track until the warning",
        sentence="`at_risk` open and now ≥ `due_at`",
        told=[SUBMITTED],
        at=day(18, us=-1),
        order={"verdict": "on_track"},
        notices=[],
    ),
    Scenario(
        name="at risk from the warning on",
        sentence="`at_risk` open and now ≥ `due_at`",
        told=[SUBMITTED],
        at=day(18),
        order={"verdict": "at_risk"},
        notices=[("at_risk", day(21), day(18))],
    ),
    Scenario(
        name="kept what was promised last, not first",
        sentence="`kept_original`: the same question against `original_due_at`",
        told=[
            SUBMITTED,
            promises("crm", day(5), day(1)),
            promises("crm", day(9), day(2)),
            says("mes", "SHIPPED", day(8)),
        ],
        order={"verdict": "kept", "kept_original": False},
    ),
)
