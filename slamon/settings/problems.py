"""Problems as a user reads them: where, which key, what is wrong, what is allowed; never what was given."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slamon.settings.shape import Path, Slot, at, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

_PLAIN_KEY = re.compile(r"[\w-]+")
_OWN_WORDS = {"form", "duration"}
_RANGE = {"greater_than_equal", "less_than_equal", "greater_than", "less_than", "finite_number"}
_CHOICE = {"literal_error", "enum"}
_KEY_MARK = "[key]"
_COUNT = {"too_short": "has too few items", "too_long": "has too many items"}


@dataclass(frozen=True, slots=True)
class Places:
    """Where each key was given: a line of the file, or a variable."""

    file: str
    lines: Mapping[Path, int]
    origins: Mapping[Path, str]

    def line(self, path: Path) -> int:
        """The line of a key, else of the nearest key around it, else 1."""
        return next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 1)

    def variable(self, path: Path) -> tuple[str, Path] | None:
        """The variable that gave a key, and the rest of the path within its value."""
        for n in range(len(path), -1, -1):
            if path[:n] in self.origins:
                return self.origins[path[:n]], path[n:]
        return None

    def tell(self, path: Path, words: str) -> Problem:
        """A problem with a key, as one line of text."""
        found = self.variable(path)
        if found is not None:
            name, rest = found
            return Problem((1, 0, name), f"{name}: {dotted(rest)}: {words}" if rest else f"{name}: {words}")
        return self.tell_line(self.line(path), path, words)

    def tell_line(self, line: int, path: Path, words: str) -> Problem:
        """A problem in a known line of the file."""
        key = f"{dotted(path)}: " if path else ""
        return Problem((0, line, key), f"{self.file}:{line}: {key}{words}")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One line for the user; `order` sorts by line, variables last."""

    order: tuple[int, int, str]
    text: str


def dotted(path: Path) -> str:
    """A path as `sla.stages.0.budget`; keys that would not fit into one line are quoted."""
    keys = (str(key) for key in path)
    return ".".join(key if _PLAIN_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)[:200] for key in keys)


def of_schema(error: ErrorDetails, root: type[BaseModel], places: Places) -> Problem:
    """Tell what pydantic found; its own words, which may hold the input, are not used."""
    path = tuple(error["loc"])
    if path and path[-1] == _KEY_MARK:
        return places.tell(
            path[:-1], f"the key {error['msg']}" if error["type"] in _OWN_WORDS else "the key is not allowed"
        )
    if error["type"] == "extra_forbidden":
        return places.tell(path, f"is no key here, {suggestion(root, path)}")
    slot = at(root, path)
    if slot is None:
        return places.tell(path, "is not allowed here")
    json_hint = " as JSON" if not slot.is_plain and path in places.origins else ""
    return places.tell(path, _words(error, slot, json_hint))


def _words(error: ErrorDetails, slot: Slot, json_hint: str) -> str:
    kind = error["type"]
    if kind in _OWN_WORDS:
        return error["msg"]
    allowed = (
        f"allowed is {slot.allowed}{json_hint}"
        if not slot.allowed.startswith("one of")
        else slot.allowed.replace("one of", "allowed are", 1)
    )
    if kind == "missing":
        return f"is missing, {allowed}"
    if kind in _RANGE:
        return f"is out of range, {allowed}"
    if kind in _CHOICE and isinstance(error["input"], str):
        return f"is not one of the allowed words, {allowed}"
    if kind in _COUNT:
        return f"{_COUNT[kind]}, {allowed}"
    return f"is {_form(error['input'])}, {allowed}"


def _form(value: Any) -> str:
    if value is None:
        return "null"
    names = {
        bool: "a truth value",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a mapping",
    }
    return names.get(type(value), "of another type")
