"""Hand-worked scenarios of §3.2: the divergences shown by default."""

from typing import Any

from tests.oracle.scenarios import SUBMITTED, Scenario, day, says


def apart(system: str, kind: str, status: str | None, expected: str, since: str, hop: str) -> dict[str, Any]:
    """A row of `divergences`."""
    return {
        "system": system,
        "kind": kind,
        "status": status,
        "expected": expected,
        "since": since,
        "hop": hop,
    }


DIVERGENCE = (
    Scenario(
        name="the owner is behind after the skew",
        sentence="is not reported `allowed_skew` after another system reported it or a later one",
        told=[says("crm", "SUBMITTED", day(0)), SUBMITTED, says("mes", "MANUFACTURING_STARTED", day(0))],
        at=day(0, minutes=15, us=1),
        order={
            "divergences": [
                apart("crm", "behind", "SUBMITTED", "MANUFACTURING_APPROVED", day(0), "mes->crm"),
            ]
        },
        notices=[("divergence", None, day(0, minutes=15))],
        kinds=("divergence",),
    ),
    Scenario(
        name="not before the skew is over",
        sentence="At the very instant of a deadline the order is still in time",
        told=[says("crm", "SUBMITTED", day(0)), SUBMITTED, says("mes", "MANUFACTURING_STARTED", day(0))],
        at=day(0, minutes=15),
        order={"divergences": []},
        notices=[],
        kinds=("divergence",),
    ),
    Scenario(
        name="a system that never mentioned the order",
        sentence="`lost`: the same, of a system that has never mentioned the order.",
        told=[SUBMITTED, says("shop", "MANUFACTURING_APPROVED", day(1))],
        at=day(2),
        order={
            "divergences": [
                apart("shop", "ahead", "MANUFACTURING_APPROVED", "MANUFACTURING_APPROVED", day(1), "crm->shop"),
                apart("crm", "lost", None, "MANUFACTURING_APPROVED", day(1), "crm->crm"),
                apart("mes", "lost", None, "PRICE_CALCULATED", day(1), "crm->mes"),
            ]
        },
    ),
    Scenario(
        name="back for longer than the skew",
        sentence="`regressed`: a system's status went back for longer than the skew.",
        told=[
            SUBMITTED,
            says("mes", "PACKAGING", day(0)),
            says("crm", "MANUFACTURING_APPROVED", day(0)),
            says("mes", "PRICE_CALCULATED", day(1)),
        ],
        at=day(2),
        order={"divergences": [apart("mes", "regressed", "PRICE_CALCULATED", "PACKAGING", day(1), "mes->mes")]},
        notices=[("divergence", None, day(1, minutes=15))],
        kinds=("divergence",),
    ),
    Scenario(
        name="listed after the end, without a notice",
        sentence="After the end of the order divergences are listed but give no new notice.",
        told=[
            SUBMITTED,
            says("mes", "SHIPPED", day(1)),
            says("crm", "MANUFACTURING_APPROVED", day(1)),
            says("crm", "CLOSED", day(2)),
            says("mes", "PACKAGING", day(3)),
        ],
        at=day(4),
        order={"divergences": [apart("mes", "regressed", "PACKAGING", "SHIPPED", day(3), "mes->mes")]},
        notices=[],
        kinds=("divergence",),
    ),
    Scenario(
        name="one says CANCELLED, another goes on",
        sentence="another (`system`, since its first later report) goes on to a later step.",
        told=[
            SUBMITTED,
            says("mes", "PRICE_CALCULATED", day(0)),
            says("crm", "CANCELLED", day(1)),
            says("mes", "MANUFACTURING_STARTED", day(2)),
        ],
        at=day(3),
        order={
            "divergences": [apart("mes", "contradicting", "MANUFACTURING_STARTED", "CANCELLED", day(2), "mes->mes")]
        },
        notices=[],
        kinds=("divergence",),
    ),
)
