"""Lag as the API gives it."""

import json
from typing import Any

import pytest

from slamon.lag.policy import LagRules
from slamon.orders.event import SECOND, rfc3339
from slamon.services import lag_shown
from tests.builders import T0
from tests.fakes.lag import FakeGroup, Watched


async def _page(watched: Watched) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await watched.shown.page())
    return found


async def test_before_the_first_look_nothing_is_known() -> None:
    watched = Watched()
    assert await _page(watched) == {"as_of": None, "complete": False, "groups": [], "topics": [], "clusters": []}
    assert watched.shown.as_of() is None
    assert watched.shown.group("mes") is None
    assert watched.shown.explanation("mes") is None
    assert watched.shown.incidents() == {"as_of": None, "complete": False, "incidents": []}


async def test_a_page_is_the_views_json_and_made_once_a_cycle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lag_shown, "_TURN", 0.0)  # every group is a turn
    watched = Watched()
    view = await watched.cycle()
    page = await watched.shown.page()
    assert json.loads(page) == json.loads(json.dumps(view.json()))
    assert await watched.shown.page() is page
    await watched.cycle()
    assert await watched.shown.page() is not page


async def test_a_group_and_its_evidence() -> None:
    watched = Watched()
    await watched.cycle()
    group = watched.shown.group("mes")
    assert group is not None
    assert (group["as_of"], group["complete"], group["lag"]) == (rfc3339(T0 + 15 * SECOND), True, 2)
    assert [one["cluster"] for one in group["groups"]] == ["shop"]
    told = watched.shown.explanation("mes")
    assert told is not None
    assert (told["as_of"], told["group"], told["clusters"][0]["status"]) == (group["as_of"], "mes", group["status"])
    assert watched.shown.group("nobody") is None


async def test_incidents_that_last_come_before_those_that_are_over() -> None:
    watched = Watched(LagRules(expected=frozenset({"gone"})))
    await watched.cycle()
    await watched.cycle()
    assert [one["subject"] for one in watched.shown.incidents()["incidents"]] == ["mes", "gone"]
    watched.broker.groups["gone"] = FakeGroup({}, members=1)
    for _ in range(8):
        await watched.cycle()
    over = watched.shown.incidents()["incidents"]
    assert [(one["subject"], one["ended_at"] is None) for one in over] == [("mes", True), ("gone", False)]
    watched.rows.is_ours = False
    assert not watched.shown.is_ours
