"""Secrets from files: `NAME_file` beside `NAME`, so that no secret need stand in the configuration itself."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from slamon.settings.fields import BesideConfiguration
from slamon.settings.shape import Path, keys_of, sections, slot_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

_SUFFIX = "_file"
_LARGEST = 65_536


def fill_secrets(
    tree: dict[str, Any], root: type[BaseModel], origins: Mapping[Path, str], folder: FilePath
) -> Iterator[tuple[Path, str]]:
    """Read every `*_file` of the tree into its secret, in place; yields a path and what is wrong with it.

    A relative path counts from the configuration's folder, one in a variable from the working directory.
    Where one of NAME and NAME_file is a variable and the other is not, the variable counts.
    """
    for path, section, holder in sections(slot_of(root), tree, ()):
        for key in [key for key in holder if key.endswith(_SUFFIX) and key in dict(keys_of(section))]:
            here = (*path, key)
            name = key.removesuffix(_SUFFIX)
            if not isinstance(holder[key], str) or not holder[key]:
                continue
            if holder.get(name) is not None and not _settle(holder, path, name, origins):
                yield here, f"stands beside {name}, allowed is one of them"
                continue
            if holder[key] is not None:
                holder[key] = str(FilePath(holder[key]) if here in origins else folder / holder[key])
                yield from _fill(holder, here, is_secret=_is_secret(section, name))


def place_files(tree: dict[str, Any], root: type[BaseModel], origins: Mapping[Path, str], folder: FilePath) -> None:
    """Let the paths of other files count from the configuration's folder too, in place; not those in variables."""
    for path, section, holder in sections(slot_of(root), tree, ()):
        for key, slot in keys_of(section):
            here = (*path, key)
            from_variable = any(here[:n] in origins for n in range(len(here) + 1))
            is_path = isinstance(holder.get(key), str) and bool(holder[key])
            if is_path and not from_variable and any(isinstance(note, BesideConfiguration) for note in slot.notes):
                holder[key] = str(folder / holder[key])


def _settle(holder: dict[str, Any], path: Path, name: str, origins: Mapping[Path, str]) -> bool:
    """Drop the one of NAME and NAME_file that a variable overrides; False where none does."""
    plain, file = (*path, name) in origins, (*path, name + _SUFFIX) in origins
    if plain != file:
        holder[name + _SUFFIX if plain else name] = None
    return plain != file


def _is_secret(section: type[BaseModel], name: str) -> bool:
    slot = dict(keys_of(section)).get(name)
    return slot is not None and slot.is_secret


def _fill(holder: dict[str, Any], path: Path, *, is_secret: bool) -> Iterator[tuple[Path, str]]:
    key = str(path[-1])
    try:
        with FilePath(holder[key]).open("rb") as file:
            text = file.read(_LARGEST + 1).decode()
    except UnicodeDecodeError:
        yield path, "names a file that is not UTF-8, allowed is one line of text"
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path"
        yield path, f"names a file that can't be read ({reason}), allowed is a readable file"
    else:
        if not is_secret:
            return
        secret = text.rstrip("\r\n")
        if not secret.strip() or not secret.isprintable() or len(text) > _LARGEST:
            yield path, "names a file that does not hold a secret, allowed is one line of text"
            return
        holder[key.removesuffix(_SUFFIX)] = secret
