"""Forecasts in the rows: noted at each step, one notice of being at risk, scored at the end."""

from dataclasses import dataclass, field, replace

import pytest

from slamon.notices.foreseen import Foreseen
from slamon.notices.notice import DeliveryState, NoticeKind, notice_id
from slamon.notices.row import OrderRules, Row, read_row
from slamon.orders.event import Instant, OrderEvent
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.services.forecasts import Forecasts
from slamon.services.foresight import SETTLING, Outlooks
from slamon.services.offers import Address, Offer, decode_outbox
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.services.showing import Showing
from slamon.sla.clock import Clock
from slamon.sla.forecast.outlook import Outlook, next_crossing
from slamon.sla.forecast.risk import RiskTerms
from slamon.sla.forecast.spells import Move
from slamon.sla.rules import ClockRules
from slamon.sla.verdict import Verdict
from slamon.stream import Effects
from tests.builders import HOUR, ORDER, T0, day, mark_of, order_event, promised, row_of
from tests.fakes.stream import FakeRows, FakeTally
from tests.foreseeing import LEARNING, NOTIFYING, SKEW, knowing

KEY = ORDER.encode()
ADDRESSES = {"slack": Address("slack", b"slack|#late", 5)}
KNOWN = knowing()
STARTED = DEFAULT_LIFECYCLE.index["MANUFACTURING_STARTED"]
WORK = (order_event(), order_event("MANUFACTURING_STARTED", day(2), system="mes"))


@dataclass
class Shard:
    """A partition that knows of the past; `now` is the lag gate's."""

    rules: OrderRules = NOTIFYING
    outlooks: Outlooks = field(default_factory=lambda: KNOWN)
    rows: FakeRows = field(default_factory=FakeRows)
    effects: Effects = field(default_factory=Effects)
    tally: FakeTally = field(default_factory=FakeTally)

    def __post_init__(self) -> None:
        rules = PartitionRules(self.rules, ADDRESSES, "outbox", self.outlooks)
        self.orders = OrderPartition(3, rules, self.tally)
        self.orders.open(self.rows)

    def hears(self, *events: OrderEvent, now: Instant | None = None) -> None:
        for event in events:
            at = event.occurred_at if now is None else now
            self.orders.apply(event.order_id.encode(), event, self.rows, self.effects, at)

    def lives(self, until: Instant) -> None:
        """Everything that comes due, at its time."""
        while (at := self.orders.due.next_at()) is not None and at <= until:
            now = max(at, T0)
            for at in (now, now + 60_000_000):  # the index is coarse by a minute
                keys = self.orders.due.pop(min(at, until), self.orders.due_of(self.rows), 10)
                self.orders.tick(keys, self.rows, self.effects, min(at, until))

    def row(self) -> Row:
        found = read_row(self.rows.rows[KEY], self.rules)
        assert found is not None
        return found

    def seen(self) -> Foreseen:
        return self.row().foreseen or Foreseen()

    def verdict(self, now: Instant) -> Verdict:
        return Showing(self.rules, self.outlooks).report(ORDER, self.row(), now).verdict

    def offers(self) -> list[Offer]:
        found = [decode_outbox(out.value or b"").offer for out in self.effects.after]
        self.effects.after.clear()
        return [offer for offer in found if offer is not None]


def crossing() -> Instant:
    """When it becomes as likely as not that the order of `WORK` is late."""
    clock = row_of(*WORK, rules=NOTIFYING).clock
    outlook = KNOWN.of(clock, NOTIFYING.book.rules_of(clock), (day(2), "MANUFACTURING_STARTED"))
    assert outlook is not None
    found = next_crossing(outlook, day(21), RiskTerms().enter, day(2))
    assert found is not None
    return found


def test_a_forecast_is_noted_at_each_step_and_scored_at_the_end() -> None:
    shard = Shard(LEARNING)
    shard.hears(*WORK)
    noted = shard.seen().notes
    assert [note.step for note in noted] == [DEFAULT_LIFECYCLE.index["SUBMITTED"], STARTED]
    assert {note.due_at for note in noted} == {day(21)}
    assert 0 < noted[0].permille < 1000
    shard.hears(order_event("MANUFACTURING_STARTED", day(3), system="crm"), promised(day(22), day(4)))
    assert shard.seen().notes == noted, "only a further step is"
    shard.hears(order_event("SHIPPED", day(20), system="mes"))
    shard.lives(day(20) + SKEW + HOUR)
    assert shard.tally.of("learnt") == [(2, 2)]
    assert sum(shard.orders.learning.calibration.forecasts) == 2
    assert sum(shard.orders.learning.calibration.missed) == 0


@pytest.mark.parametrize("outlooks", [Forecasts(DEFAULT_LIFECYCLE), knowing(3)], ids=["nothing", "too little"])
def test_while_data_is_thin_nothing_is_noted_and_the_static_rule_decides(outlooks: Forecasts) -> None:
    shard = Shard(outlooks=outlooks)
    shard.hears(*WORK)
    assert shard.seen().notes == ()
    shard.lives(day(18) - 1)
    assert shard.offers() == []
    shard.lives(day(18))
    assert [(offer.kind, offer.at, offer.foretold) for offer in shard.offers()] == [("at_risk", day(18), None)]


def test_nothing_is_noted_while_slamon_catches_up() -> None:
    """What it would say of the past it would say with hindsight."""
    shard = Shard()
    for event in WORK:
        shard.orders.apply(KEY, event, shard.rows, shard.effects, None)
    assert shard.row().foreseen is None


def test_an_order_at_risk_by_forecast_gets_one_notice_for_its_date() -> None:
    """The id is that of the static rule's, so that rule says it no second time."""
    shard = Shard()
    shard.hears(*WORK)
    before = crossing() + HOUR
    shard.lives(before - HOUR // 2)
    assert shard.offers() == []
    assert shard.verdict(before - HOUR // 2) is Verdict.ON_TRACK
    shard.lives(before + HOUR)
    [offer] = shard.offers()
    assert offer.notice_id == notice_id(ORDER, NoticeKind.AT_RISK, due_at=day(21))
    assert (offer.kind, offer.due_at, offer.state) == ("at_risk", day(21), DeliveryState.PENDING)
    assert abs(offer.at - before) < HOUR
    assert offer.foretold is not None
    assert offer.foretold.permille >= 500
    assert offer.order is not None
    assert isinstance(offer.order["forecast"], dict)
    assert offer.order["verdict"] == "at_risk"
    assert shard.verdict(before + HOUR) is Verdict.AT_RISK
    shard.orders.mark(
        KEY, mark_of((shard.row().records or [])[0], DeliveryState.SENT, 1), shard.rows, shard.effects, before + HOUR
    )
    shard.lives(day(21))
    assert shard.offers() == []
    [record] = shard.row().records or []
    assert (record.at, record.standing, record.foretold) == (offer.at, True, offer.foretold)
    shard.lives(day(22))
    assert [found.kind for found in shard.offers()] == ["breached"]


def test_without_being_asked_a_forecast_puts_nothing_at_risk() -> None:
    shard = Shard(LEARNING)
    shard.hears(*WORK)
    shard.lives(day(18) - 1)
    assert shard.offers() == []
    assert shard.verdict(day(18) - 1) is Verdict.ON_TRACK
    assert shard.seen().watch is None


def test_an_order_heard_of_late_is_told_at_once_with_the_instant_at_which_it_was_at_risk() -> None:
    shard = Shard()
    shard.hears(*WORK, now=day(17))
    shard.lives(day(17) + SETTLING)
    [offer] = shard.offers()
    assert abs(offer.at - crossing() - HOUR) < HOUR
    assert offer.decided_at == day(17) + SETTLING


def test_a_restart_tells_nothing_twice() -> None:
    shard = Shard()
    shard.hears(*WORK)
    shard.lives(day(17))
    assert len(shard.offers()) == 1
    again = Shard(rows=shard.rows)
    again.hears(*WORK, now=day(17))
    again.lives(day(17) + HOUR)
    assert again.offers() == []
    assert again.verdict(day(17) + HOUR) is Verdict.AT_RISK


def test_progress_takes_the_risk_away_but_not_the_notice() -> None:
    """It was at risk: nothing is taken back, and it is told no second time."""
    shard = Shard()
    shard.hears(*WORK)
    shard.lives(day(15))
    assert len(shard.offers()) == 1
    shard.hears(order_event("PACKAGING", day(15), system="mes"))
    shard.lives(day(15) + SETTLING)
    assert shard.verdict(day(15)) is Verdict.ON_TRACK
    shard.hears(order_event("SHIPPED", day(16), system="mes"))
    shard.lives(day(17))
    assert shard.offers() == []
    assert [record.standing for record in shard.row().records or []] == [True]


def test_a_new_date_is_watched_anew() -> None:
    shard = Shard()
    shard.hears(*WORK)
    shard.lives(day(15))
    assert len(shard.offers()) == 1
    shard.hears(promised(day(29), day(15)))
    assert shard.verdict(day(15)) is Verdict.ON_TRACK
    assert [record.standing for record in shard.row().records or []] == [True]
    shard.lives(day(26) - 1)
    assert [(offer.kind, offer.due_at) for offer in shard.offers()] == [("at_risk", day(29))]


@pytest.mark.parametrize(
    "late",
    [order_event("SHIPPED", day(3), system="mes"), promised(day(60), day(3))],
    ids=["it had finished", "it had another date"],
)
def test_what_comes_late_and_shows_that_it_was_not_so_is_told(late: OrderEvent) -> None:
    shard = Shard()
    shard.hears(*WORK)
    shard.lives(day(15))
    [offer] = shard.offers()
    sending = mark_of((shard.row().records or [])[0], DeliveryState.SENT, 1)
    shard.orders.mark(KEY, sending, shard.rows, shard.effects, day(15))
    shard.hears(late, now=day(15))
    assert [found.retracts for found in shard.offers()] == [offer.notice_id]


def test_orders_that_were_open_before_it_was_asked_for_are_looked_at() -> None:
    """Rows without a watch are due at once."""
    before = Shard(LEARNING)
    before.hears(*WORK)
    before.lives(day(16))
    assert before.offers() == []
    after = Shard(replace(NOTIFYING), rows=before.rows)
    after.lives(day(16))
    assert [offer.kind for offer in after.offers()] == ["at_risk"]


class Broken:
    """Every forecast breaks."""

    thin = False

    def of(self, clock: Clock, rules: ClockRules, place: Move | None) -> Outlook | None:  # noqa: ARG002  the protocol's
        raise ZeroDivisionError


def test_a_forecast_that_breaks_costs_neither_an_event_nor_a_deadline() -> None:
    """Events count, the static rule goes on, and what is offered is offered without a forecast."""
    shard = Shard(outlooks=Broken())
    shard.hears(*WORK)
    assert shard.row().count == len(WORK)
    shard.lives(day(21))
    [offer] = shard.offers()
    assert offer.order is not None
    assert (offer.kind, offer.order["forecast"]) == ("at_risk", None)
    assert shard.seen().notes == ()


def test_an_order_that_nothing_can_be_learnt_from_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    shard = Shard(LEARNING)
    shard.hears(*WORK, order_event("SHIPPED", day(20), system="mes"))

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(shard.orders.learning, "learn", breaks)
    shard.lives(day(21))
    assert shard.seen().learnt == 1
    assert shard.orders.learning.durations.overall.learnt == 0
