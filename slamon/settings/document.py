"""A YAML text as plain values, with the line of every key; YAML 1.2's core schema, where `no` is text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from slamon.settings.shape import Path

_DEEPEST = 64
_MOST = 100_000
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str", "seq", "map")}
_MERGE = "tag:yaml.org,2002:merge"
_WHOLE_NUMBER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True, slots=True)
class Place:
    """A problem with a line of the file and, where it is about one, a key."""

    line: int
    path: Path
    words: str


@dataclass(slots=True)
class Document:
    """What a file says: `lines` holds the line of every key and list item; () is the first one."""

    tree: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=lambda: {(): 1})
    problems: list[Place] = field(default_factory=list)
    readable: bool = True
    """False where the rest of the file can't be judged."""

    def refuse(self, line: int, path: Path, words: str) -> None:
        """Note a problem and go on, so that all of them are found at once."""
        self.problems.append(Place(line, path, words))


class _Loader(yaml.SafeLoader):
    """SafeLoader with the implicit types of YAML 1.2 instead of 1.1."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way to start afresh


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(f"^({_WHOLE_NUMBER.pattern})$"), list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(f"^({_NUMBER.pattern})$"), list("-+.0123456789"))
_Loader.add_implicit_resolver(_MERGE, re.compile(r"^<<$"), ["<"])


def read_document(text: str) -> Document:
    """Read a configuration text; never raises: what is wrong stands in `problems`."""
    document = Document()
    try:
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError, RecursionError) as error:
        document.refuse(*_syntax(text, error))
        document.readable = False
        return document
    if isinstance(node, MappingNode):
        document.tree = _mapping(document, node, ())
    elif node is not None and not (isinstance(node, ScalarNode) and _plain(node) is None):
        document.refuse(_line(node), (), "is no mapping, allowed are keys such as kafka: and sources:")
        document.readable = False
    return document


def _syntax(text: str, error: Exception) -> tuple[int, Path, str]:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        context = error.context or ""
        if error.context_mark is not None and error.context_mark.line + 1 != line:
            context += f" that starts in line {error.context_mark.line + 1},"
        return line, (), f"is not YAML: {context} {error.problem or ''}".replace(":  ", ": ").rstrip()
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return line, (), "is not YAML: has a control character, allowed are printable ones"
    return 1, (), "is nested too deeply, allowed are 64 levels"


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _value(document: Document, node: Node, path: Path) -> Any:
    if len(path) > _DEEPEST or len(document.lines) > _MOST:
        if document.readable:
            document.refuse(_line(node), path[:1], "contains itself or too much, allowed are 64 levels and 100000 keys")
        document.readable = False
        return None
    if node.tag not in _PLAIN_TAGS:
        document.refuse(_line(node), path, "has a tag, allowed are plain values")
    if isinstance(node, MappingNode):
        return _mapping(document, node, path)
    if isinstance(node, SequenceNode):
        return _sequence(document, node, path)
    return _plain(node)


def _sequence(document: Document, node: SequenceNode, path: Path) -> list[Any]:
    items = []
    for index, item in enumerate(node.value):
        document.lines[(*path, index)] = _line(item)
        items.append(_value(document, item, (*path, index)))
    return items


def _mapping(document: Document, node: MappingNode, path: Path) -> dict[str, Any]:
    own: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if key_node.tag == _MERGE:
            merged |= _merged(document, value_node, path)
            continue
        if not isinstance(key_node, ScalarNode):
            document.refuse(_line(key_node), path, "has a key that is no text, allowed are plain keys")
            continue
        key = str(key_node.value)
        here = (*path, key)
        if key in own:
            document.refuse(
                _line(key_node), here, f"stands twice, first in line {document.lines[here]}; allowed is once"
            )
        document.lines[here] = _line(key_node)
        own[key] = _value(document, value_node, here)
    return merged | own


def _merged(document: Document, node: Node, path: Path) -> dict[str, Any]:
    nodes = list(reversed(node.value)) if isinstance(node, SequenceNode) else [node]
    merged: dict[str, Any] = {}
    for part in nodes:
        value = _value(document, part, (*path, "<<"))
        if isinstance(value, dict):
            merged |= value
        else:
            document.refuse(_line(node), path, "merges something that is no mapping, allowed is an alias of one")
    return merged


def _plain(node: Node) -> Any:
    text = str(node.value)
    kind = str(node.tag).rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if kind == "int" and _WHOLE_NUMBER.fullmatch(text) and len(text) < _DEEPEST:
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    if kind == "float" and _NUMBER.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
