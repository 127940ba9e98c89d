"""One cycle over one RabbitMQ: its virtual hosts, the queues of each; what can't be read is unknown at its own place.

A virtual host is to its queues what a broker is to its groups: only one that has been listed says that a queue is gone.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from slamon.lag.observation import (
    BrokerKind,
    Observation,
    QueueSeen,
    Reason,
    ScanAnswers,
    ScanQuestions,
    TimeAnswers,
    TimeQuestions,
    Unknown,
)
from slamon.lag.queue_names import queue_name, vhost_label
from slamon.orders.event import Instant
from slamon.rabbitmq.api import ManagementApi, NotAnswered
from slamon.rabbitmq.listing import Api, Listing, list_queues
from slamon.rabbitmq.reading import is_queue, queue_seen
from slamon.rabbitmq.target import RabbitTarget

IN_FLIGHT: Final = 8
"""Virtual hosts that are listed at the same time."""
_NOT_A_LOG = Unknown(Reason.UNSUPPORTED, "a queue can't be asked for its past")
_NO_LIST = Unknown(Reason.ERROR, "the list of virtual hosts is of no form that is known")
_LATE = Unknown(Reason.DEADLINE, "the time of the cycle was over")

Vhosts = dict[str, dict[str, str]]
"""By name the state of a virtual host on each node; empty where that is not known."""


class RabbitLag:
    """Looks at one RabbitMQ again and again; one call at a time. It keeps the names of virtual hosts, no values."""

    def __init__(self, name: str, target: RabbitTarget, *, clock: Callable[[], Instant]) -> None:
        """`name` is the cluster's. Raises ConfigError for a file of certificates that can't be read."""
        self.name = name
        self._target = target
        self._api = ManagementApi(target)
        self._clock = clock
        self._known: set[str] = set()

    def __repr__(self) -> str:
        return f"RabbitLag({self.name!r})"

    async def close(self) -> None:
        """Nothing stays open between two cycles."""

    async def collect(self) -> Observation:
        """One cycle; ends within the deadline."""
        began_at = self._clock()
        loop = asyncio.get_running_loop()
        until = loop.time() + self._target.deadline
        try:
            async with self._api as api:
                async with asyncio.timeout_at(until):
                    counts, vhosts = await self._roll(api)
                listings = await _list(api, vhosts, until)
        except NotAnswered as error:
            return self._nothing(began_at, error.why)
        except TimeoutError:
            return self._nothing(began_at, _LATE)
        for vhost in [vhost for vhost in vhosts if _is_gone(listings[vhost].fault)]:
            self._known.discard(vhost)
            if vhost not in self._target.vhosts:
                del listings[vhost]  # nobody said that it has to be there
        self._known |= listings.keys()
        return Observation(
            self.name,
            began_at,
            began_at,
            began_at,
            BrokerKind.RABBITMQ,
            queues=dict(self._queues(listings, vhosts, counts=counts)),
            brokers={vhost_label(vhost): listing.fault for vhost, listing in listings.items()},
        )

    async def ask(self, questions: TimeQuestions) -> TimeAnswers:
        """Queues have no offsets to look up."""
        return dict.fromkeys(questions, _NOT_A_LOG)

    async def scan(self, questions: ScanQuestions) -> ScanAnswers:
        """Queues can't be read without taking from them."""
        return dict.fromkeys(questions, _NOT_A_LOG)

    def _nothing(self, began_at: Instant, why: Unknown) -> Observation:
        return Observation(self.name, began_at, began_at, began_at, BrokerKind.RABBITMQ, fault=why)

    async def _roll(self, api: Api) -> tuple[bool, Vhosts]:
        """Whether the broker counts, and the virtual hosts to list: configured, else visible or so far known.

        One that is no longer visible may be gone, or the user may have lost the right to it: its list tells.
        """
        overview, listed = await asyncio.gather(
            api.get("overview", {"columns": "rates_mode"}), api.get("vhosts", {"columns": "name,cluster_state"})
        )
        visible = _vhosts(listed)
        names = self._target.vhosts or sorted(visible.keys() | self._known)
        return _counts(overview), {name: visible.get(name, {}) for name in names}

    def _queues(self, listings: Mapping[str, Listing], vhosts: Vhosts, *, counts: bool) -> list[tuple[str, QueueSeen]]:
        now = self._clock()
        return [
            (queue_name(vhost, name), queue_seen(item, now, counts=counts, nodes=vhosts[vhost]))
            for vhost, listing in listings.items()
            for name, item in listing.items.items()
            if is_queue(item) and self._target.queues.take(name)
        ]


async def _list(api: Api, vhosts: Vhosts, until: float) -> dict[str, Listing]:
    """The queues of each, as far as they could be read by then."""
    listings = {vhost: Listing(fault=_LATE) for vhost in vhosts}
    places = asyncio.Semaphore(IN_FLIGHT)

    async def fill(vhost: str, listing: Listing) -> None:
        async with places:
            await list_queues(api, vhost, listing)

    tasks = [asyncio.ensure_future(fill(vhost, listing)) for vhost, listing in listings.items()]
    try:
        if tasks:
            loop = asyncio.get_running_loop()
            await asyncio.wait(tasks, timeout=max(0.0, until - loop.time()))
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error
    return listings


def _is_gone(fault: Unknown | None) -> bool:
    return fault is not None and fault.reason is Reason.NO_TOPIC


def _counts(overview: Any) -> bool:
    """Whether it counts what comes and goes (`rates_mode` none: it does not)."""
    return isinstance(overview, dict) and overview.get("rates_mode") in {"basic", "detailed"}


def _vhosts(listed: Any) -> Vhosts:
    if not isinstance(listed, list):
        raise NotAnswered(_NO_LIST)
    found: Vhosts = {}
    for item in listed:
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str):
            raise NotAnswered(_NO_LIST)
        states = item.get("cluster_state")
        found[name] = {
            str(node): state
            for node, state in (states.items() if isinstance(states, dict) else ())
            if isinstance(state, str)
        }
    return found
