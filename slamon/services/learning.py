"""What one partition has learnt from its orders, each exactly once; kept in system rows of the same partition.

An order is learnt under a number of its own, which its row tells. The system rows are written later, many orders at a
time, and each tells the number up to which it holds: an order with a greater one is learnt again when the partition is
opened. The row of the order is durable before that of the sketches is written, so none is learnt twice.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import structlog

from slamon.notices.foreseen import Foreseen
from slamon.notices.row import Row, entries_of
from slamon.orders.event import Span
from slamon.services.system_rows import system_key
from slamon.services.tally import Tally
from slamon.sla.forecast.durations import HALF_LIFE, Durations, StepTimes
from slamon.sla.forecast.scoring import Calibration
from slamon.sla.forecast.way import taught
from slamon.sla.rules import ClockRules
from slamon.stream import Rows

_log = structlog.get_logger("slamon.forecasts")

VERSION: Final = 1

_HEAD, _OVERALL, _REST = "forecast", "forecast/overall", "forecast/rest"


class Head(msgspec.Struct, array_like=True):
    """The row that is written last: it tells which others there are, and up to which order all of them hold."""

    version: int
    upto: int
    half_life: Span
    calibration: Calibration
    channels: list[str]


class Kept(msgspec.Struct, array_like=True):
    """The sketches of one channel, of the rest of the channels, or of all."""

    version: int
    upto: int
    times: StepTimes


_encode = msgspec.msgpack.Encoder().encode
_decode_head = msgspec.msgpack.Decoder(Head).decode
_decode_kept = msgspec.msgpack.Decoder(Kept).decode


class Learning:
    """Learns orders; `durations` and `calibration` are of this partition alone."""

    def __init__(self, tally: Tally) -> None:
        """Nothing learnt yet."""
        self._tally = tally
        self._forget()

    def _forget(self) -> None:
        self.durations = Durations()
        self.calibration = Calibration()
        self.orders = 0
        """The number under which the last order was learnt."""
        self.kept = 0
        """Up to which number the system rows hold, as far as it is known to be durable."""
        self._upto: dict[str, int] = {}
        """By system row: up to which number it held when it was read."""
        self._changed: set[str] = set()

    def load(self, rows: Rows) -> None:
        """Take up what is kept. What another version kept, or of another half-life, is learnt anew from the orders."""
        self._forget()
        try:
            self._load(rows)
        except msgspec.MsgspecError:
            self._forget()

    def _load(self, rows: Rows) -> None:
        stored = rows.get(system_key(_HEAD))
        head = None if stored is None else _decode_head(stored)
        if head is None or head.version != VERSION or head.half_life != HALF_LIFE:
            return
        self.calibration = head.calibration
        self._upto[_HEAD] = self.orders = self.kept = head.upto
        for name in (_OVERALL, _REST, *map(_of_channel, head.channels)):
            kept = rows.get(system_key(name))
            if kept is not None:
                self._take_up(name, _decode_kept(kept))

    def _take_up(self, name: str, kept: Kept) -> None:
        self._upto[name] = kept.upto
        if name == _OVERALL:
            self.durations.overall = kept.times
        elif name == _REST:
            self.durations.rest = kept.times
        else:
            self.durations.channels[name.removeprefix(_of_channel(""))] = kept.times

    def learn(self, row: Row, rules: ClockRules) -> None:
        """Learn an order that has ended and was not learnt; its row then tells so."""
        seen = row.foreseen or Foreseen()
        self.orders += 1
        row.foreseen = Foreseen(self.orders, seen.notes)
        spells, scored = self._learn(row, rules)
        self._tally.learnt(spells, scored)

    def pass_over(self) -> int:
        """A number for an order that nothing can be learnt from."""
        self.orders += 1
        return self.orders

    def recover(self, row: Row, rules: ClockRules) -> None:
        """Learn an order again of which its row tells more than the system rows hold; any other is passed over."""
        if row.foreseen is not None and row.foreseen.learnt > self._upto.get(_HEAD, 0):
            self.orders = max(self.orders, row.foreseen.learnt)
            try:
                self._learn(row, rules)
            except Exception:  # noqa: BLE001  no order may keep a partition from being opened
                _log.exception("forecast.broke")

    def _learn(self, row: Row, rules: ClockRules) -> tuple[int, Calibration]:
        seen, clock, scored = row.foreseen or Foreseen(), row.clock, Calibration()
        if clock.ended_at is not None and not clock.cancelled:
            scored.score(seen.notes, clock.ended_at)
            self.calibration.merge(scored)
        spells = [] if row.truncated or clock.ended_at is None else taught(entries_of(row), clock, rules)
        channel = self.durations.place(clock.channel) if spells else None
        for name, times in ((_OVERALL, self.durations.overall), (_name(channel), self.durations.of(channel))):
            if seen.learnt > self._upto.get(name, 0):
                for spell in spells:
                    times.learn(spell, self.durations.half_life)
                self._changed.add(name)
        self._changed.add(_HEAD)
        return len(spells), scored

    def holds(self, row: Row) -> bool:
        """Tell whether the system rows hold what an order taught, so that its row may go."""
        return row.foreseen is None or row.foreseen.learnt <= self.kept

    def snapshot(self) -> Mapping[str, bytes]:
        """The system rows that have to be written, the head last; empty when nothing was learnt since the last one.

        To be written when the rows of all orders learnt so far are durable, not before; they hold all `orders` then.
        """
        changed, self._changed = self._changed, set()
        if not changed:
            return {}
        durations = self.durations
        rows = {_OVERALL: durations.overall, _REST: durations.rest}
        rows |= {_of_channel(channel): times for channel, times in durations.channels.items()}
        found = {name: _encode(Kept(VERSION, self.orders, rows[name])) for name in sorted(changed - {_HEAD})}
        head = Head(VERSION, self.orders, durations.half_life, self.calibration, sorted(durations.channels))
        return {**found, _HEAD: _encode(head)}


def _of_channel(channel: str) -> str:
    return f"forecast/channel/{channel}"


def _name(channel: str | None) -> str:
    return _REST if channel is None else _of_channel(channel)
