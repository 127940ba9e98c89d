"""Incidents are told once, said anew when they change, again when they turn critical, and their end is told."""

from dataclasses import replace

import msgspec

from slamon.lag.incidents import Incident
from slamon.lag.observation import Reason, Unknown
from slamon.lag.troubles import Backlog, Spot, TroubleKind
from slamon.lag.verdict import LagStatus, Level
from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState, Severity
from slamon.notices.routing import Routing, Rule
from slamon.notices.rules import NoticeRules
from slamon.notices.story import Told
from slamon.notices.system import SystemNotice
from slamon.services.lag_ports import LagView
from slamon.services.lag_telling import LagTelling
from slamon.services.offers import Address, OutboxRecord, decode_outbox
from slamon.services.partition import PartitionRules
from slamon.services.system_notices import SystemNotices
from tests.builders import HOUR, MINUTE, T0, order_rules
from tests.fakes.lag import Watched
from tests.fakes.stream import FakeEngine, FakeRows

ADDRESSES = {"slack": Address("slack", b"slack|#late", 5), "pager": Address("pager", b"webhook|pager", 2)}
RULES = PartitionRules(order_rules(notices=NoticeRules(("slack", "pager"))), ADDRESSES, "outbox")
STUCK = Incident(
    "i-1", "shop", "mes", TroubleKind.LAG, T0, T0, LagStatus.STUCK, Level.WARN, Level.WARN, MINUTE,
    Spot("orders", 3, 42, "o-1"), 4, Backlog(soonest="o-2"),
)  # fmt: skip


class Bench:
    """The shared partition of a worker, told view by view."""

    def __init__(self, rows: FakeRows | None = None, rules: PartitionRules = RULES) -> None:
        self.rows = rows or FakeRows()
        self.engine = FakeEngine({0: self.rows})
        self.notices = SystemNotices(lambda: rules)
        self.notices.open(self.rows)
        self.now = T0 + HOUR
        self.telling = LagTelling(self.engine, self.notices, "shop", lambda: self.now)

    async def hears(self, *incidents: Incident, ended: tuple[Incident, ...] = ()) -> list[OutboxRecord]:
        self.engine.effects.after.clear()
        await self.telling(LagView(incidents=incidents, ended=ended))
        return [decode_outbox(out.value or b"") for out in self.engine.effects.after]

    def kept(self) -> list[SystemNotice]:
        return list(self.notices.all(self.rows))

    def sent(self, notice: SystemNotice) -> list[OutboxRecord]:
        state, own_id = DeliveryState.SENT, notice.notice_id
        report = Mark(notice_id=own_id, receiver="slack", state=state, attempts=1, at=self.now, remote="C|1")
        self.engine.effects.after.clear()
        self.notices.mark(report, self.rows, self.engine.effects)
        return [decode_outbox(out.value or b"") for out in self.engine.effects.after]


async def test_an_incident_is_told_once() -> None:
    """Also by whoever takes over: what is told is in the rows."""
    bench = Bench()
    offers = [record.offer for record in await bench.hears(STUCK)]
    assert [offer.receiver for offer in offers if offer is not None] == ["slack", "pager"]
    assert {(offer.kind, offer.subject, offer.severity) for offer in offers if offer} == {("lag", "mes", "warning")}
    assert await bench.hears(STUCK) == []
    assert await Bench(bench.rows).hears(STUCK) == []
    assert len(bench.kept()) == 1


async def test_its_end_is_said_in_the_message() -> None:
    bench = Bench()
    await bench.hears(STUCK)
    assert bench.sent(bench.kept()[0]) == []
    over = msgspec.structs.replace(STUCK, ended_at=T0 + MINUTE)
    told = await bench.hears(ended=(over,))
    [update] = [record.update for record in told if record.update is not None]
    assert (update.lead.thread, update.turn) == ("C|1", 1)
    assert update.lead.text is not None
    assert update.lead.text.endswith("Over since 2 Mar 2026, 09:01 UTC.")
    assert [line.text for line in update.lines] == ["Over since 2 Mar 2026, 09:01 UTC."]
    assert [record.drop.receiver for record in told if record.drop is not None] == ["pager"]
    [notice] = bench.kept()
    assert notice.ended_at == T0 + MINUTE
    bench.notices.take_told(notice.notice_id, Told(receiver="slack", turn=1), bench.rows)
    bench.engine.effects.after.clear()
    bench.notices.reoffer(None, bench.rows, bench.engine.effects)
    assert bench.engine.effects.after == []


async def test_an_end_before_the_message_was_known_to_be_sent_is_said_all_the_same() -> None:
    bench = Bench()
    await bench.hears(STUCK)
    await bench.hears()
    [update] = [record.update for record in bench.sent(bench.kept()[0])]
    assert update is not None
    assert "Over since" in (update.lead.text or "")


async def test_what_changes_is_said_in_the_message() -> None:
    bench = Bench()
    await bench.hears(STUCK)
    bench.sent(bench.kept()[0])
    moved = msgspec.structs.replace(STUCK, spot=Spot("orders", 3, 43, "o-3"))
    [record] = await bench.hears(moved)
    assert record.update is not None
    assert "offset 43, order o-3" in (record.update.lead.text or "")
    assert record.update.lines == ()
    eased = msgspec.structs.replace(moved, status=LagStatus.CATCHING_UP)
    [record] = await bench.hears(eased)
    assert record.update is not None
    assert [line.text for line in record.update.lines] == ["The queue is late, but catches up now."]
    assert await bench.hears(eased) == []


async def test_what_turns_critical_is_another_notice() -> None:
    """For those whom only that concerns; the first is over, and the second stays when it eases."""
    rules = (Rule(("pager",), severities=frozenset({Severity.CRITICAL})), Rule(("slack",)))
    notices = NoticeRules(Routing(("slack", "pager"), rules))
    bench = Bench(rules=PartitionRules(order_rules(notices=notices), ADDRESSES, "outbox"))
    assert [r.offer.receiver for r in await bench.hears(STUCK) if r.offer] == ["slack"]
    worse = msgspec.structs.replace(STUCK, level=Level.CRITICAL, worst=Level.CRITICAL)
    assert [r.offer.receiver for r in await bench.hears(worse) if r.offer] == ["pager"]
    assert {(notice.grade, notice.ended_at is None) for notice in bench.kept()} == {
        ("warning", False), ("critical", True),
    }  # fmt: skip
    assert await bench.hears(msgspec.structs.replace(worse, level=Level.WARN)) == []
    assert "critical" in next(n.over or "" for n in bench.kept() if n.grade == "warning")


async def test_only_the_owner_of_the_shared_partition_tells() -> None:
    bench = Bench()
    bench.engine.tables.clear()
    assert await bench.hears(STUCK) == []
    assert replace(bench.telling, cluster="x").cluster == "x"


async def test_a_broker_that_is_away_is_one_notice() -> None:
    """The groups under it have no incidents of their own, so nothing is told of them."""
    watched = Watched()
    bench = Bench()
    watched.broker.away = Unknown(Reason.BROKER_AWAY, "no answer")
    for _ in range(30):
        view = await watched.cycle()
        await bench.telling(view)
    [notice] = bench.kept()
    assert (notice.subject, notice.grade, notice.stage) == ("shop", "critical", "broker_away/critical")
    assert notice.said is not None
    assert "Broker shop does not answer (no answer)" in notice.said
