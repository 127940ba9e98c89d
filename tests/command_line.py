"""The command line in this process: what it wrote where, and its exit code."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from typer.testing import CliRunner

from slamon.cli import app


class Ran(NamedTuple):
    """The outcome of a command."""

    code: int
    out: str
    err: str


def slamon(*words: str, env: Mapping[str, str | None] | None = None, stdin: Any = None) -> Ran:
    """Run a command; an error that is not the command's own is raised."""
    result = CliRunner().invoke(app, list(words), env=dict(env or {}), input=stdin, prog_name="slamon")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


ORDER: dict[str, Any] = {
    "order_id": "o-1",
    "status": "SUBMITTED",
    "systems": {"shop": "SUBMITTED", "mes": None},
    "channel": "b2b",
    "client_id": "c-1",
    "client_name": "Acme",
    "manager_id": "m-1",
    "verdict": "breached",
    "kept_original": None,
    "promise": {
        "started_at": "2027-01-01T09:00:00Z",
        "original_due_at": "2027-01-22T09:00:00Z",
        "due_at": "2027-01-22T09:00:00Z",
        "revisions": 0,
    },
    "finished_at": None,
    "lead_time_seconds": None,
    "overdue_seconds": 180_000,
    "stages": [
        {
            "from": "SUBMITTED",
            "to": "PRICE_CALCULATED",
            "system": "mes",
            "role": "operator",
            "entered_at": "2027-01-01T09:00:00Z",
            "left_at": None,
            "due_at": "2027-01-01T09:30:00Z",
            "seconds": 1_994_400,
            "budget_seconds": 1800,
            "overdue": True,
        }
    ],
    "divergences": [],
    "forecast": None,
    "holds": [],
    "oddities": [{"at": "2027-01-01T10:00:00Z", "kind": "repeated", "text": "shop says SUBMITTED again"}],
    "policy": {"name": None, "revision": "r"},
    "truncated": False,
}
NOTICE: dict[str, Any] = {
    "notice_id": "5b0a6f0e-0000-5000-8000-000000000000",
    "kind": "breached",
    "order_id": "o-1",
    "stage": None,
    "due_at": "2027-01-22T09:00:00Z",
    "at": "2027-01-22T09:00:00Z",
    "decided_at": "2027-01-22T09:00:01Z",
    "standing": True,
    "retracts": None,
    "divergence": None,
    "text": "Order o-1 is late.",
    "answers": [],
    "acknowledged_at": None,
    "acknowledged_by": None,
    "deliveries": [{"receiver": "slack", "state": "sent", "attempts": 1, "sent_at": None, "error": None}],
}
AS_OF = "2027-01-24T11:00:00Z"


def page(name: str, rows: list[Any], *, after: str | None = None, complete: bool = True) -> dict[str, Any]:
    """One page of a list as the API gives it."""
    return {"as_of": AS_OF, "complete": complete, name: rows, "next": after}
