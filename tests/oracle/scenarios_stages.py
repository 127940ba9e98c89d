"""Hand-worked scenarios of the stages of §3 and their notices."""

import datetime as dt
from typing import Any

from tests.oracle.scenarios import SUBMITTED, Scenario, day, says, tells

STAGE = ("stage_overdue",)


def visit(stage: tuple[str, str, str], entered: str, left: str | None, seconds: float, budget: int) -> dict[str, Any]:
    """A row of `stages`; overdue by its own arithmetic."""
    source, target, system = stage
    return {
        "from": source,
        "to": target,
        "system": system,
        "entered_at": entered,
        "left_at": left,
        "due_at": (dt.datetime.fromisoformat(entered) + dt.timedelta(seconds=budget))
        .isoformat()
        .replace("+00:00", "Z"),
        "seconds": seconds,
        "budget_seconds": budget,
        "overdue": seconds > budget,
    }


PRICING = ("SUBMITTED", "PRICE_CALCULATED", "mes")
APPROVAL = ("PRICE_CALCULATED", "MANUFACTURING_APPROVED", "crm")
HALF_AN_HOUR = 1800

STAGES = (
    Scenario(
        name="left at the next status at `to`",
        sentence="left at the next status event at `to` or beyond it",
        told=[
            SUBMITTED,
            says("crm", "SUBMITTED", day(0, minutes=5)),
            says("mes", "PRICE_CALCULATED", day(0, minutes=30)),
        ],
        at=day(2),
        order={
            "stages": [
                visit(PRICING, day(0), day(0, minutes=30), 1800, HALF_AN_HOUR),
                visit(APPROVAL, day(0, minutes=30), None, 2 * 86400 - 1800, 2 * 86400),
            ]
        },
        notices=[],
        kinds=STAGE,
    ),
    Scenario(
        name="left late by a microsecond",
        sentence="Overdue when (left or now)",
        told=[SUBMITTED, says("mes", "PACKAGING", day(0, minutes=30, us=1))],
        order={"stages": [visit(PRICING, day(0), day(0, minutes=30, us=1), 1800.000001, HALF_AN_HOUR)]},
        notices=[("stage_overdue", day(0, minutes=30), day(0, minutes=30), "SUBMITTED")],
        kinds=STAGE,
    ),
    Scenario(
        name="still in time at its deadline",
        sentence="At the very instant of a deadline the order is still in time",
        told=[SUBMITTED],
        at=day(0, minutes=30),
        order={"stages": [visit(PRICING, day(0), None, 1800, HALF_AN_HOUR)]},
        notices=[],
        kinds=STAGE,
    ),
    Scenario(
        name="the end of the order leaves every stage",
        sentence="or at the end of the order",
        told=[SUBMITTED, tells("cancel", "crm", day(0, minutes=10)), says("mes", "PRICE_CALCULATED", day(1))],
        at=day(2),
        order={"stages": [visit(PRICING, day(0), day(0, minutes=10), 600, HALF_AN_HOUR)]},
        notices=[],
        kinds=STAGE,
    ),
    Scenario(
        name="a skipped `from` is never entered",
        sentence="A skipped `from` is never entered.",
        told=[says("mes", "MANUFACTURING_STARTED", day(0)), says("mes", "SHIPPED", day(1))],
        order={
            "stages": [
                visit(("MANUFACTURING_STARTED", "MANUFACTURING_COMPLETED", "mes"), day(0), day(1), 86400, 864000)
            ]
        },
    ),
    Scenario(
        name="every visit is a row and a deadline of its own",
        sentence="entered at a `from` event while not in the stage",
        told=[
            SUBMITTED,
            says("mes", "PRICE_CALCULATED", day(0, minutes=40)),
            says("crm", "SUBMITTED", day(0, minutes=60)),
        ],
        at=day(0, minutes=100),
        order={
            "stages": [
                visit(PRICING, day(0), day(0, minutes=40), 2400, HALF_AN_HOUR),
                visit(PRICING, day(0, minutes=60), None, 2400, HALF_AN_HOUR),
                visit(APPROVAL, day(0, minutes=40), None, 3600, 2 * 86400),
            ]
        },
        notices=[
            ("stage_overdue", day(0, minutes=30), day(0, minutes=30), "SUBMITTED"),
            ("stage_overdue", day(0, minutes=90), day(0, minutes=90), "SUBMITTED"),
        ],
        kinds=STAGE,
    ),
    Scenario(
        name="nothing is entered after the end",
        sentence="left at the next status event at `to` or beyond it, or at the end of the order",
        told=[says("mes", "SHIPPED", day(0)), says("shop", "SUBMITTED", day(0, us=1))],
        at=day(9),
        order={"stages": []},
    ),
    Scenario(
        name="a configured budget",
        sentence="Stages (`sla.stages`, from → to)",
        told=[SUBMITTED],
        at=day(3),
        order={"stages": [visit(("SUBMITTED", "SHIPPED", "mes"), day(0), None, 3 * 86400, 2 * 86400)]},
        notices=[("stage_overdue", day(2), day(2), "SUBMITTED")],
        kinds=STAGE,
        config={"sla": {"stages": [{"from": "SUBMITTED", "to": "SHIPPED", "budget": "P2D"}]}},
    ),
)
