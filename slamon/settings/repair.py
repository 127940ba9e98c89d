"""A tree without the keys that the schema refuses, so that the rest can be judged in the same go."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from slamon.settings.root import Settings

if TYPE_CHECKING:
    from slamon.settings.shape import Path

_SERVERS = ("kafka", "bootstrap_servers")
_POLICIES = ("sla", "policies")
_ROUNDS = 50


class Repair:
    """Leaves out what is wrong, round by round, and remembers which items of lists went."""

    def __init__(self, tree: dict[str, Any]) -> None:
        """Work on a copy."""
        self._tree = copy.deepcopy(tree)
        self._kept: dict[int, list[int]] = {}
        """By the identity of a list: where its items stood."""

    def settings(self) -> Settings | None:
        """The configuration without what is wrong; None where that does not come to an end."""
        for _ in range(_ROUNDS):
            try:
                return Settings.model_validate(self._tree)
            except ValidationError as error:
                paths = {_to_leave_out(tuple(e["loc"]), e["type"]) for e in error.errors(include_url=False)}
                # From the back: leaving out an item moves only those after it.
                for path in sorted(paths, key=lambda path: [str(key).zfill(9) for key in path], reverse=True):
                    self._leave_out(path)
        return None

    def original(self, path: Path) -> Path:
        """Where a key of the repaired tree stands in the whole one."""
        found: list[str | int] = []
        here: Any = self._tree
        for key in path:
            kept = self._kept.get(id(here)) if isinstance(key, int) else None
            found.append(key if kept is None else kept[int(key)])
            here = _at(here, key)
        return tuple(found)

    def _leave_out(self, path: Path) -> None:
        if not isinstance(self._tree.get("kafka"), dict):
            self._tree["kafka"] = {}
        if path[:2] == _SERVERS or path in {(), ("kafka",)}:
            self._tree["kafka"][_SERVERS[1]] = "localhost:9092"
            return
        holder: Any = self._tree
        for key in path[:-1]:
            holder = _at(holder, key)
        last = path[-1]
        if isinstance(holder, dict):
            holder.pop(last, None)
        elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
            self._kept.setdefault(id(holder), list(range(len(holder)))).pop(last)
            holder.pop(last)


def _at(holder: Any, key: str | int) -> Any:
    """What stands at a key of a mapping or a place of a list; None where nothing does."""
    if isinstance(holder, dict):
        return holder.get(key)
    return holder[key] if isinstance(holder, list) and isinstance(key, int) and key < len(holder) else None


def _to_leave_out(loc: Path, kind: str) -> Path:
    """What has to go for an error: the key, for a missing one what lacks it, within a list the item.

    Of a policy only what is wrong within it: it is long, and the rest of it can be judged.
    """
    first = len(_POLICIES) + 1 if loc[: len(_POLICIES)] == _POLICIES and len(loc) > len(_POLICIES) + 1 else 0
    index = next((n for n, key in enumerate(loc) if n >= first and isinstance(key, int)), None)
    if index is not None:
        return loc[: index + 1]
    return loc[:-1] if (kind == "missing" and loc != _SERVERS) or loc[-1] == "[key]" else loc
