"""`/api/v1/lag` and `/api/v1/incidents`: whoever is asked, the worker that watches answers."""

from urllib.parse import quote

import pytest

from slamon.lag.policy import LagRules
from tests.fakes.lag import FakeGroup, Watched
from tests.fakes.orders_api import FakeWorker
from tests.fakes.sites import Served, refusing


async def _looked(rules: LagRules | None = None) -> Watched:
    watched = Watched(rules)
    await watched.cycle()
    await watched.cycle()
    return watched


@pytest.mark.parametrize("path", ["/api/v1/lag", "/api/v1/lag/mes", "/api/v1/lag/mes/explain", "/api/v1/incidents"])
async def test_where_lag_is_not_configured_it_says_so(path: str) -> None:
    async with Served(FakeWorker()) as served:
        assert (await served.get(path, 404))["error"] == "lag is not watched: the configuration has no `lag`"


async def test_all_groups_one_group_and_the_evidence() -> None:
    watched = await _looked()
    async with Served(FakeWorker(), lag=watched.shown) as served:
        page = await served.get("/api/v1/lag")
        assert (page["complete"], [group["group"] for group in page["groups"]]) == (True, ["mes"])
        group = await served.get("/api/v1/lag/mes")
        assert (group["group"], group["lag"], group["as_of"]) == ("mes", 2, page["as_of"])
        assert (await served.get("/api/v1/lag/mes/explain"))["clusters"][0]["rule"] == group["rule"]
        for path in ("/api/v1/lag/nobody", "/api/v1/lag/nobody/explain", f"/api/v1/lag/{'x' * 2000}"):
            assert (await served.get(path, 404))["error"] == "no such group"


async def test_a_group_may_be_called_anything() -> None:
    watched = Watched()
    name = "mes/1 ?ä"
    watched.broker.groups[name] = FakeGroup({})
    await watched.cycle()
    async with Served(FakeWorker(), lag=watched.shown) as served:
        status, _, text = await served.ask("GET", f"/api/v1/lag/{quote(name, safe='')}")
        assert (status, f'"group":"{name}"' in text) == (200, True)


async def test_before_the_first_look_it_is_not_said_that_there_is_no_such_group() -> None:
    async with Served(FakeWorker(), lag=Watched().shown) as served:
        assert (await served.get("/api/v1/lag/mes", 503))["error"] == "lag was not looked at yet"
        page = await served.get("/api/v1/lag")
        assert (page["as_of"], page["complete"], page["groups"]) == (None, False, [])


async def test_any_worker_asks_the_one_that_watches() -> None:
    watched, idle = await _looked(), Watched()
    idle.rows.is_ours = False
    first, second = FakeWorker(local=[0, 1]), FakeWorker(local=[2, 3])
    async with Served(first, lag=watched.shown) as one, Served(second, lag=idle.shown) as two:
        first.peers, second.peers = dict.fromkeys([2, 3], two.url), dict.fromkeys([0, 1], one.url)
        for path in ("/api/v1/lag", "/api/v1/lag/mes", "/api/v1/lag/mes/explain", "/api/v1/incidents"):
            assert await two.get(path) == await one.get(path)
        assert (await two.get("/api/v1/lag/nobody", 404))["error"] == "no such group"


async def test_when_the_worker_that_watches_is_away_nothing_is_claimed() -> None:
    idle, worker = Watched(), FakeWorker(local=[1])
    idle.rows.is_ours = False
    with refusing() as nobody:
        worker.peers = {0: nobody}
        async with Served(worker, lag=idle.shown) as served:
            for path in ("/api/v1/lag", "/api/v1/lag/mes", "/api/v1/incidents"):
                assert "can't be asked now" in (await served.get(path, 503))["error"]


async def test_a_worker_that_has_just_lost_the_rows_claims_nothing() -> None:
    watched = await _looked()
    watched.rows.is_ours = False
    async with Served(FakeWorker(), lag=watched.shown) as served:
        await served.get("/api/v1/lag", 503)


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ({}, ["mes", "gone"]),
        ({"kind": "missing"}, ["gone"]),
        ({"subject": "mes"}, ["mes"]),
        ({"open": "true"}, ["mes", "gone"]),
        ({"open": "false"}, []),
        ({"limit": "1"}, ["mes"]),
    ],
)
async def test_which_incidents(query: dict[str, str], subjects: list[str]) -> None:
    watched = await _looked(LagRules(expected=frozenset({"gone"})))
    async with Served(FakeWorker(), lag=watched.shown) as served:
        said = await served.get("/api/v1/incidents", 200, **query)
        assert [incident["subject"] for incident in said["incidents"]] == subjects
        assert (said["as_of"] is not None, said["complete"]) == (True, True)


@pytest.mark.parametrize("query", [{"kind": "rain"}, {"open": "perhaps"}, {"limit": "0"}, {"order_id": "x"}])
async def test_what_is_no_question_about_incidents(query: dict[str, str]) -> None:
    async with Served(FakeWorker(), lag=Watched().shown) as served:
        await served.get("/api/v1/incidents", 400, **query)
        await served.get("/api/v1/lag", 400, **query)
