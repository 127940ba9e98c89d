"""The rows of a replay: recorded events are folded as they come, in whatever order, one compact row an order."""

from collections.abc import KeysView
from hashlib import blake2b

from slamon.notices.row import OrderRules, Outcome, Row, apply, encode_row, new_row, read_row
from slamon.orders.entry import encode_entry, entry_of
from slamon.orders.event import Instant
from slamon.sources.native import NativeDecoder


class ReplayRows:
    """Every order that was heard of, up to an instant."""

    def __init__(self, until: Instant | None, rules: OrderRules) -> None:
        """Events after `until` are left out and counted; None: none is."""
        self.first: Instant | None = None
        self.last: Instant | None = None
        self._until = until
        self._after: set[bytes] = set()
        self._stored: dict[str, bytes] = {}
        self._rules = rules

    @property
    def left_out(self) -> int:
        """How many distinct events lie after `until`."""
        return len(self._after)

    def ids(self) -> KeysView[str]:
        """The orders, in no order."""
        return self._stored.keys()

    def take(self, value: bytes, decoder: NativeDecoder, origin: str) -> None:
        """Fold one recorded event in; raises DecodeError."""
        event = decoder.decode(value, origin=origin)
        if self._until is not None and event.occurred_at > self._until:
            told = encode_entry(entry_of(event)) + event.order_id.encode()
            self._after.add(blake2b(told, digest_size=16).digest())
            return
        if self.last is None or event.occurred_at > self.last:
            self.last = event.occurred_at
        if self.first is None or event.occurred_at < self.first:
            self.first = event.occurred_at
        stored = self._stored.get(event.order_id)
        row = (None if stored is None else read_row(stored, self._rules)) or new_row(self._rules)
        if apply(row, event, self._rules) is not Outcome.DUPLICATE:
            self._stored[event.order_id] = encode_row(row)

    def row(self, order_id: str) -> Row:
        """What is kept of an order; raises KeyError where it was not heard of."""
        row = read_row(self._stored[order_id], self._rules)
        if row is None:
            raise KeyError(order_id)
        return row
