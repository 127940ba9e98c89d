"""Label values that producers can't multiply: known words as they are, few new ones, the rest `other`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN: Final = "unknown"
OTHER: Final = "other"
LONGEST: Final = 64
"""Characters; a longer value from outside is `other`."""


class LabelBound:
    """Maps any text to a bounded set of label values.

    `known` values always pass. Of others the first `room` distinct ones pass, for as long as the process
    lives, so that a counter's series never change their meaning.
    """

    __slots__ = ("_admitted", "_left")

    def __init__(self, known: Iterable[str] = (), *, room: int = 0) -> None:
        self._admitted: dict[str, str] = {}
        for value in (*known, OTHER, UNKNOWN):
            self._admitted[value] = printable(value)
        self._left = room

    def __call__(self, value: str | None) -> str:
        """The label value that stands for `value`; None and the empty text are `unknown`."""
        if not value:
            return UNKNOWN
        known = self._admitted.get(value)
        if known is not None:
            return known
        if self._left <= 0 or len(value) > LONGEST:
            return OTHER
        self._left -= 1
        return self._admitted.setdefault(value, printable(value))


def printable(value: str) -> str:
    """The value as UTF-8 can carry it: one lone surrogate would break the whole exposition."""
    return value.encode("utf-8", "replace").decode("utf-8")
