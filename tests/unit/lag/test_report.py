"""Lag as JSON: the contract's shape, unknown as null, nothing that is no number."""

import json

from slamon.lag.incidents import Incidents, step
from slamon.lag.observation import Place, Reason, Unknown
from slamon.lag.order_index import OrderIndex, Standing
from slamon.lag.policy import SlackPolicy
from slamon.lag.report import incident_json, lag_json
from slamon.lag.troubles import troubles
from slamon.lag.waiting import waiting_behind
from slamon.orders.event import SECOND
from tests.builders import HOUR, T0, day
from tests.fakes.lag import FakeBroker, FakeGroup, FakeLog, Followed, group_of

A0, A1 = Place("a", 0), Place("a", 1)
FIRST = T0 + 15 * SECOND
SLACK = SlackPolicy()


def cluster() -> Followed:
    broker = FakeBroker(mes=FakeGroup({A0: 1}))
    broker.logs[A0] = FakeLog([FIRST - 2 * HOUR, FIRST - HOUR, FIRST - SECOND])
    broker.logs[A1] = FakeLog([FIRST - SECOND])
    return Followed(broker)


def test_the_shape_of_the_contract() -> None:
    found = lag_json([cluster().cycle()], {}, SLACK)
    assert found["as_of"] == "2026-03-02T09:00:15Z"
    (group,) = found["groups"]
    (topic,) = group["topics"]
    partition, without_commit = topic["partitions"]
    contract = {
        "group": "mes", "status": "FALLING_BEHIND", "state": "stable", "lag": 3, "lag_seconds": 3600, "members": 1,
        "eta_seconds": None, "orders_waiting": None,
    }  # fmt: skip
    assert {key: group[key] for key in contract} == contract
    assert (topic["topic"], topic["lag"], topic["lag_seconds"]) == ("a", 3, 3600)
    shape = {"partition": 0, "committed": 1, "end": 3, "lag": 2, "lag_seconds": 3600}
    assert {key: partition[key] for key in shape} == shape
    assert (without_commit["committed"], without_commit["lag"], without_commit["lag_seconds"]) == (None, 1, 1)


def test_all_is_read() -> None:
    followed = cluster()
    followed.broker.groups["mes"].commits = {A0: 3, A1: 1}
    (group,) = lag_json([followed.cycle()], {}, SLACK)["groups"]
    assert (group["lag"], group["lag_seconds"], group["eta_seconds"], group["severity"]) == (0, 0, 0, "none")
    assert {row["lag_seconds"] for row in group["topics"][0]["partitions"]} == {0}


def test_what_is_unknown_is_null() -> None:
    followed = cluster()
    followed.broker.faults = dict.fromkeys([A0, A1], Unknown(Reason.NO_LEADER))
    found = lag_json([followed.cycle()], {}, SLACK)
    (group,) = found["groups"]
    assert (group["lag"], group["lag_seconds"], group["status"]) == (None, None, "UNKNOWN")
    assert {row["unknown"] for row in group["topics"][0]["partitions"]} == {"no_leader"}
    assert [row["lag"] for row in group["topics"][0]["partitions"]] == [None, None]
    assert [group["lost"], group["topics"][0]["lost"], *(row["lost"] for row in group["topics"][0]["partitions"])] == (
        [None] * 4
    )


def test_nothing_seen_yet() -> None:
    assert lag_json([], {}, SLACK) == {"as_of": None, "complete": False, "groups": [], "topics": [], "clusters": []}


def test_the_orders_behind_it() -> None:
    index = OrderIndex({"o-2": Standing("SUBMITTED", day(1))}.get)
    for offset, order_id in enumerate(["o-1", "o-2", "o-3"]):
        index.append(A0, offset, order_id, FIRST - HOUR)
    snapshot = cluster().cycle()
    waiting = waiting_behind(group_of(snapshot), index, FIRST)
    assert waiting is not None
    (group,) = lag_json([snapshot], {("shop", "mes"): waiting}, SLACK)["groups"]
    assert (group["orders_waiting"], group["topics"][0]["orders_waiting"], group["severity"]) == (2, 2, "critical")
    assert group["orders"] == {
        "waiting": 2, "at_least": True, "by_stage": {"SUBMITTED": 1}, "oldest": "o-2", "oldest_stage": "SUBMITTED",
        "oldest_since": "2026-03-02T08:00:15Z", "soonest": "o-2", "slack_seconds": 86_385,
    }  # fmt: skip


def test_json_can_write_it_without_nan_or_infinity() -> None:
    followed = cluster()
    for _ in range(3):
        followed.broker.groups["mes"].commits[A0] += 1
        found = lag_json([followed.cycle()], {}, SLACK)
        assert json.loads(json.dumps(found, allow_nan=False))["complete"] is True


def test_an_incident() -> None:
    followed = cluster()
    snapshot = followed.cycle()
    state, _ = step(Incidents(), troubles(snapshot, followed.rules, {}), "shop", FIRST)
    shown = incident_json(state.open[0], FIRST + HOUR)
    contract = {
        "subject": "mes", "kind": "lag", "started_at": "2026-03-02T08:00:15Z", "ended_at": None, "seconds": 7200,
        "cause": None, "orders_affected": None,
    }  # fmt: skip
    assert {key: shown[key] for key in contract} == contract
    assert shown["stands_on"] == {"topic": "a", "partition": 0, "offset": 1, "order_id": None}
