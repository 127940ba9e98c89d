"""What a row remembers of forecasts, and what follows from it."""

import pytest

from slamon.notices.foreseen import ForecastRules, Foreseen, at_risk, foretold, learns_at, looks_at
from slamon.notices.row import Row, encode_row, entries_of, new_row, read_row
from slamon.orders.event import EventType, OrderEvent
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.sla.clock import Due
from slamon.sla.forecast.risk import RiskWatch
from slamon.sla.forecast.scoring import Noted
from slamon.sla.forecast.watching import Foretold, Watch
from tests.builders import BOOK, CLOCK, HOUR, RULES, day, order_event, order_rules, promised, row_of, told

ASKED = ForecastRules(HOUR, notify=True)
TOP = DEFAULT_LIFECYCLE.index["SUBMITTED"]
SAID = Foretold(700, day(25), day(30))
WATCH = Watch(day(21), TOP, RiskWatch(day(4), day(5)), day(6), day(7), SAID)


def _clock(*events: OrderEvent) -> Row:
    return row_of(order_event(), *events)


def test_an_ended_order_is_learnt_once_and_not_at_once() -> None:
    clock = _clock(order_event("SHIPPED", day(3), system="mes")).clock
    assert learns_at(None, clock, ASKED) == day(3) + HOUR
    assert learns_at(Foreseen(1), clock, ASKED) is None
    assert learns_at(None, clock, ForecastRules()) is None
    assert learns_at(None, _clock().clock, ASKED) is None


@pytest.mark.parametrize(
    ("row", "seen", "rules", "at"),
    [
        (_clock(), None, ASKED, day(0)),
        (_clock(), Foreseen(watch=WATCH), ASKED, day(7)),
        (_clock(), Foreseen(watch=WATCH), ForecastRules(HOUR), None),
        (_clock(promised(day(40), day(6))), Foreseen(watch=WATCH), ASKED, day(6)),
        (_clock(order_event("PACKAGING", day(6), system="mes")), Foreseen(watch=WATCH), ASKED, day(6)),
        (_clock(told(EventType.NOTE, day(19))), None, ASKED, None),
        (_clock(told(EventType.CANCEL, day(1))), None, ASKED, None),
        (row_of(order_event("INITIATED")), None, ASKED, None),
    ],
    ids=["never yet", "when asked", "not asked", "another date", "another step", "static", "ended", "a cart"],
)
def test_when_an_order_is_looked_at(row: Row, seen: Foreseen | None, rules: ForecastRules, at: int | None) -> None:
    assert looks_at(seen, row.clock, CLOCK, rules) == at


def test_orders_that_give_no_notices_are_not_watched() -> None:
    [rules] = order_rules(book=BOOK).book.rules
    silent = type(rules)(rules.policy, rules.divergence, day(1))
    assert looks_at(None, _clock().clock, silent, ASKED) is None


def test_at_risk_is_about_the_date_in_force_of_an_open_order() -> None:
    seen = Foreseen(watch=WATCH)
    assert at_risk(seen, _clock().clock, ASKED)
    assert not at_risk(seen, _clock().clock, ForecastRules(HOUR))
    assert not at_risk(seen, _clock(promised(day(40), day(6))).clock, ASKED)
    assert not at_risk(seen, _clock(order_event("SHIPPED", day(8), system="mes")).clock, ASKED)
    assert not at_risk(None, _clock().clock, ASKED)


def test_the_condition_is_that_of_the_static_rule() -> None:
    found = foretold(Foreseen(watch=WATCH), _clock().clock, ASKED)
    assert found is not None
    assert found.key == (int(Due.AT_RISK), None, day(21), None)
    assert (found.at, found.from_at, found.foretold) == (day(5), day(5), SAID)
    assert foretold(Foreseen(), _clock().clock, ASKED) is None


def test_a_row_keeps_what_was_foreseen() -> None:
    row = _clock()
    row.foreseen = Foreseen(7, (Noted(2, 312, day(21)),), WATCH)
    assert read_row(encode_row(row), RULES) == row


def test_rows_written_before_forecasts_are_read() -> None:
    """An array of ten: nothing is foreseen of such an order."""
    row = _clock()
    stored = encode_row(row)
    assert stored[0] == 0x9D
    assert stored[-3:] == b"\xc0\xc0\xc0"
    read = read_row(bytes([0x9A]) + stored[1:-3], RULES)
    assert read == row
    assert read is not None
    assert (read.foreseen, len(entries_of(read))) == (None, 1)
    assert new_row(RULES).foreseen is None
