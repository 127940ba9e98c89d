from slamon.kafka.lag.metadata import Layout, TopicPlaces
from slamon.kafka.lag.nodes import COMMITS_TOPIC, Nodes
from slamon.lag.observation import Reason

BOTH = {1: "a:1", 2: "b:2"}


def commits(*leaders: int, error: int = 0) -> dict[str, TopicPlaces]:
    there = dict(enumerate(leaders))
    return {
        COMMITS_TOPIC: TopicPlaces(error, None, is_internal=True, leaders=there, replicas=dict.fromkeys(there, (2, 3)))
    }


def missing(nodes: Nodes, layout: Layout, *asked: str) -> dict[str, Reason]:
    nodes.note(layout)
    return {name: why.reason for name, why in nodes.missing(layout, frozenset(asked)).items()}


def test_all_were_asked() -> None:
    assert missing(Nodes(), Layout(BOTH, commits(1, 2)), "a:1", "b:2") == {}


def test_a_node_that_came_since_is_asked_next_time() -> None:
    nodes = Nodes()
    assert missing(nodes, Layout(BOTH, commits(1)), "a:1") == {"b:2": Reason.DEADLINE}
    assert nodes.present == BOTH


def test_a_node_that_left_with_the_only_copy_of_commits() -> None:
    nodes = Nodes()
    nodes.note(Layout(BOTH, commits(1, 2)))
    assert missing(nodes, Layout({1: "a:1"}, commits(1, -1)), "a:1") == {
        "b:2": Reason.BROKER_AWAY, "node 3": Reason.BROKER_AWAY
    }  # fmt: skip
    assert missing(nodes, Layout({1: "a:1"}, commits(1, 1)), "a:1") == {}, "another node leads them by now"


def test_where_the_commits_topic_may_not_be_seen_a_node_that_left_counts_for_an_hour() -> None:
    nodes = Nodes()
    nodes.note(Layout(BOTH, commits(error=29)))
    rest = Layout({1: "a:1"}, commits(error=29))
    looks = [missing(nodes, rest, "a:1") for _ in range(241)]
    assert looks[0] == looks[200] == {"b:2": Reason.BROKER_AWAY}
    assert looks[-1] == {}


def test_forgetting() -> None:
    nodes = Nodes()
    nodes.note(Layout(BOTH, {}))
    nodes.forget()
    assert nodes.present == {}
