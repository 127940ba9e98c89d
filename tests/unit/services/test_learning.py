"""Each order is learnt exactly once, whatever is read again and whenever a worker dies."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.notices.row import encode_row, read_row
from slamon.orders.event import EventType, OrderEvent
from slamon.services import learning
from slamon.services.learning import Learning
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.services.system_rows import is_system, system_key
from slamon.sla.forecast.durations import Durations
from slamon.stream import Effects
from tests.builders import T0, day, order_event, row_of, told
from tests.fakes.stream import FakeRows, FakeTally
from tests.foreseeing import LEARNING, learnt_from, lives, spells_of, told_of

RULES = PartitionRules(LEARNING, {}, "outbox")


class Log(FakeRows):
    """Rows with the log of their writes, of which a crash leaves what was acknowledged and perhaps some more."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[tuple[bytes, bytes]] = []
        self.acknowledged = 0

    def put(self, key: bytes, row: bytes) -> None:
        super().put(key, row)
        self.log.append((key, row))

    def crash(self, more: int) -> None:
        del self.log[self.acknowledged + more :]
        self.acknowledged = len(self.log)
        self.rows = dict(self.log)


class Life:
    """A partition that is killed and opened again."""

    def __init__(self) -> None:
        self.rows = Log()
        self.tally = FakeTally()
        self.open()

    def open(self) -> None:
        self.unproven = 0
        self.orders = OrderPartition(0, RULES, self.tally)
        self.orders.open(self.rows)

    def hears(self, *events: OrderEvent) -> None:
        for event in events:
            self.orders.apply(event.order_id.encode(), event, self.rows, Effects(), T0)
        self.rows.acknowledged = len(self.rows.log)

    def ticks(self) -> None:
        """The last step may be under way when the worker dies."""
        while keys := self.orders.due.pop(T0, self.orders.due_of(self.rows), 2):
            self.rows.acknowledged = len(self.rows.log)
            self.orders.tick(keys, self.rows, Effects(), T0)

    def keeps(self) -> None:
        """The worker may die in the midst of it, as it may at any time."""
        own = self.orders.learning
        upto, found = own.orders, own.snapshot()
        self.rows.acknowledged = len(self.rows.log)
        for name, row in found.items():
            self.rows.put(system_key(name), row)
        if found:
            self.unproven = upto

    def goes_on(self) -> None:
        """What was written is durable."""
        self.rows.acknowledged = len(self.rows.log)
        self.orders.learning.kept = self.unproven
        self.orders.tick([key for key in self.rows.rows if not is_system(key)], self.rows, Effects(), T0)

    def dies(self, more: int) -> None:
        self.rows.crash(more)
        self.open()

    @property
    def learnt(self) -> Durations:
        return self.orders.learning.durations


CHANNELS = ("shop", "b2b", None)
STORIES = [told_of(name, moves) for name, moves in lives(8)]
for place, story in enumerate(STORIES):
    channel = CHANNELS[place % len(CHANNELS)]
    STORIES[place] = [msgspec.structs.replace(event, channel=channel) for event in story]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hears"), st.integers(0, 7)),
        st.tuples(st.just("ticks"), st.just(0)),
        st.tuples(st.just("keeps"), st.just(0)),
        st.tuples(st.just("goes_on"), st.just(0)),
        st.tuples(st.just("dies"), st.integers(0, 6)),
    ),
    max_size=30,
)


@settings(max_examples=150)
@given(STEPS)
def test_every_order_is_learnt_exactly_once(steps: list[tuple[str, int]]) -> None:
    """However events, ticks, writes of the sketches and crashes follow upon each other, nothing is lost or doubled."""
    life = Life()
    for what, number in steps:
        if what == "hears":
            life.hears(*STORIES[number])
        elif what == "dies":
            life.dies(number)
        else:
            getattr(life, what)()
    life.dies(0)
    for story in STORIES:  # the source is read again from wherever it was committed
        life.hears(*story)
    life.ticks()
    wanted = Durations()
    for place, (_, moves) in enumerate(lives(8)):
        for spell in spells_of(moves):
            wanted.learn(CHANNELS[place % len(CHANNELS)], spell)
    assert life.learnt == wanted
    life.keeps()
    life.dies(100)
    assert life.learnt == wanted


def test_an_order_is_learnt_when_other_systems_have_had_time() -> None:
    """What comes a little late still counts; what comes later teaches nothing any more."""
    life = Life()
    (_, moves), *_ = lives(1)
    *early, late, last = told_of("o", moves)
    life.hears(*early, last)
    assert life.learnt.overall.learnt == 0
    life.hears(late)
    life.ticks()
    assert life.learnt == learnt_from(1)
    life.hears(order_event("INITIATED", moves[0][0] - 1, order_id="o"))
    life.ticks()
    assert life.learnt == learnt_from(1)
    assert life.tally.of("learnt") == [(len(moves) - 1, 0)]


def test_a_cancelled_order_teaches_what_it_had_finished_and_scores_nothing() -> None:
    life = Life()
    life.hears(
        order_event("SUBMITTED", day(-9)),
        order_event("PRICE_CALCULATED", day(-8), system="mes"),
        told(EventType.CANCEL, day(-7)),
    )
    life.ticks()
    assert life.learnt.overall.learnt == 1
    assert sum(life.orders.learning.calibration.forecasts) == 0


def test_an_open_order_is_not_learnt() -> None:
    life = Life()
    life.hears(order_event("SUBMITTED", day(-9)), order_event("PRICE_CALCULATED", day(-8), system="mes"))
    life.ticks()
    assert life.learnt == Durations()
    assert life.orders.learning.snapshot() == {}


def test_only_what_changed_is_written_and_the_head_comes_last() -> None:
    life = Life()
    for name, moves in lives(2):
        life.hears(*told_of(name, moves, channel="shop"))
    life.ticks()
    assert [*life.orders.learning.snapshot()] == ["forecast/channel/shop", "forecast/overall", "forecast"]
    assert life.orders.learning.snapshot() == {}


def test_what_nobody_can_read_is_learnt_anew() -> None:
    """Another version's sketches, or bytes that are none: the orders still in the table are learnt again."""
    for strange in (b"\x93nonsense", msgspec.msgpack.encode([99, 5, 1, [[0] * 10, [0] * 10, [0] * 10, 0], []])):
        life = Life()
        for name, moves in lives(3):
            life.hears(*told_of(name, moves))
        life.ticks()
        life.keeps()
        life.rows.put(system_key("forecast"), strange)
        life.open()
        assert life.learnt == learnt_from(3)


def test_an_order_that_cannot_be_learnt_again_keeps_no_partition_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    life = Life()
    for name, moves in lives(2):
        life.hears(*told_of(name, moves))
    life.ticks()

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(learning, "taught", breaks)
    life.open()
    assert life.learnt == Durations()
    assert life.orders.learning.orders == 2


def test_rows_of_before_are_learnt() -> None:
    """Orders that had ended before slamon made forecasts."""
    life = Life()
    (name, moves), *_ = lives(1)
    row = row_of(*told_of(name, moves), rules=LEARNING)
    life.rows.put(name.encode(), encode_row(row))
    life.open()
    life.ticks()
    assert life.learnt == learnt_from(1)


def test_a_learnt_order_leaves_and_stays_learnt() -> None:
    """Its marker takes its place; nothing is forgotten."""
    life = Life()
    (name, moves), *_ = lives(1)
    life.hears(*told_of(name, moves))
    life.ticks()
    life.ticks()
    assert read_row(life.rows.rows[name.encode()], LEARNING) is not None, "it would be lost with its row"
    life.keeps()
    life.goes_on()
    life.open()
    assert read_row(life.rows.rows[name.encode()], LEARNING) is None
    assert life.learnt == learnt_from(1)
    assert Learning(FakeTally()).durations == Durations()
    assert sum(is_system(key) for key in life.rows.rows) == 3
