"""Which policies have held since when: learnt from their log at the start, and added to when they have changed.

A record that can't be read ends the start: without it orders would silently come under other terms (ADR 0011).
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from slamon.errors import ConfigError, SourceError
from slamon.orders.event import Instant, rfc3339
from slamon.sla.book import Era, RuleBook
from slamon.sla.eras import begins_at, book_for, eras_of, is_change
from slamon.sla.policy import SlaTerms

_log = structlog.get_logger("slamon.policies")
_PAUSE = 1.0


class Recorded(Protocol):
    """A record of the log; without a value it takes back the others of its key."""

    @property
    def offset(self) -> int:
        """Where it stands."""

    @property
    def key(self) -> bytes:
        """What names it."""

    @property
    def value(self) -> bytes | None:
        """What it says."""


class Log(Protocol):
    """The topic `<app_id>.policies`; both calls raise SourceError."""

    topic: str

    async def read(self) -> Sequence[Recorded]:
        """Every record, oldest first."""

    async def append(self, key: bytes, value: bytes) -> None:
        """Write a record and wait until it is safe."""


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """The terms that this worker is configured with, and how records say that some hold from an instant on."""

    terms: SlaTerms
    encode: Callable[[Instant], tuple[bytes, bytes]]
    """Key and value of the record that says it of the own ones."""
    decode: Callable[[bytes], Era]
    """Raises ValueError with what is wrong."""


@dataclass(slots=True)
class Policies:
    """The log of policies and what was learnt from it; `waiting_for` is what /-/ready says meanwhile."""

    log: Log
    own: OwnTerms
    clock: Callable[[], Instant]
    waiting_for: str = "the policies are not read yet"
    _book: RuleBook | None = field(default=None)

    @property
    def book(self) -> RuleBook:
        """What orders are under. Raises RuntimeError before `learn` has returned."""
        if self._book is None:
            raise RuntimeError("the policies are asked for before they are learnt")
        return self._book

    async def learn(self) -> None:
        """Read the log, and add this worker's terms where they are new, however long the broker is away.

        Raises ConfigError for records that can't be read.
        """
        while self._book is None:
            try:
                self._book = await self._learn()
            except SourceError as fault:
                if self.waiting_for != str(fault):
                    _log.warning("policies.unknown", error=str(fault))
                self.waiting_for = str(fault)
                await asyncio.sleep(_PAUSE)
        self.waiting_for = ""
        now = self._book.eras[-1]
        _log.info("policies.read", revision=now.revision, since=_since(now), eras=len(self._book.eras))

    async def _learn(self) -> RuleBook:
        eras = await self.eras()
        if is_change(eras, self.own.terms):
            since = begins_at(eras, self.clock())
            await self.log.append(*self.own.encode(since))
            before = eras[-1].revision if eras else None
            _log.info("policies.changed", revision=self.own.terms.revision, since=rfc3339(since), before=before)
            eras = await self.eras()  # what another worker wrote at the same time counts for both
        book = book_for(eras, self.own.terms)
        if book is None:
            raise ConfigError([f"{self.log.topic}: the policies of this configuration do not read back as written"])
        return book

    async def eras(self) -> tuple[Era, ...]:
        """What the log says now. Raises SourceError, and ConfigError for records that can't be read."""
        found, problems = list[Era](), list[str]()
        for record in standing(await self.log.read()):
            try:
                found.append(self.own.decode(record.value or b""))
            except ValueError as fault:
                problems.append(self._problem(record, fault))
        if problems:
            raise ConfigError(problems)
        return eras_of(found)

    def _problem(self, record: Recorded, fault: ValueError) -> str:
        key = record.key.decode(errors="replace")
        return (
            f"{self.log.topic}, offset {record.offset}: can't be read ({fault}), so it is unknown which policies hold; "
            f"run the version of slamon that wrote it, or write a record without a value under its key {key!r}: "
            "its orders then count under the policies before it"
        )


def standing(records: Iterable[Recorded]) -> list[Recorded]:
    """The records that compaction leaves in the end: of each key the last, if it has a value."""
    last: dict[bytes, Recorded] = {}
    for record in records:
        last.pop(record.key, None)
        last[record.key] = record
    return [record for record in last.values() if record.value is not None]


def _since(era: Era) -> str | None:
    """From when on an era is known to hold; None for the first one."""
    return rfc3339(era.since) if era.since > 0 else None
