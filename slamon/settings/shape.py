"""The shape of the configuration: which key stands where, what it takes, what a mistyped one may mean."""

from __future__ import annotations

import difflib
import types
import typing
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin

from pydantic import BaseModel, SecretStr

from slamon.settings.fields import Allowed, Later

if typing.TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list indexes from the root of the configuration."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands at one key: its type without `None`, and what was said beside it."""

    type: Any
    nullable: bool
    notes: tuple[Any, ...]
    field: FieldInfo | None = None

    @property
    def section(self) -> type[BaseModel] | None:
        """The section that stands here, if one does."""
        return self.type if isinstance(self.type, type) and issubclass(self.type, BaseModel) else None

    @property
    def origin(self) -> Any:
        """`dict` or `tuple` where user keys or a list stand here."""
        return get_origin(self.type)

    @property
    def is_secret(self) -> bool:
        """Whether the value must never be shown."""
        return bool(self.type is SecretStr)

    @property
    def is_plain(self) -> bool:
        """Whether a single value stands here, no mapping and no list."""
        return self.section is None and self.origin not in {dict, tuple}

    @property
    def later(self) -> Later | None:
        """Set where nothing runs on the key in this version."""
        return next((note for note in self.notes if isinstance(note, Later)), None)

    @property
    def allowed(self) -> str:
        """What the value may be, in words."""
        words = [note.words for note in self.notes if isinstance(note, Allowed)]
        if words:
            return words[-1]
        if isinstance(self.type, type) and issubclass(self.type, Enum):
            return "one of " + ", ".join(str(item.value) for item in self.type)
        if self.origin is Literal:
            return "one of " + ", ".join(str(item) for item in get_args(self.type))
        if self.section is not None:
            return "a mapping with " + ", ".join(key for key, _ in keys_of(self.section))
        return {dict: "a mapping", tuple: "a list"}.get(self.origin, "text")


def slot_of(annotation: Any, notes: tuple[Any, ...] = (), field: FieldInfo | None = None) -> Slot:
    """Take an annotation apart: `Annotated` and `| None` go, what they said stays."""
    if get_origin(annotation) is Annotated:
        inner, *said = get_args(annotation)
        return slot_of(inner, (*said, *notes), field)
    if get_origin(annotation) in {typing.Union, types.UnionType}:
        given = [part for part in get_args(annotation) if part is not type(None)]
        slot = slot_of(given[0], notes, field)
        return Slot(slot.type, nullable=True, notes=slot.notes, field=field)
    return Slot(annotation, nullable=False, notes=notes, field=field)


def keys_of(section: type[BaseModel]) -> Iterator[tuple[str, Slot]]:
    """The keys of a section as the configuration writes them, in their order."""
    for name, field in section.model_fields.items():
        yield field.alias or name, slot_of(field.annotation, tuple(field.metadata), field)


def below(slot: Slot, key: str | int) -> Slot | None:
    """What stands at a key, or list index, of what stands here; None where nothing may."""
    if slot.section is not None:
        return dict(keys_of(slot.section)).get(str(key))
    if slot.origin is dict:
        return slot_of(get_args(slot.type)[1])
    if slot.origin is tuple and isinstance(key, int):
        return slot_of(get_args(slot.type)[0])
    return None


def at(root: type[BaseModel], path: Path) -> Slot | None:
    """What stands at a path; None where nothing may."""
    slot: Slot | None = slot_of(root)
    for key in path:
        slot = None if slot is None else below(slot, key)
    return slot


def sections(slot: Slot, value: Any, path: Path) -> Iterator[tuple[Path, type[BaseModel], dict[str, Any]]]:
    """Every mapping of a tree that is a section by its place: path, section, and the mapping itself."""
    if isinstance(value, list):
        items: list[tuple[str | int, Any]] = list(enumerate(value))
    elif isinstance(value, dict):
        items = list(value.items())
        if slot.section is not None:
            yield path, slot.section, value
    else:
        return
    for key, item in items:
        inner = below(slot, key)
        if inner is not None:
            yield from sections(inner, item, (*path, key))


def drop_vacant(root: type[BaseModel], tree: dict[str, Any]) -> None:
    """Take out sections, maps and lists with nothing in them (`web:`), so that they get their defaults."""
    for _, section, holder in sections(slot_of(root), tree, ()):
        for key, slot in keys_of(section):
            vacant = key in holder and holder[key] is None and not slot.nullable and not slot.is_plain
            if vacant and slot.field is not None and not slot.field.is_required():
                del holder[key]


def suggestion(root: type[BaseModel], path: Path) -> str:
    """Tell what an unknown key may have meant, and which keys are allowed beside it."""
    parent = at(root, path[:-1])
    siblings = [key for key, _ in keys_of(parent.section)] if parent is not None and parent.section else []
    unknown = str(path[-1])
    close = difflib.get_close_matches(unknown.lower().replace("-", "_"), siblings, n=1, cutoff=0.6)
    elsewhere = [] if close else [found for found in _every_key(slot_of(root), ()) if found[-1] == unknown]
    meant = close[0] if close else ".".join(map(str, elsewhere[0])) if len(elsewhere) == 1 else ""
    return (f"did you mean {meant}? " if meant else "") + "allowed are " + ", ".join(siblings)


def _every_key(slot: Slot, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if slot.origin is dict:
        yield from _every_key(slot_of(get_args(slot.type)[1]), (*path, "NAME"))
    if slot.section is not None:
        for key, inner in keys_of(slot.section):
            yield (*path, key)
            yield from _every_key(inner, (*path, key))
