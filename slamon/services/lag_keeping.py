"""What the lag watch keeps over restarts and takeovers: open incidents at once, what it has learnt once a minute."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from slamon.lag.cluster import ClusterTrack, Memory, decode_memory, encode_memory
from slamon.lag.incidents import Incident, Incidents, decode_incidents, encode_incidents, essence
from slamon.orders.event import SECOND, Instant, Span

_MEMORY = "lag/memory/"
_INCIDENTS = "lag/incidents"
_ENDED = "lag/ended"
MOST_ENDED = 200
"""So many incidents that are over are still shown."""
_EVERY: Span = 60 * SECOND
"""So long what was learnt meanwhile may be lost with a worker; an incident is kept at once."""


class Rows(Protocol):
    """Where what has to survive a restart is kept."""

    @property
    def is_ours(self) -> bool:
        """Whether this worker is the one that watches."""

    def get(self, name: str) -> bytes | None:
        """What was kept; None when there is nothing."""

    async def put(self, changed: Mapping[str, bytes | None]) -> bool:
        """Keep it; False when it is no longer ours to keep."""


@dataclass(slots=True)
class LagKeeping:
    """Writes what differs from what it wrote last."""

    rows: Rows
    _kept: dict[str, bytes] = field(default_factory=dict)
    _essence: Incidents | None = None
    _kept_at: Instant = 0
    _ended: tuple[Incident, ...] = ()

    def incidents(self) -> Incidents:
        """The open ones of before."""
        kept = self.rows.get(_INCIDENTS)
        return Incidents() if kept is None else decode_incidents(kept)

    def ended(self) -> tuple[Incident, ...]:
        """Those that are over, the last to end first."""
        kept = self.rows.get(_ENDED)
        return () if kept is None else decode_incidents(kept).open

    def memory(self, cluster: str) -> Memory:
        """What was known of a cluster."""
        kept = self.rows.get(_MEMORY + cluster)
        return Memory() if kept is None else decode_memory(kept)

    def forget(self) -> None:
        """Another worker writes now."""
        self._kept.clear()
        self._essence, self._kept_at, self._ended = None, 0, ()

    async def keep(
        self, incidents: Incidents, tracks: Mapping[str, ClusterTrack], now: Instant, ended: tuple[Incident, ...] = ()
    ) -> None:
        """Keep what is new; what could not be written is written with the next change."""
        what = essence(incidents)
        if what == self._essence and ended is self._ended and now - self._kept_at < _EVERY:
            return
        rows = {_INCIDENTS: encode_incidents(incidents)}
        if ended:
            rows[_ENDED] = encode_incidents(Incidents(ended))
        rows |= {_MEMORY + name: encode_memory(track.keep()) for name, track in tracks.items()}
        changed: dict[str, bytes | None] = {name: row for name, row in rows.items() if self._kept.get(name) != row}
        if not changed or await self.rows.put(changed):
            self._kept, self._essence, self._kept_at, self._ended = rows, what, now, ended
