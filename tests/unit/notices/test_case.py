"""What a notice's sentences are made of: who has to move, what was last heard, what holds an order."""

from typing import Any

import pytest

from slamon.notices.case import Case, mover
from slamon.notices.notice import NoticeKind
from tests.samples import NOW, PROMISED, order_json, stage_json


def _case(**changes: Any) -> Case:
    return Case(NoticeKind.STAGE_OVERDUE, order_json(**changes), "PRICE_CALCULATED", PROMISED, PROMISED, NOW)


@pytest.mark.parametrize(
    ("role", "expected"),
    [(None, "crm"), ("", "crm"), ("seller", "a seller (crm)"), ("Operator", "an Operator (crm)")],
)
def test_the_mover_is_the_person_by_their_role_else_the_system(role: str | None, expected: str) -> None:
    assert expected == mover(stage_json("PRICE_CALCULATED", "MANUFACTURING_APPROVED", "crm", role=role))


def test_a_stage_of_an_older_version_has_no_role() -> None:
    assert mover({"system": "crm"}) == "crm"


def test_what_was_last_heard_of_a_system() -> None:
    case = _case(heard={"mes": "2026-04-29T12:10:00Z"})
    told = "Last heard from mes on 29 Apr 2026, 12:10 UTC; there it stands at PRICE_CALCULATED."
    assert case.last_heard("mes") == told
    assert case.last_heard("crm") == "Nothing was heard of it from crm yet."


def test_a_system_that_has_been_quiet_since_its_own_step() -> None:
    """What it said last is where the order stands: told once."""
    stage = stage_json("PRICE_CALCULATED", "MANUFACTURING_APPROVED", "mes")
    assert _case(stages=[stage]).last_heard("mes") == "Nothing was heard of it from mes since."
    heard_later = _case(stages=[stage], heard={"mes": "2026-04-29T12:01:00Z"})
    assert heard_later.last_heard("mes").startswith("Last heard from mes on 29 Apr 2026, 12:01 UTC")


def test_an_order_that_does_not_tell_who_was_heard_says_nothing_about_it() -> None:
    """Silence of the order is not silence of the system."""
    order = order_json()
    del order["heard"]
    assert Case(NoticeKind.BREACHED, order, None, PROMISED, PROMISED, NOW).last_heard("crm") == ""


def test_only_a_hold_that_lasts_counts() -> None:
    ended: dict[str, Any] = {"from": "2026-05-01T08:00:00Z", "to": "2026-05-01T09:00:00Z", "reason": "file"}
    lasting = ended | {"to": None}
    assert _case(holds=[ended]).hold is None
    assert _case(holds=[ended, lasting]).hold == lasting


def test_an_order_still_waits_while_its_stage_is_open_and_it_has_not_ended() -> None:
    assert _case().still_waits
    assert not _case(stages=[stage_json("SUBMITTED", "PRICE_CALCULATED", "mes")]).still_waits
    assert not _case(finished_at="2026-05-03T10:00:00Z").still_waits
    assert not _case(status="CANCELLED").still_waits
