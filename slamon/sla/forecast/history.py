"""The past played back: orders' journeys in the order of time, forecast as each would have been, from what was before.

What it learns and how good its forecasts were is the same whatever the order in which the journeys come, up to the
channels that are learnt apart: of more than sixteen, those whose spells end first.
"""

import struct
from collections.abc import Iterable
from typing import Final, NamedTuple

from slamon.orders.event import Instant
from slamon.orders.lifecycle import Lifecycle
from slamon.sla.forecast.durations import Durations
from slamon.sla.forecast.forecaster import Forecaster
from slamon.sla.forecast.journey import Journey
from slamon.sla.forecast.scoring import Calibration, Noted, note
from slamon.sla.forecast.spells import Spell

# One happening: when, which order, which step (or how it ended), about which date. As bytes they sort by time, then
# order, then step, and take a third of the memory of a tuple.
_HAPPENING: Final = struct.Struct(">QIHQ")
_FINISHED: Final = 2**16 - 1
_CANCELLED: Final = 2**16 - 2
_ZERO: Final = 2**63
"""What is added to an instant, so that those before 1970 sort first."""
_NO_DATE: Final = 0


class Learnt(NamedTuple):
    """What the past taught, and how good forecasts were while it did."""

    durations: Durations
    calibration: Calibration


class _Order:
    """An order on its way: of which channel and stop steps, at which step since when, and what was forecast of it."""

    __slots__ = ("channel", "last", "notes", "stop")

    def __init__(self, channel: str | None, stop: frozenset[str]) -> None:
        self.channel = channel
        self.stop = stop
        self.last: tuple[Instant, int] | None = None
        self.notes: tuple[Noted, ...] = ()


class History:
    """Journeys that are to be played back; give them in a fixed order (that of their ids) for the same result."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        """All journeys share the lifecycle."""
        self._lifecycle = lifecycle
        self._orders: list[_Order] = []
        self._happenings: list[bytes] = []

    def add(self, journey: Journey) -> None:
        """Take one order's journey."""
        if not journey.reached:
            return
        number, pack = len(self._orders), _HAPPENING.pack
        self._orders.append(_Order(journey.channel, journey.stop))
        for at, step, due_at in journey.reached:
            self._happenings.append(pack(at + _ZERO, number, step, _NO_DATE if due_at is None else due_at + _ZERO))
        if journey.ended_at is not None:
            how = _CANCELLED if journey.cancelled else _FINISHED
            self._happenings.append(pack(journey.ended_at + _ZERO, number, how, _NO_DATE))

    def play(self) -> Learnt:
        """Learn each spell when it ended, forecast at each step reached, score when an order finished. Only once."""
        self._happenings.sort(reverse=True)
        played = _Player(self._lifecycle)
        while self._happenings:
            at, number, step, date = _HAPPENING.unpack(self._happenings.pop())
            order, at = self._orders[number], at - _ZERO
            if step == _FINISHED:
                played.learnt.calibration.score(order.notes, at)
                order.notes = ()
            elif step != _CANCELLED:
                played.reach(order, step, at, None if date == _NO_DATE else date - _ZERO)
        return played.learnt


class _Player:
    """Learns and forecasts, happening by happening."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.learnt = Learnt(Durations(), Calibration())
        self._lifecycle = lifecycle
        self._statuses = lifecycle.statuses
        self._forecasters: dict[frozenset[str], Forecaster] = {}

    def reach(self, order: _Order, step: int, at: Instant, due_at: Instant | None) -> None:
        """An order reaches a step: the one before is over, and how it goes on can be forecast."""
        durations, statuses, last = self.learnt.durations, self._statuses, order.last
        if last is not None:
            durations.learn(order.channel, Spell(statuses[last[1]], statuses[step], at - last[0], at))
        order.last = at, step
        if due_at is None or at > due_at:
            return
        forecaster = self._forecasters.get(order.stop)
        if forecaster is None:
            forecaster = self._forecasters[order.stop] = Forecaster(durations, self._lifecycle, order.stop)
        outlook = forecaster.outlook(order.channel, statuses[step], at)
        if outlook is not None:
            order.notes = note(order.notes, step, outlook.probability_late(due_at, at), due_at, at)


def learnt_from(journeys: Iterable[Journey], lifecycle: Lifecycle) -> Learnt:
    """Play journeys back; they are in a fixed order."""
    history = History(lifecycle)
    for journey in journeys:
        history.add(journey)
    return history.play()
