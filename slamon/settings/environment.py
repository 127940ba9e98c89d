"""Variables of the environment as keys of the configuration: `SLAMON_` and the path joined by `__`."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slamon.settings.shape import Path, Slot, below, keys_of, slot_of, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

PREFIX = "SLAMON_"
OTHERS = frozenset({"SLAMON_CONFIG", "SLAMON_URL", "SLAMON_CACHE"})
"""Variables of slamon's commands that are no keys of the configuration."""

# Kubernetes sets such variables for every service of a namespace, also for one that is called slamon.
_SERVICE_LINK = re.compile(
    r"SLAMON_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)"
)


@dataclass(slots=True)
class Overlay:
    """The tree with the variables in it; `origins` names the variable behind a path."""

    tree: dict[str, Any]
    origins: dict[Path, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)


def overlay(tree: Mapping[str, Any], environ: Mapping[str, str], root: type[BaseModel]) -> Overlay:
    """Put every variable of slamon's into a copy of the file's tree; a deeper path goes last."""
    result = Overlay(copy.deepcopy(dict(tree)))
    names = [name for name in environ if name.startswith(PREFIX) and name not in OTHERS]
    for name in sorted(names, key=lambda name: (name.count("__"), name)):
        if "__" in name or _SERVICE_LINK.fullmatch(name) is None:
            _apply(result, name, environ[name], root)
    return result


def _apply(result: Overlay, name: str, text: str, root: type[BaseModel]) -> None:
    steps: list[tuple[str | int, Slot]] = []
    slot, inside = slot_of(root), result.tree  # type: Slot, Any
    for segment in name.removeprefix(PREFIX).split("__"):
        key, found = _key(slot, segment, inside)
        if found is None or not segment:
            path = (*(step for step, _ in steps), key)
            result.problems.append((name, _unknown(root, slot, path)))
            return
        inside = inside[key] if _has(inside, key) else None
        slot = found
        steps.append((key, slot))
    path = tuple(key for key, _ in steps)
    if _place(result.tree, steps, _parsed(slot, text)):
        result.origins[path] = name
    else:
        result.problems.append((name, f"skips an item of a list at {_dotted(path)}, allowed is the next index"))


def _place(tree: dict[str, Any], steps: list[tuple[str | int, Slot]], value: Any) -> bool:
    """Set a value, making what is missing on the way; False when an item of a list was skipped."""
    holder: Any = tree
    for key, slot in steps[:-1]:
        holder = _descend(holder, key, slot)
        if holder is None:
            return False
    return _placed(holder, steps[-1][0], value) is not None


def _has(holder: Any, key: str | int) -> bool:
    if isinstance(key, int):
        return isinstance(holder, list) and key < len(holder)
    return isinstance(holder, dict) and key in holder


def _key(slot: Slot, segment: str, holder: Any) -> tuple[str | int, Slot | None]:
    """Find the key that a segment means: one of the section or of the file, else the segment itself."""
    if slot.section is not None:
        found = dict(keys_of(slot.section)).get(segment.lower())
        return segment.lower(), found
    if slot.origin is dict:
        known = holder if isinstance(holder, dict) else {}
        same = [key for key in known if key.replace("-", "_").lower() == segment.lower()]
        inner = below(slot, segment)
        names = inner is not None and not inner.is_plain
        return (same[0] if same else segment.lower() if names and segment.isupper() else segment), inner
    if slot.origin is tuple and segment.isdecimal() and segment.isascii() and len(segment) < len("10000"):
        return int(segment), below(slot, int(segment))
    return segment.lower(), None


def _descend(holder: Any, key: str | int, slot: Slot) -> Any:
    """Step into a mapping or list, made where it is missing; None for a list index beyond the next one."""
    inside = holder[key] if _has(holder, key) else None
    wanted: type = list if slot.origin is tuple else dict
    if isinstance(inside, wanted):
        return inside
    made = wanted()
    return None if _placed(holder, key, made) is None else made


def _placed(holder: Any, key: str | int, value: Any) -> Any:
    """Set a key or list item, and give back where it was set; None for a list index beyond the next one."""
    if isinstance(key, int) and key == len(holder):
        holder.append(value)
    elif isinstance(key, int) and key > len(holder):
        return None
    else:
        holder[key] = value
    return holder


def _parsed(slot: Slot, text: str) -> Any:
    """Read a variable's text as its key wants it; what can't be read stays text for the schema to refuse."""
    if not text and slot.nullable:
        return None
    if slot.type in {int, float}:
        return _json(text) if re.fullmatch(r"-?[0-9.eE+-]+", text) else text
    if slot.type is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    return text if slot.is_plain else _json(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _unknown(root: type[BaseModel], slot: Slot, path: Path) -> str:
    if slot.section is None:
        return f"is no key: {_dotted(path[:-1])} takes {slot.allowed}"
    return f"is no key, {suggestion(root, path)}"


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
