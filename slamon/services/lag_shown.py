"""What the lag watch knows as the API gives it: whole pages made in turns, so that nobody waits for a great one."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from slamon.lag.report import clusters_json, group_json, page_head, topic_flow_json
from slamon.orders.event import Instant, rfc3339
from slamon.services.lag_ports import LagView
from slamon.services.lag_watch import LagWatch

Json = dict[str, Any]
_TURN = 0.01
"""Seconds after which others on the loop have their turn."""


@dataclass(slots=True)
class LagShown:
    """Lag for whoever asks; a page is made once a cycle."""

    watch: LagWatch
    clock: Callable[[], Instant]
    _made_of: LagView | None = None
    _page: bytes = b""
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_ours(self) -> bool:
        """Whether this worker watches."""
        return self.watch.rows.is_ours

    def as_of(self) -> Instant | None:
        """How fresh it is: the instant of the oldest snapshot; None before the first."""
        return min((snapshot.as_of for snapshot in self.watch.view.snapshots.values()), default=None)

    async def page(self) -> bytes:
        """Every group, topic and cluster (CONTRACT §5 `lag`)."""
        async with self._making:
            view = self.watch.view
            if view is not self._made_of:
                self._page = await _page(view)
                self._made_of = view
            return self._page

    def group(self, name: str) -> Json | None:
        """One group; of several clusters that have it the worst first, all of them in `groups`. None: nobody has it."""
        view = self.watch.view
        found = sorted(
            (group for snapshot in view.snapshots.values() for group in snapshot.groups if group.group == name),
            key=lambda group: (-group.verdict.level, group.cluster),
        )
        if not found:
            return None
        rows = [group_json(group, view.waiting.get((group.cluster, group.group)), view.rules.slack) for group in found]
        clusters = {group.cluster for group in found}
        head = page_head([snapshot for name, snapshot in view.snapshots.items() if name in clusters])
        return {**head, **rows[0], "groups": rows}

    def explanation(self, name: str) -> Json | None:
        """The evidence about a group; None when no cluster has it."""
        found = self.watch.explain(name)
        if not found:
            return None
        as_of = self.as_of()
        return {"as_of": None if as_of is None else rfc3339(as_of), "group": name, "clusters": found}

    def incidents(self) -> Json:
        """The open incidents, then those that are over, the latest first."""
        view, as_of = self.watch.view, self.as_of()
        head: Mapping[str, Any] = {"as_of": None if as_of is None else rfc3339(as_of), "complete": as_of is not None}
        return {**head, "incidents": view.incidents_json(self.clock())}


async def _page(view: LagView) -> bytes:
    encode = msgspec.json.encode
    loop = asyncio.get_running_loop()
    snapshots = [view.snapshots[name] for name in sorted(view.snapshots)]
    groups, began = [], loop.time()
    for snapshot in snapshots:
        for group in snapshot.groups:
            waiting = view.waiting.get((group.cluster, group.group))
            groups.append(msgspec.Raw(encode(group_json(group, waiting, view.rules.slack))))
            if loop.time() - began >= _TURN:
                await asyncio.sleep(0)
                began = loop.time()
    topics = [topic_flow_json(topic) for snapshot in snapshots for topic in snapshot.topics]
    return encode({**page_head(snapshots), "groups": groups, "topics": topics, "clusters": clusters_json(snapshots)})
