"""One queue as the management API tells it: what is missing or odd is unknown, never 0 and never a guess."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.lag.observation import QueueSeen, Reason, Unknown
from slamon.orders.event import SECOND
from slamon.rabbitmq.reading import COLUMNS, is_queue, queue_seen
from tests.builders import T0
from tests.fakes.management_api import queue

NO_DEPTH = Unknown(Reason.UNSUPPORTED, "the management API tells no depth of it")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def seen(**fields: Any) -> QueueSeen:
    return queue_seen(queue("orders", **fields), T0, counts=True)


def test_a_queue() -> None:
    assert seen() == QueueSeen(2, 1, 1, 10, 7, None, "running")


@pytest.mark.parametrize(
    ("fields", "depth"),
    [
        ({"messages_ready": None}, (2, 1)),
        ({"messages_unacknowledged": None}, (2, 1)),
        ({"messages": None}, (2, 1)),
        ({"messages": 0, "messages_ready": 0, "messages_unacknowledged": 0}, (0, 0)),
        ({"messages": None, "messages_ready": None}, None),
        ({"messages": None, "messages_unacknowledged": None}, None),
        ({"messages_ready": None, "messages_unacknowledged": None}, None),
        ({"messages": None, "messages_ready": "2"}, None),
        ({"messages": None, "messages_ready": True}, None),
        ({"messages": None, "messages_ready": -1}, None),
        ({"messages": None, "messages_ready": 2.0}, None),
        ({"messages": None, "messages_ready": 10**30}, None),
    ],
)
def test_the_depth_is_told_whole_or_unknown(fields: dict[str, Any], depth: tuple[int, int] | None) -> None:
    found = seen(**fields)
    assert (found.ready, found.unacknowledged) == (depth or (None, None))
    assert found.fault == (None if depth else NO_DEPTH)


@pytest.mark.parametrize(
    ("stats", "published", "settled"),
    [
        ({"publish": 9, "ack": 3, "deliver_no_ack": 2, "get_no_ack": 1}, 9, 6),
        ({"publish": 9}, 9, 0),
        (None, 0, 0),
        ([], None, None),
        ({"publish": "9", "ack": 3}, None, 3),
        ({"publish": 9, "ack": None}, 9, None),
        ({"publish": 9, "ack": "3"}, 9, None),
    ],
)
def test_a_counter_that_is_not_there_stands_at_0_where_the_broker_counts(
    stats: Any, published: int | None, settled: int | None
) -> None:
    found = seen(message_stats=stats)
    assert (found.published, found.settled) == (published, settled)


@pytest.mark.parametrize("stats", [None, {"publish": 9, "ack": 3}])
def test_where_the_broker_does_not_count_there_are_no_counters(stats: Any) -> None:
    found = queue_seen(queue("orders", message_stats=stats), T0, counts=False)
    assert (found.ready, found.published, found.settled) == (2, None, None)


def test_without_consumers_told_they_are_unknown() -> None:
    assert seen(consumers=None).consumers is None
    assert seen(consumers="1").consumers is None
    assert seen(consumers=0).consumers == 0


@pytest.mark.parametrize(
    ("stamp", "head_at"),
    [
        (T0 // SECOND - 90, T0 - 90 * SECOND),
        (T0 // SECOND, T0),
        (T0 // SECOND + 1, None),
        (T0 // 1000, None),  # milliseconds
        (0, None),
        (-5, None),
        ("", None),
        ("undefined", None),
        (1.5e9, None),
        (None, None),
    ],
)
def test_the_head_message_s_stamp_counts_where_it_can_be_true(stamp: Any, head_at: int | None) -> None:
    assert seen(head_message_timestamp=stamp).head_at == head_at


@pytest.mark.parametrize("state", ["down", "stopped", "crashed", "minority", "terminated"])
def test_of_a_queue_out_of_order_nothing_is_said_but_that(state: str) -> None:
    assert seen(state=state) == QueueSeen(state=state, fault=Unknown(Reason.NO_LEADER, f"the queue is {state}"))


@pytest.mark.parametrize("state", ["running", "idle", "flow", None, 5])
def test_other_states_hide_nothing(state: Any) -> None:
    assert seen(state=state).ready == 2


@pytest.mark.parametrize(
    ("fields", "is_known"),
    [({}, False), ({"node": "rabbit@b"}, True), ({"leader": "rabbit@b"}, True), ({"node": None}, True)],
)
def test_a_virtual_host_that_does_not_run_on_the_queue_s_node(fields: dict[str, Any], is_known: bool) -> None:
    nodes = {"rabbit@a": "stopped", "rabbit@b": "running"}
    found = queue_seen(queue("orders", **fields), T0, counts=True, nodes=nodes)
    fault = Unknown(Reason.NO_LEADER, "its virtual host is stopped on rabbit@a")
    assert found.fault == (None if is_known else fault)
    assert (found.ready is not None) is is_known


def test_a_stream_is_no_queue() -> None:
    assert not is_queue(queue("log", type="stream"))
    assert is_queue(queue("orders", type="quorum"))
    assert is_queue(queue("orders", type=None))


@given(st.dictionaries(st.sampled_from([*COLUMNS.split(","), "message_stats"]), JSON), st.booleans())
def test_whatever_comes_nothing_breaks_and_nothing_is_made_up(item: dict[str, Any], counts: bool) -> None:
    found = queue_seen(item, T0, counts=counts)
    assert (found.ready is None) == (found.fault is not None)
    assert found.ready is None or found.ready >= 0
    assert found.head_at is None or 0 < found.head_at <= T0
