"""Two policies compared, as tables."""

from typing import Any

import pytest

from slamon.cli.compared import write_table
from slamon.reports.compare import Judged, difference, difference_json, kind_of
from slamon.reports.compared import Comparison
from slamon.sla.clock import Due
from slamon.sla.conditions import Condition
from slamon.sla.verdict import Verdict
from tests.builders import T0, day

LATE = (
    Condition(Due.AT_RISK, None, day(7), day(4), day(4), day(7)),
    Condition(Due.BREACHED, None, day(7), day(7), day(7), day(7)),
)


def _found(count: int) -> dict[str, Any]:
    compared, orders = Comparison(), []
    for number in range(count):
        old = Judged(Verdict.KEPT, day(21), manager_id=f"m-{number}")
        new = Judged(Verdict.BROKEN, day(7), LATE, manager_id=f"m-{number}")
        found = difference(f"o-{number}\x1b[31m", old, new)
        compared.add(old, new, found)
        assert found is not None
        orders.append(difference_json(found, kind_of))
    summary = compared.shape((T0, day(9)))
    for side in ("old", "new"):
        summary[side] |= {"rejected": count, "after_at": 0}
    return {"at": "2027-01-11T09:00:00Z", "old": "a.yaml", "new": "b.yaml", "orders": orders, "summary": summary}


def test_everything_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(_found(2), 1)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for said in (
        "Old a.yaml, new b.yaml, at 2027-01-11 09:00Z",
        "promise kept 100.0% 0.0%",
        "broken 0 2",
        "lines rejected 2 2",
        "kept broken 2",
        "at risk 0 2",
        "a day 0.0 0.4",
        "most on one day - 2",
        "appeared 4",
        "Notices by manager, 1 of 2 shown; more with --rows",
        "m-0 0 2 0.0 0.2",
        "right warnings - 100.0% - 100.0%",
        "warned before, half - 3d - 3d",
        "Orders that change: 2",
        "o-0 [31m kept broken 2026-03-23 09:00Z 2026-03-09 09:00Z at risk appeared, breached appeared",
    ):
        assert said in lines
    assert not any(line.startswith("events left out") for line in lines)


def test_what_is_empty_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(_found(0), 20)
    out = capsys.readouterr().out
    assert "Verdicts that change" not in out
    assert "Notices by manager" not in out
    assert "Orders that change: 0" in out
    assert "0.0%" not in out
