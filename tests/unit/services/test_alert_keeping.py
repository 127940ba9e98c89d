"""Alerts are sent again while notices stand, and for a while after they have ended; from the rows alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from slamon.errors import SinkError
from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState
from slamon.notices.routing import Route
from slamon.notices.rules import NoticeRules
from slamon.notices.system import SystemNotice, of_silence
from slamon.orders.event import SECOND, Instant
from slamon.services import alert_keeping
from slamon.services.alert_keeping import ENDED_FOR, REFUSED_REST, AlertKeeping
from slamon.services.offers import Address
from slamon.services.partition import PartitionRules
from slamon.services.system_notices import SystemNotices
from slamon.services.system_rows import SHARED
from slamon.sinks.alertmanager import Alert
from slamon.sla.silence import Silent
from slamon.stream import Effects
from tests.builders import HOUR, T0, order_rules
from tests.fakes.stream import FakeEngine, FakeRows, FakeTally, until

NAME = "alertmanager"
MINUTE = 60 * SECOND
RULES = PartitionRules(
    order_rules(notices=NoticeRules((NAME, "crm"))), {NAME: Address(NAME, b"alertmanager|api", SHARED)}, "outbox"
)


@dataclass
class Poster:
    name: str = NAME
    posted: list[tuple[Instant, list[tuple[str, Instant | None]]]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def post(self, alerts: Sequence[Alert], *, now: Instant) -> None:
        self.posted.append((now, [(alert.subject, alert.ended_at) for alert in alerts]))
        if self.faults:
            raise self.faults.pop(0)

    def take(self) -> list[tuple[Instant, list[tuple[str, Instant | None]]]]:
        """What was posted since the last time."""
        found, self.posted = self.posted, []
        return found


class Shared:
    """The shared partition, and one worker after another that owns it."""

    def __init__(self) -> None:
        self.rows, self.now, self.poster, self.tally = FakeRows(), T0, Poster(), FakeTally()
        self.restart()

    def restart(self) -> None:
        """Another worker takes the rows up; it knows nothing else."""
        self.engine = FakeEngine({SHARED: self.rows})
        self.notices = SystemNotices(lambda: RULES)
        self.notices.open(self.rows)
        self.keeping = AlertKeeping(self.engine, self.notices, self.poster, MINUTE, self.tally, lambda: self.now)

    def tell(self, subject: str, *, attempts: int = 1, state: str = DeliveryState.SENT) -> SystemNotice:
        """Decide a notice, and mark what the dispatcher did about it."""
        notice = of_silence(Silent(subject, T0 - HOUR, T0, subject), 1, (Route(NAME),), T0)
        self.notices.declare(notice, self.rows, Effects())
        if attempts:
            mark = Mark(notice_id=notice.notice_id, receiver=NAME, state=state, attempts=attempts, at=T0)
            self.notices.mark(mark, self.rows, Effects())
        return notice

    def ends(self, notice: SystemNotice) -> None:
        kept = next(kept for kept in self.notices.all(self.rows) if kept.notice_id == notice.notice_id)
        self.notices.end(kept, self.rows, Effects(), self.now)

    async def passes(self, span: int) -> list[tuple[Instant, list[tuple[str, Instant | None]]]]:
        """Let time pass; returns what was posted at its end."""
        self.now += span
        await self.keeping.step()
        return self.poster.take()


async def test_what_stands_is_sent_again_at_once_and_then_every_resend() -> None:
    shared = Shared()
    shared.tell("mes")
    assert await shared.passes(0) == [(T0, [("mes", None)])]
    assert await shared.passes(MINUTE - 1) == []
    assert await shared.passes(1) == [(T0 + MINUTE, [("mes", None)])]
    shared.restart()
    assert await shared.passes(1) == [(shared.now, [("mes", None)])], "a restart is no reason to let alerts end"


@pytest.mark.parametrize("state", [DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.FAILED])
async def test_whatever_may_have_reached_it_is_kept(state: DeliveryState) -> None:
    shared = Shared()
    shared.tell("mes", state=state)
    shared.tell("crm", attempts=0)
    assert await shared.passes(0) == [(T0, [("mes", None)])], "the first sending is the dispatcher's"


async def test_an_end_is_sent_at_once_and_for_a_quarter_of_an_hour_after_its_acceptance() -> None:
    shared = Shared()
    notice = shared.tell("mes")
    await shared.passes(0)
    shared.now += SECOND
    shared.ends(notice)
    ended_at = shared.now
    assert await shared.passes(0) == [(ended_at, [("mes", ended_at)])], "not only at the next resend"
    assert await shared.passes(1) == []
    posts = [await shared.passes(MINUTE) for _ in range(20)]
    assert [len(post) for post in posts] == [1] * 14 + [0] * 6


async def test_an_end_that_was_not_accepted_is_sent_until_it_is() -> None:
    shared = Shared()
    notice = shared.tell("mes")
    await shared.passes(0)
    shared.ends(notice)
    shared.poster.faults = [SinkError("timeout", "", permanent=False) for _ in range(5)]
    tried, now = [], shared.now
    while shared.now < now + 2 * ENDED_FOR and shared.poster.faults:
        tried += await shared.passes(SECOND)
    assert len(tried) == 5
    assert shared.tally.of("attempt_failed") == [(NAME, "timeout")] * 5
    assert await shared.passes(30 * SECOND) == [(shared.now, [("mes", now)])]
    accepted_at = shared.now
    while shared.now < accepted_at + ENDED_FOR - MINUTE:
        assert len(await shared.passes(MINUTE)) == 1
    assert await shared.passes(2 * MINUTE) == []


async def test_when_an_end_was_accepted_survives_a_restart() -> None:
    shared = Shared()
    notice = shared.tell("mes")
    shared.ends(notice)
    assert len(await shared.passes(0)) == 1
    shared.restart()
    assert len(await shared.passes(ENDED_FOR - 1)) == 1
    shared.restart()
    assert await shared.passes(1) == []


async def test_what_ended_before_anything_was_sent_is_not_told() -> None:
    shared = Shared()
    shared.ends(shared.tell("mes", attempts=0))
    assert await shared.passes(MINUTE) == []


async def test_an_attempt_that_crossed_the_end_is_undone() -> None:
    """The dispatcher's report comes after the end."""
    shared = Shared()
    notice = shared.tell("mes", attempts=0)
    shared.ends(notice)
    late = Mark(notice_id=notice.notice_id, receiver=NAME, state=DeliveryState.SENT, attempts=1, at=T0)
    shared.notices.mark(late, shared.rows, Effects())
    assert await shared.passes(1) == [(shared.now, [("mes", T0)])]


async def test_a_refusal_for_good_is_not_asked_about_all_the_time() -> None:
    shared = Shared()
    shared.tell("mes")
    shared.poster.faults = [SinkError("auth", "", permanent=True)]
    assert len(await shared.passes(0)) == 1
    assert await shared.passes(REFUSED_REST - 1) == []
    assert len(await shared.passes(1)) == 1


async def test_only_the_owner_of_the_shared_partition_sends() -> None:
    shared = Shared()
    shared.tell("mes")
    del shared.engine.tables[SHARED]
    assert await shared.passes(MINUTE) == []
    shared.engine.tables[SHARED] = shared.rows
    assert len(await shared.passes(1)) == 1


async def test_a_fault_does_not_end_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_keeping, "_EVERY", 0)
    shared = Shared()
    shared.tell("mes")
    shared.poster.faults = [RuntimeError("unforeseen")]
    shared.rows.rows = {**shared.rows.rows, b"\xffalerts-ended": b"\xc1"}
    task = asyncio.create_task(shared.keeping.run())
    await until(lambda: len(shared.poster.posted) == 1)
    shared.now += HOUR
    await until(lambda: len(shared.poster.posted) == 2)
    task.cancel()
