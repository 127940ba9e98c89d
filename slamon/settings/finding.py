"""What a check finds: where, what is wrong and what is allowed; and the words for names that nothing has."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, TypeAlias

from slamon.settings.shape import Path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

ANY = -1
"""In the path of a ground: every item of a list."""

Finding: TypeAlias = tuple[Path, str]
"""Where, and what is wrong and allowed."""


def no_such(name: str, what: str, known: Collection[str]) -> str:
    """Words for a name that is none of the known ones, with the one that may have been meant."""
    by_case = {other.casefold(): other for other in known}
    close = difflib.get_close_matches(name.casefold(), by_case, n=1, cutoff=0.75)
    meant = f"did you mean {by_case[close[0]]}? " if close else ""
    return f"{name} is no {what}, {meant}allowed are " + ", ".join(known)


def no_such_status(status: str, known: Collection[str]) -> str:
    """Words for a status that is not in the lifecycle."""
    return no_such(status, "status of orders.lifecycle", known)


def unknown_statuses(path: Path, statuses: Iterable[str], known: Collection[str]) -> Iterator[Finding]:
    """Find the statuses of a list that are not in the lifecycle."""
    for index, status in enumerate(statuses):
        if status not in known:
            yield (*path, index), no_such_status(status, known)
