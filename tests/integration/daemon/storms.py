"""Many orders breach within a minute; what must be true of Slack's calls and digests then, however it went."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slamon.orders.event import instant
from tests.integration.daemon.waiting import until
from tests.integration.daemon.world import SECOND, event, now

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.integration.daemon.daemon import Daemon
    from tests.integration.daemon.standin import StandIn
    from tests.integration.daemon.world import World

Json = dict[str, Any]
MINUTE = 60 * SECOND
CALLS_A_MINUTE = 60
_TOLD = frozenset({"sent", "digested"})
_OVER = _TOLD | {"superseded"}
_PROMISE = 3600 * SECOND
PROMISED = "PT1H"
"""The promise of every order of a storm."""


@dataclass(frozen=True)
class Storm:
    """So many orders breach between two instants."""

    orders: tuple[str, ...]
    begins: int
    ends: int


async def storm(world: World, count: int, *, lead: float = 6.0, span: float | None = None) -> Storm:
    """Tell of orders that breach in `lead` seconds and for `span` seconds; by default 5,000 would in a minute."""
    begins = now() + round(lead * SECOND)
    length = round((60 * count / 5000 if span is None else span) * SECOND)
    orders = tuple(f"o-{number}" for number in range(count))
    await world.tell(
        event(order_id, "SUBMITTED", begins - _PROMISE + length * number // count, system="shop", client_id="c-1")
        for number, order_id in enumerate(orders)
    )
    return Storm(orders, begins, begins + length)


async def settled(world: World, count: int, *, within: float) -> dict[str, Json]:
    """Slack's deliveries by notice id, once nothing waits and the breaches of `count` orders are with Slack."""

    async def asked() -> list[tuple[Json, Json]]:
        return await _deliveries(world.running)

    def are_told(found: list[tuple[Json, Json]]) -> bool:
        breaches = sum(notice["kind"] == "breached" for notice, delivery in found if delivery["state"] in _TOLD)
        return breaches == count and all(delivery["state"] in _OVER for _, delivery in found)

    found = await until(asked, are_told, within=within, pause=1.0, what=f"all {count} are with Slack")
    return {notice["notice_id"]: delivery for notice, delivery in found if delivery["state"] in _TOLD}


async def _deliveries(daemon: Daemon) -> list[tuple[Json, Json]]:
    """Every notice with its delivery to Slack."""
    try:
        notices = await daemon.notices()
    except AssertionError:  # a worker that does not answer for all partitions yet
        return []
    return [(notice, one) for notice in notices for one in notice["deliveries"] if one["receiver"] == "slack"]


def digests_of(slack: StandIn) -> dict[str, int]:
    """The count that each digest says at last; each has one message."""
    found: dict[str, int] = {}
    for channel in slack.workspace().channels:
        for message in channel.messages:
            said = message.get("metadata", {}).get("event_payload", {})
            if "digest_id" in said:
                assert said["digest_id"] not in found, "a digest with two messages"
                assert f":{said['count']}" in message["blocks"][0]["block_id"]
                found[said["digest_id"]] = said["count"]
    return found


def assert_the_counts_add_up(slack: StandIn, deliveries: dict[str, Json]) -> None:
    """Each delivery names a digest that is there, or has a message; a digest counts those that name it, no more."""
    named = Counter(d["digest_id"] for d in deliveries.values() if d["digest_id"] is not None)
    assert dict(named) == digests_of(slack)
    alone = Counter(slack.accepted())
    of_a_digest = {notice_id for notice_id, delivery in deliveries.items() if delivery["digest_id"] is not None}
    assert not of_a_digest & set(alone), "what a digest tells has no message of its own"
    assert set(alone) == set(deliveries) - of_a_digest
    assert set(alone.values()) <= {1}, "each message once"


def writes(slack: StandIn) -> list[Json]:
    """The chat.* calls."""
    return [row for row in slack.rows() if row["method"].startswith("chat.")]


def assert_the_pace_was_kept(slack: StandIn) -> None:
    """At most 60 calls in any minute to a channel, whoever made them and whatever became of them."""
    times: dict[str, list[int]] = {}
    ids = {name: channel.channel_id for channel in slack.workspace().channels for name in channel.names}
    for row in writes(slack):
        place = row["request"]["channel"]
        times.setdefault(ids.get(place, place), []).append(at(row))
    for channel, called in times.items():
        spans = [later - earlier for earlier, later in zip(called, called[CALLS_A_MINUTE:], strict=False)]
        assert min(spans, default=MINUTE) >= MINUTE, f"more than {CALLS_A_MINUTE} calls a minute to {channel}"


def first_digest(rows: Iterable[Json]) -> tuple[int, int]:
    """How many calls came before the first digest that was accepted, and when that was."""
    return next(
        (before, at(row)) for before, row in enumerate(rows) if row["accepted"] and "digest_id" in _payload(row)
    )


def _payload(row: Json) -> Json:
    found: Json = row["request"].get("metadata", {}).get("event_payload", {})
    return found


def at(row: Json) -> int:
    """When a row of a ledger was written."""
    return instant(dt.datetime.fromisoformat(row["at"]))
