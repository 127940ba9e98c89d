"""What the management API says of one queue, read with distrust: what is missing or of a wrong type is not known.

`COLUMNS` are the fields that are asked for; nothing else of a queue crosses the network. Pure.
"""

from collections.abc import Mapping
from typing import Any, Final

from slamon.lag.observation import QueueSeen, Reason, Unknown
from slamon.orders.event import SECOND, Instant

COLUMNS: Final = (
    "name,type,node,leader,state,messages,messages_ready,messages_unacknowledged,consumers,head_message_timestamp,"
    "message_stats.publish,message_stats.ack,message_stats.deliver_no_ack,message_stats.get_no_ack"
)
_SETTLED = ("ack", "deliver_no_ack", "get_no_ack")
_OUT_OF_ORDER = frozenset({"crashed", "down", "minority", "nodedown", "noproc", "stopped", "terminated"})
"""States in which what is told of a queue is what was true before."""
_MOST = 2**53
"""Beyond, a number is none that was counted."""


def is_queue(item: Mapping[str, Any]) -> bool:
    """Whether its depth is what waits. A stream keeps what was read: its depth says nothing about what is unread."""
    return item.get("type") != "stream"


def queue_seen(
    item: Mapping[str, Any], now: Instant, *, counts: bool, nodes: Mapping[str, str] | None = None
) -> QueueSeen:
    """One queue of `GET /api/queues`.

    `counts`: the broker counts what comes and goes, so that a counter which is not there stands at 0. `nodes`: the
    state of the queue's virtual host on each node, where that is known.
    """
    state = _text(item.get("state"))
    fault = _out_of_order(item, state, nodes or {})
    if fault is not None:
        return QueueSeen(state=state, fault=fault)
    ready, unacknowledged = _depth(item)
    if ready is None or unacknowledged is None:
        return QueueSeen(state=state, fault=Unknown(Reason.UNSUPPORTED, "the management API tells no depth of it"))
    published, settled = _counters(item.get("message_stats"), counts=counts)
    return QueueSeen(
        ready=ready,
        unacknowledged=unacknowledged,
        consumers=_whole(item.get("consumers")),
        published=published,
        settled=settled,
        head_at=_head_at(item.get("head_message_timestamp"), now),
        state=state,
    )


def _out_of_order(item: Mapping[str, Any], state: str | None, nodes: Mapping[str, str]) -> Unknown | None:
    if state in _OUT_OF_ORDER:
        return Unknown(Reason.NO_LEADER, f"the queue is {state}")
    node = _text(item.get("leader")) or _text(item.get("node"))
    there = nodes.get(node) if node is not None else None
    if there is not None and there != "running":
        return Unknown(Reason.NO_LEADER, f"its virtual host is {there} on {node}")
    return None


def _depth(item: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Ready and unacknowledged; of two numbers the third follows."""
    total = _whole(item.get("messages"))
    ready, unacknowledged = _whole(item.get("messages_ready")), _whole(item.get("messages_unacknowledged"))
    if total is not None and ready is None and unacknowledged is not None:
        ready = max(0, total - unacknowledged)
    if total is not None and unacknowledged is None and ready is not None:
        unacknowledged = max(0, total - ready)
    return ready, unacknowledged


def _counters(stats: Any, *, counts: bool) -> tuple[int | None, int | None]:
    """What came in, and what left for good: acknowledged, or handed out without need of it."""
    if stats is None:
        stats = {}
    if not counts or not isinstance(stats, dict):
        return None, None
    left = [_whole(stats.get(name, 0)) for name in _SETTLED]
    known = [number for number in left if number is not None]
    return _whole(stats.get("publish", 0)), sum(known) if len(known) == len(left) else None


def _head_at(stamp: Any, now: Instant) -> Instant | None:
    """When the oldest message was published, in whole seconds. A stamp of the future, or of 1970, is no evidence."""
    seconds = _whole(stamp)
    if not seconds:
        return None
    head_at = seconds * SECOND
    return head_at if head_at <= now else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
