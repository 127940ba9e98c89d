"""Loading: file, variables and secret files become `Settings`, or every problem there is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from slamon.errors import ConfigError
from slamon.settings.checks import findings
from slamon.settings.document import read_document
from slamon.settings.environment import overlay
from slamon.settings.problems import Places, Problem, of_schema
from slamon.settings.remarks import remarks
from slamon.settings.repair import Repair
from slamon.settings.root import Settings
from slamon.settings.secret_files import fill_secrets, place_files
from slamon.settings.shape import Path, drop_vacant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

    from slamon.settings.finding import Finding


@dataclass(frozen=True, slots=True)
class Loaded:
    """A right configuration, and what is to be said about it all the same, one line each."""

    settings: Settings
    remarks: tuple[str, ...]


def load(file: str, environ: Mapping[str, str]) -> Loaded:
    """Load a configuration file with the variables over it. Raises ConfigError with every problem."""
    try:
        text = FilePath(file).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError([f"{file}:{line}: is not UTF-8, allowed is YAML in UTF-8"]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path"
        raise ConfigError([f"{file}:1: can't be read ({reason}), allowed is a YAML file"]) from None
    return load_text(text, file, environ)


def load_text(text: str, file: str, environ: Mapping[str, str]) -> Loaded:
    """Load a configuration from its text; `file` is its name in problems and where relative paths start."""
    document = read_document(text)
    if not document.readable:
        places = Places(file, {(): 1}, {})
        raise _refusal([places.tell_line(found.line, found.path, found.words) for found in document.problems])
    tree = overlay(document.tree, environ, Settings)
    places = Places(file, document.lines, tree.origins)
    problems = [places.tell_line(found.line, found.path, found.words) for found in document.problems]
    problems += [Problem((1, 0, name), f"{name}: {words}") for name, words in tree.problems]
    unread = dict(fill_secrets(tree.tree, Settings, tree.origins, FilePath(file).parent))
    problems += [places.tell(path, words) for path, words in unread.items()]
    place_files(tree.tree, Settings, tree.origins, FilePath(file).parent)
    drop_vacant(Settings, tree.tree)
    if tree.tree.get("kafka") is None:  # so that the key is named that has to be given, not the section
        tree.tree["kafka"] = {}
    return _validated(tree.tree, places, problems, set(unread))


def _validated(tree: dict[str, Any], places: Places, problems: list[Problem], broken: set[Path]) -> Loaded:
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        details = _without_echoes(error.errors(include_url=False))
        problems += [of_schema(detail, Settings, places) for detail in details]
        broken |= {tuple(detail["loc"]) for detail in details}
    problems += [places.tell(path, words) for path, words in _judged(tree, settings, broken)]
    if problems or settings is None:
        raise _refusal(problems)
    return Loaded(settings, tuple(problem.text for problem in sorted(_remarks(settings, places))))


def _without_echoes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """A list whose items are wrong is also said to be too short: that tells a user nothing."""
    paths = [tuple(detail["loc"]) for detail in details]
    return [
        detail
        for detail, path in zip(details, paths, strict=True)
        if detail["type"] != "too_short" or not any(len(p) > len(path) and p[: len(path)] == path for p in paths)
    ]


def _judged(tree: dict[str, Any], settings: Settings | None, broken: set[Path]) -> Iterator[Finding]:
    """Judge the whole, also where single keys are wrong: those are left out."""
    if settings is not None:
        yield from findings(settings, broken)
        return
    repair = Repair(tree)
    repaired = repair.settings()
    if repaired is not None:
        yield from findings(repaired, broken, repair.original)


def _remarks(settings: Settings, places: Places) -> Iterator[Problem]:
    for path, words in remarks(settings):
        yield places.tell(path, words)


def _refusal(problems: list[Problem]) -> ConfigError:
    return ConfigError(list(dict.fromkeys(problem.text for problem in sorted(problems))))
