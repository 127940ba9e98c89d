"""Hand-worked scenarios of §3: the promised dates and holds."""

from tests.oracle.scenarios import SUBMITTED, Scenario, day, promises, says, tells

PROMISE = (
    Scenario(
        name="the default",
        sentence="else the default, start + `sla.promise.duration` (default `P21D`",
        told=[SUBMITTED],
        order={"promise.original_due_at": day(21), "promise.due_at": day(21), "promise.revisions": 0},
    ),
    Scenario(
        name="a system that repeats its old date undoes nothing",
        sentence="a system that repeats its old date does not undo another's new one",
        told=[
            SUBMITTED,
            promises("mes", day(30), day(1)),
            promises("crm", day(40), day(2)),
            says("mes", "PACKAGING", day(3), promised_at=day(30)),
        ],
        order={"promise.original_due_at": day(30), "promise.due_at": day(40), "promise.revisions": 1},
    ),
    Scenario(
        name="a system that comes back to its date changes it",
        sentence="a stated `promised_at` counts when it differs from the last one the same system stated",
        told=[
            SUBMITTED,
            *(promises("mes", day(date), day(when)) for when, date in ((1, 30), (2, 40), (3, 30))),
        ],
        order={"promise.due_at": day(30), "promise.revisions": 2},
    ),
    Scenario(
        name="no system is a system of its own",
        sentence="a stated `promised_at` counts when it differs from the last one the same system stated",
        told=[
            SUBMITTED,
            promises(None, day(30), day(1)),
            promises("crm", day(40), day(2)),
            promises(None, day(30), day(3)),
        ],
        order={"promise.due_at": day(40), "promise.revisions": 1},
    ),
    Scenario(
        name="two systems with the same date revise nothing",
        sentence="`revisions` = how often the date in force was changed by a stated one",
        told=[SUBMITTED, promises("mes", day(30), day(1)), promises("crm", day(30), day(2))],
        order={"promise.due_at": day(30), "promise.revisions": 0},
    ),
    Scenario(
        name="the first statement replaces the default",
        sentence="`original_due_at` = the first that counts",
        told=[SUBMITTED, promises("crm", day(5), day(21))],
        at=day(21),
        order={"promise.original_due_at": day(5), "promise.due_at": day(5), "promise.revisions": 0},
    ),
    Scenario(
        name="stated after the default had passed",
        sentence="unless it was stated after the default had passed",
        told=[SUBMITTED, promises("crm", day(30), day(21, us=1))],
        at=day(22),
        order={"promise.original_due_at": day(21), "promise.due_at": day(30), "promise.revisions": 1},
    ),
    Scenario(
        name="at one instant the later date is in force",
        sentence="type (`hold` before `release`), `promised_at` (none first)",
        told=[SUBMITTED, promises("crm", day(40), day(1)), promises("mes", day(30), day(1))],
        order={"promise.original_due_at": day(30), "promise.due_at": day(40), "promise.revisions": 1},
    ),
    Scenario(
        name="at one instant the step stands before the promise",
        sentence="Events count in this order: `occurred_at`, step (unknown last), type",
        told=[
            SUBMITTED,
            promises("crm", day(30), day(1)),
            says("mes", "PACKAGING", day(1), promised_at=day(50)),
            says("mes", "ON_FIRE", day(1), promised_at=day(35)),
        ],
        order={"promise.original_due_at": day(50), "promise.due_at": day(30), "promise.revisions": 2},
    ),
    Scenario(
        name="stated after the finish",
        sentence="Stated after the order finished: kept for the record, without effect.",
        told=[
            SUBMITTED,
            says("mes", "SHIPPED", day(22)),
            says("crm", "CLOSED", day(22, us=1), promised_at=day(30)),
        ],
        order={"promise.due_at": day(21), "promise.revisions": 0, "verdict": "broken"},
    ),
    Scenario(
        name="stated with the finish",
        sentence="Stated after the order finished: kept for the record, without effect.",
        told=[
            SUBMITTED,
            promises("crm", day(20), day(1)),
            says("mes", "SHIPPED", day(22), promised_at=day(23)),
        ],
        order={"promise.due_at": day(23), "verdict": "kept", "kept_original": False, "promise.revisions": 1},
    ),
    Scenario(
        name="beyond the calendar",
        sentence="Times are RFC 3339 UTC with `Z`",
        told=[says("shop", "SUBMITTED", "9999-12-31T23:59:59.999999Z")],
        order={"promise.due_at": "9999-12-31T23:59:59.999999Z", "verdict": "on_track"},
        notices=[],
    ),
)

HOLDS = (
    Scenario(
        name="holds are shown and stop no clock",
        sentence="Holds are recorded; under the default policy they stop no clock.",
        told=[
            SUBMITTED,
            tells("hold", "crm", day(1), reason="wax"),
            tells("release", "mes", day(2)),
            tells("release", "crm", day(3)),
            tells("hold", "crm", day(5)),
        ],
        at=day(6),
        order={
            "promise.due_at": day(21),
            "holds": [
                {"from": day(1), "to": day(3), "reason": "wax"},
                {"from": day(5), "to": None, "reason": None},
            ],
        },
    ),
    Scenario(
        name="overlapping holds are one row",
        sentence="`holds` shows one row per merged window with the reason of the first.",
        told=[
            tells("hold", "crm", day(1), reason="first"),
            tells("hold", "mes", day(2), reason="second"),
            tells("release", "crm", day(3)),
            tells("release", "mes", day(4)),
        ],
        order={"holds": [{"from": day(1), "to": day(4), "reason": "first"}]},
    ),
    Scenario(
        name="the end of the order ends a hold",
        sentence="(to now, or the end of the order, where none came)",
        told=[SUBMITTED, tells("hold", "crm", day(1)), tells("cancel", "crm", day(2))],
        at=day(9),
        order={"holds": [{"from": day(1), "to": day(2), "reason": None}]},
    ),
)
