"""CONTRACT §5 `lag` and `incident`, §7: what the API and the metrics show of a real watch has the promised shape."""

import json
import re
from typing import Any

from slamon.lag.observation import GroupState, Place, Reason, Unknown
from slamon.lag.policy import LagRules
from slamon.metrics.lag import LagFigures, LagMetrics
from slamon.metrics.lag_form import LagForm
from tests.fakes.lag import FakeGroup, Watched
from tests.fakes.orders_api import FakeWorker
from tests.fakes.sites import Served

Json = dict[str, Any]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
GROUP = ("group", "status", "state", "lag", "lag_seconds", "members", "eta_seconds", "orders_waiting", "topics")
TOPIC = ("topic", "lag", "lag_seconds", "partitions")
PARTITION = ("partition", "committed", "end", "lag", "lag_seconds")
INCIDENT = ("incident_id", "subject", "kind", "started_at", "ended_at", "seconds", "cause", "orders_affected")


async def _watched() -> Watched:
    """`mes` is late, `new` has never committed, `mute` can't be read, `gone` is expected."""
    watched = Watched(LagRules(expected=frozenset({"gone"})))
    groups = watched.broker.groups
    groups["new"] = FakeGroup({}, assigned=frozenset({"a"}))
    groups["mute"] = FakeGroup({}, GroupState.UNKNOWN, None, fault=Unknown(Reason.NO_COORDINATOR))
    await watched.cycle()
    await watched.cycle()
    return watched


async def test_lag() -> None:
    watched = await _watched()
    async with Served(FakeWorker(), lag=watched.shown) as served:
        page = await served.get("/api/v1/lag")
        one = await served.get("/api/v1/lag/mes")
    assert TIME.fullmatch(page["as_of"])
    groups = {group["group"]: group for group in page["groups"]}
    assert groups.keys() == {"mes", "new", "mute", "gone"}
    for group in groups.values():
        assert set(GROUP) <= group.keys()
        for topic in group["topics"]:
            assert set(TOPIC) <= topic.keys()
            assert all(set(PARTITION) <= row.keys() for row in topic["partitions"])
    assert {name: one[name] for name in GROUP} == {name: groups["mes"][name] for name in GROUP}


async def test_unknown_is_null_and_never_0() -> None:
    watched = await _watched()
    page: Json = json.loads(await watched.shown.page())
    groups = {group["group"]: group for group in page["groups"]}
    for name in ("mute", "gone"):
        shown = {key: groups[name][key] for key in ("lag", "lag_seconds", "eta_seconds", "orders_waiting")}
        assert shown == dict.fromkeys(shown)
    assert (groups["mute"]["status"], groups["gone"]["status"]) == ("UNKNOWN", "MISSING")
    [row] = groups["new"]["topics"][0]["partitions"]
    assert (row["committed"], row["end"], row["lag"], row["lag_seconds"]) == (None, 3, 3, 7230)


async def test_an_age_is_0_where_nothing_is_unread() -> None:
    watched = Watched()
    watched.broker.groups["mes"].commits[Place("a", 0)] = 3
    await watched.cycle()
    group = watched.shown.group("mes")
    assert group is not None
    assert (group["lag"], group["lag_seconds"], group["topics"][0]["partitions"][0]["lag_seconds"]) == (0, 0, 0)


async def test_incidents() -> None:
    watched = await _watched()
    async with Served(FakeWorker(), lag=watched.shown) as served:
        said = await served.get("/api/v1/incidents")
    assert TIME.fullmatch(said["as_of"])
    assert {incident["subject"] for incident in said["incidents"]} >= {"mes", "gone"}
    for incident in said["incidents"]:
        assert set(INCIDENT) <= incident.keys()
        assert TIME.fullmatch(incident["started_at"])
        assert incident["ended_at"] is None
        assert incident["seconds"] >= 0


async def test_metrics_and_api_say_the_same() -> None:
    watched = await _watched()
    view = watched.watch.view
    metrics = LagMetrics(LagForm(own_cluster="shop"))
    metrics.show(LagFigures(view.snapshots, view.waiting, view.incidents, view.rules))
    text = metrics.render().decode()
    sample = r'^slamon_consumergroup_lag{consumergroup="(.*)",topic="(.*)",partition="(.*)"} (.*)$'
    shown = re.findall(sample, text, re.MULTILINE)
    page: Json = json.loads(await watched.shown.page())
    told = [
        (group["group"], topic["topic"], str(row["partition"]), str(row["lag"]))
        for group in page["groups"]
        for topic in group["topics"]
        for row in topic["partitions"]
        if row["lag"] is not None
    ]
    assert shown == told
    assert "nan" not in text.lower()
    assert not re.search(r" [+-]?inf$", text.lower(), re.MULTILINE)
