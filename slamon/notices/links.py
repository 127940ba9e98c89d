"""The addresses of the pages that notices link to, percent-encoded whatever ids and names are made of. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

EXPLAIN = "explain"
"""The anchor of an order's page under which it is explained interval by interval."""

_DOTS = frozenset({".", ".."})
"""No browser asks for a path that ends in one of these, encoded or not."""


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below `base`: `https://slamon.example.org` in notices, `.` or `..` in a page itself."""

    base: str

    def order(self, order_id: str) -> str:
        """The page of one order."""
        if order_id in _DOTS:
            return self.orders(order_id=order_id)
        return f"{self._root}/orders/{_segment(order_id)}"

    def explain(self, order_id: str) -> str:
        """The place on that page where it is explained."""
        return f"{self.order(order_id)}#{EXPLAIN}"

    def orders(self, **filters: str | Iterable[str] | None) -> str:
        """The page of late orders; filters are those of the page, several values mean any of them, None none."""
        given = [
            (name, value)
            for name, values in filters.items()
            for value in ([values] if isinstance(values, str) else values or ())
        ]
        query = urlencode(given, errors="replace")
        return f"{self._root}/orders" + (f"?{query}" if query else "")

    @property
    def _root(self) -> str:
        return self.base.rstrip("/")


def _segment(text: str) -> str:
    return quote(text, safe="", errors="replace")
