"""One order's story while it is being written: what the systems say and when, and the notices that it owes.

Every instant here counts from the story's own beginning; `told` puts it into real time.
"""

import json
import random
from dataclasses import dataclass
from enum import StrEnum

from slamon.demo.people import Client, operator, partner, private_client
from slamon.demo.systems import CRM, MES, SHOP, System, owner_of
from slamon.demo.tempo import SECOND, TRAVEL, Micros, Tempo

_REPEATED = 0.12
"""The share of messages that is sent twice: the queues between the systems deliver at least once."""
_STRANGE = 0.1
"""The share of steps beside which a system reports a status of its own."""


class Kind(StrEnum):
    """The kinds of notices that a story may owe (CONTRACT §4)."""

    AT_RISK = "at_risk"
    BREACHED = "breached"
    STAGE_OVERDUE = "stage_overdue"
    FINISHED_LATE = "finished_late"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that has to come out. `at`: from when on; `false`: a late message takes it back afterwards."""

    order_id: str
    kind: Kind
    at: Micros
    due_at: Micros
    stage: str | None = None
    false: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One record for Kafka. `timely`: what the script says is void when this does not arrive on time."""

    at: Micros
    system: System
    key: bytes | None
    value: bytes | None
    order_id: str | None = None
    timely: bool = True


@dataclass(frozen=True, slots=True)
class _Saying:
    occurred_at: Micros
    sent_at: Micros
    system: System
    fields: dict[str, str]
    promised_at: Micros | None
    timely: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A finished story in real time."""

    records: tuple[Record, ...]
    dues: tuple[Due, ...]


class Story:
    """Collects what happens to one order."""

    def __init__(
        self, order_id: str, tempo: Tempo, rng: random.Random, *, b2b: bool = False, client: Client | None = None
    ) -> None:
        self.order_id, self.tempo, self.rng = order_id, tempo, rng
        self.client: Client = client or (partner(rng) if b2b else private_client(rng))
        self.unknown_statuses = 0
        self._sayings: list[_Saying] = []
        self._dues: list[Due] = []

    @property
    def length(self) -> Micros:
        """From the beginning to the last message or notice."""
        return max([*(s.sent_at for s in self._sayings), *(due.at for due in self._dues)])

    def status(
        self, at: Micros, status: str, *, promised_at: Micros | None = None, sent_at: Micros | None = None
    ) -> None:
        """The owner of a step reports it. `sent_at`: the message was stuck on its way until then."""
        system = owner_of(status)
        fields = {"status": system.words[status]}
        if system is MES:
            fields |= {"actor": operator(self.rng)}
        if not self.client.shops or system is SHOP:
            client = self.client
            fields |= {"channel": client.channel, "client_id": client.client_id, "client_name": client.name}
        self._say(at, system, fields, promised_at, sent_at)
        if self.rng.random() < _STRANGE:
            self.strange(at + self.rng.randrange(SECOND // 5), system)

    def strange(self, at: Micros, system: System) -> None:
        """A system reports a status that no lifecycle knows: it has to be kept, counted, and move nothing."""
        self.unknown_statuses += 1
        self._say(at, system, {"status": self.rng.choice(system.strange_words)}, timely=False)

    def noted(self, at: Micros) -> None:
        """The CRM notes who looks after the order."""
        self._say(at, CRM, {"type": "note", "manager_id": self.client.manager}, timely=False)

    def promised(self, at: Micros, date: Micros, reason: str) -> None:
        """A manager agrees on a new date with the client."""
        fields = {"type": "promise", "actor": self.client.manager, "reason": reason}
        self._say(at, CRM, fields, date)

    def cancelled(self, at: Micros, reason: str) -> None:
        """The client calls the order off."""
        if self.rng.random() < 0.5:  # noqa: PLR2004 - both ways of saying so, half and half
            self._say(at, CRM, {"type": "cancel", "reason": reason})
        else:
            self._say(at, CRM, {"status": CRM.words["CANCELLED"], "reason": reason})

    def owes(self, kind: Kind, at: Micros, due_at: Micros, stage: str | None = None, *, false: bool = False) -> None:
        """A notice has to come out."""
        self._dues.append(Due(self.order_id, kind, at, due_at, stage, false))

    def told(self, starts_at: Micros) -> Told:
        """The story from this instant on."""
        records = [self._record(saying, starts_at, at) for saying in self._sayings for at in self._sendings(saying)]
        dues = (
            Due(due.order_id, due.kind, starts_at + due.at, starts_at + due.due_at, due.stage, due.false)
            for due in self._dues
        )
        return Told(tuple(sorted(records, key=lambda record: record.at)), tuple(dues))

    def _say(
        self,
        at: Micros,
        system: System,
        fields: dict[str, str],
        promised_at: Micros | None = None,
        sent_at: Micros | None = None,
        *,
        timely: bool = True,
    ) -> None:
        timely = timely and sent_at is None
        sent_at = at + self.rng.randrange(SECOND // 50, TRAVEL) if sent_at is None else sent_at
        self._sayings.append(_Saying(at, sent_at, system, fields, promised_at, timely))

    def _sendings(self, saying: _Saying) -> list[Micros]:
        """When it is sent; now and then a second time, up to a second later."""
        again = [saying.sent_at + self.rng.randrange(SECOND)] if self.rng.random() < _REPEATED else []
        return [saying.sent_at, *again]

    def _record(self, saying: _Saying, starts_at: Micros, at: Micros) -> Record:
        event = {"order_id": self.order_id, **saying.fields}
        event["occurred_at"] = saying.system.time(starts_at + saying.occurred_at)
        if saying.promised_at is not None:
            event["promised_at"] = saying.system.time(starts_at + saying.promised_at)
        value = json.dumps(event, ensure_ascii=False).encode()
        key = self.order_id.encode() if saying.system.keyed else None
        timely = saying.timely and at == saying.sent_at
        return Record(starts_at + at, saying.system, key, value, self.order_id, timely)
