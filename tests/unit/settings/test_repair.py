"""Judging the rest of a configuration that is wrong in places."""

from typing import Any

import pytest

from slamon.settings.repair import Repair


def _tree(**more: Any) -> dict[str, Any]:
    return {"kafka": {"bootstrap_servers": "a:1"}, "sources": {"o": {"topics": ["x"]}}, **more}


def test_leaves_out_single_keys_and_keeps_the_tree() -> None:
    tree = _tree(web={"port": "x", "host": "h"}, unknown=1)
    settings = Repair(tree).settings()
    assert settings is not None
    assert (settings.web.host, settings.web.port) == ("h", 8080)
    assert tree["web"] == {"port": "x", "host": "h"}


def test_what_lacks_a_key_goes_as_a_whole() -> None:
    settings = Repair(_tree(sources={"o": {"system": "shop"}, "p": {"topics": ["y"]}})).settings()
    assert settings is not None
    assert list(settings.sources) == ["p"]


def test_remembers_where_the_items_of_a_list_stood() -> None:
    right = {"from": "SUBMITTED", "to": "SHIPPED", "budget": "P1D"}
    repair = Repair(_tree(sla={"stages": [5, right, {"from": 1, "x": 2}, right, {"from": "A"}]}))
    settings = repair.settings()
    assert settings is not None
    assert len(settings.sla.stages) == 2
    assert repair.original(("sla", "stages", 0, "to")) == ("sla", "stages", 1, "to")
    assert repair.original(("sla", "stages", 1)) == ("sla", "stages", 3)
    assert repair.original(("sla", "promise")) == ("sla", "promise")


def test_of_a_policy_only_what_is_wrong_goes() -> None:
    right = {"from": "SUBMITTED", "to": "SHIPPED", "budget": "P1D"}
    policy = {
        "name": "rush",
        "promise": {"duration": 5, "start": "PACKAGING"},
        "stages": [5, right, {"from": "A"}, right],
        "holds": {"pause": ["promise", 7, "stages"]},
        "unknown": 1,
    }
    repair = Repair(_tree(sla={"policies": [{"promise": {}}, "x", policy, {"name": 5}]}))
    settings = repair.settings()
    assert settings is not None
    [rush] = settings.sla.policies
    assert rush.name == "rush"
    assert rush.promise.given() == {"start": "PACKAGING"}
    assert len(rush.stages or ()) == 2
    assert rush.holds.pause == ("promise", "stages")
    here = ("sla", "policies")
    assert repair.original((*here, 0, "promise", "start")) == (*here, 2, "promise", "start")
    assert repair.original((*here, 0, "stages", 0, "to")) == (*here, 2, "stages", 1, "to")
    assert repair.original((*here, 0, "stages", 1)) == (*here, 2, "stages", 3)
    assert repair.original((*here, 0, "holds", "pause", 1)) == (*here, 2, "holds", "pause", 2)


def test_places_that_do_not_exist_stand_where_they_are() -> None:
    repair = Repair(_tree())
    assert repair.settings() is not None
    for path in (("sla", "stages", 3, "to"), ("kafka", "nothing", 0), (0,)):
        assert repair.original(path) == path


@pytest.mark.parametrize("kafka", [{}, {"bootstrap_servers": "x"}, 5, None])
def test_servers_are_made_up_where_they_are_wrong(kafka: object) -> None:
    assert Repair({**_tree(), "kafka": kafka}).settings() is not None


def test_what_is_right_beside_the_servers_stays() -> None:
    settings = Repair({**_tree(), "kafka": {"bootstrap_servers": 1, "app_id": "mine"}}).settings()
    assert settings is not None
    assert settings.kafka.app_id == "mine"


def test_keys_that_are_wrong_take_their_value_along() -> None:
    settings = Repair(_tree(sources={"a b": {"topics": ["x"]}, "c": {"topics": ["y"]}})).settings()
    assert settings is not None
    assert list(settings.sources) == ["c"]
