"""What the models say about the configuration: every key in YAML, a page for people, a JSON Schema."""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticUndefined

from slamon.settings.duration import Duration
from slamon.settings.root import Settings
from slamon.settings.shape import Path, Slot, keys_of, slot_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = """\
# Every key of slamon's configuration with its default. Made by `slamon schema --as yaml`; do not edit.
# Smallest working file: kafka.bootstrap_servers and any one of sources, lag, services.
# Any key by variable: SLAMON_ and the path joined by __, e.g. SLAMON_KAFKA__BOOTSTRAP_SERVERS.
"""
_EXAMPLES: dict[Path, Any] = {
    ("kafka", "bootstrap_servers"): "127.0.0.1:9092",
    ("sources",): {"orders": {"topics": ["orders.events"]}},
}
"""Values for what has no default, so that the file loads."""

_PAGE = """\
# Configuration

Made from the models by `slamon schema --as markdown`; do not edit. Every key with its default as one
file: [`config/reference.yaml`](../../config/reference.yaml); a file to start from:
[`config/slamon.yaml`](../../config/slamon.yaml); for editors: `slamon schema > slamon.schema.json`.

- **Smallest working file**: `kafka.bootstrap_servers` and any one of `sources`, `lag`, `services`. What
  is not configured does not run; what is configured and not run by this version is said at the start and
  by `slamon check-config`.
- **YAML 1.2** in UTF-8: only `true` and `false` are truth values; `on`, `no` and dates are text. A key
  that stands twice is an error. A section with nothing in it (`web:`) has its defaults.
- **Durations** are ISO 8601: `P3W`, `P21D`, `PT30M`, `P1DT4H30M`, `PT0.5S`. No months, no years, at most
  100 years.
- **Variables** go over the file: `SLAMON_` and the path joined by `__`, e.g. `SLAMON_WEB__PORT=9090`.
  Lists and mappings are JSON (`SLAMON_SOURCES__ORDERS__TOPICS='["orders.events"]'`), single items go by
  index (`SLAMON_SLA__STAGES__0__BUDGET=PT1H`). Where a key is a name of one's own (sources, webhooks,
  services …), a name in the file that is the same but for case and `-` for `_` is meant, else an
  all-upper-case one is taken in lower case; the keys of `status_map` and `entry` are taken as written. An
  empty variable is `null` where `null` is allowed. Unknown variables are errors, but for those that
  Kubernetes sets for a service called slamon.
- **Secrets** come from files: `NAME_file` beside `NAME`, never both. A relative path counts from the
  configuration's folder, in a variable from the working directory. Where one of the two is a variable and
  the other stands in the file, the variable counts. Secrets appear in no log, error or dump.
- **Problems** are named all at once, one line each, on stderr: `FILE:LINE: key.path: what is wrong, what
  is allowed`, a variable as `SLAMON_X__Y: …`; the exit code is 2.
"""


class _Generator(GenerateJsonSchema):
    """Writes a default duration as a configuration does, not as the dataclass that it is."""

    def encode_default(self, dft: Any) -> Any:
        return str(dft) if isinstance(dft, Duration) else super().encode_default(dft)


def json_schema() -> str:
    """The JSON Schema of the configuration."""
    made = Settings.model_json_schema(schema_generator=_Generator)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
    schema["title"] = "slamon configuration"
    for holder in (schema, *schema["$defs"].values()):
        _allow_nothing(holder, schema["$defs"])
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _allow_nothing(holder: dict[str, Any], named: dict[str, Any]) -> None:
    """Let sections, mappings and lists that are not required stand with nothing in them, as a file may."""
    for key, value in holder.get("properties", {}).items():
        kind = named[value["$ref"].rpartition("/")[2]] if "$ref" in value else value
        if kind.get("type") in {"object", "array"} and key not in holder.get("required", ()):
            about = {name: value.pop(name) for name in ("title", "description", "default") if name in value}
            holder["properties"][key] = {**about, "anyOf": [value, {"type": "null"}]}


def reference_yaml() -> str:
    """Every key with its default, as a file that loads."""
    lines = [_HEAD.rstrip()]
    for key, slot in keys_of(Settings):
        lines += ["", *_yaml_key(key, slot, (key,), "")]
    return "\n".join(lines) + "\n"


def _yaml_key(key: str, slot: Slot, path: Path, indent: str) -> Iterator[str]:
    """One key: what it is, its default, and what may stand in it where the default is nothing."""
    remark = f"{_about(slot)} Allowed: {slot.allowed}." if slot.section is None else _about(slot)
    yield f"{indent}# {remark}"
    default = _default(slot, path)
    if slot.section is not None and not slot.nullable:
        yield f"{indent}{key}:"
        yield from _yaml_section(slot.section, path, indent + "  ")
        return
    if isinstance(default, tuple | list) and default and slot.origin is tuple and isinstance(default[0], BaseModel):
        yield f"{indent}{key}:"
        yield from (f"{indent}  - {_flow(item)}" for item in default)
        return
    yield f"{indent}{key}: {_flow(default)}"
    yield from _inside(slot, path, f"{indent}# ")


def _inside(slot: Slot, path: Path, indent: str) -> Iterator[str]:
    """What may stand in a key whose default is nothing, as comments."""
    if slot.section is not None:
        yield from _yaml_section(slot.section, path, f"{indent}  ")
    elif slot.origin in {dict, tuple}:
        inner = slot_of(get_args(slot.type)[-1 if slot.origin is dict else 0])
        if inner.section is not None:
            yield f"{indent}  NAME:" if slot.origin is dict else f"{indent}  -"
            yield from _yaml_section(inner.section, (*path, "NAME"), f"{indent}    ")


def _yaml_section(section: type[BaseModel], path: Path, indent: str) -> Iterator[str]:
    for key, slot in keys_of(section):
        if "#" in indent:
            value = "" if slot.section is not None else " " + _flow(_default(slot, (*path, key)))
            yield f"{indent}{key}:{value}  # {_about(slot)}"
            yield from _inside(slot, (*path, key), indent)
        else:
            yield from _yaml_key(key, slot, (*path, key), indent)


def _about(slot: Slot) -> str:
    described = slot.field.description or "" if slot.field is not None else ""
    required = " Required." if slot.field is not None and slot.field.is_required() else ""
    return f"{described}.{required}" + (" Not run by this version." if slot.later is not None else "")


def _default(slot: Slot, path: Path) -> Any:
    if path in _EXAMPLES:
        return _EXAMPLES[path]
    default = slot.field.get_default(call_default_factory=True) if slot.field is not None else None
    return None if default is PydanticUndefined else default


def _flow(value: Any) -> str:
    """A value in one line of YAML."""
    if isinstance(value, BaseModel):
        value = {key: getattr(value, name) for name, key in _names(type(value))}
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, Duration | Enum):
        return str(value.value if isinstance(value, Enum) else value)
    text = json.dumps(value, ensure_ascii=False)
    bare = isinstance(value, str) and value.replace("_", "").replace("-", "").isalnum() and not value[0].isdigit()
    return str(value) if bare else text


def _names(section: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for name, field in section.model_fields.items():
        yield name, field.alias or name


def markdown() -> str:
    """The reference page."""
    lines = [_PAGE]
    rows: list[str] = []
    for key, slot in keys_of(Settings):
        if slot.section is None and slot.origin is not dict:
            rows.append(_row(key, slot, (key,)))
        else:
            lines += _table(key, slot, (key,))
    lines += ["## Others", "", *_TABLE_HEAD, *rows]
    return "\n".join(lines) + "\n"


_TABLE_HEAD = ("| key | default | allowed | what |", "|---|---|---|---|")


def _table(key: str, slot: Slot, path: Path) -> list[str]:
    """A chapter for a key of the first level, with a row for every key below it."""
    return [f"## {key}", "", _about(slot), "", *_TABLE_HEAD, *_rows(slot, path), ""]


def _rows(slot: Slot, path: Path) -> Iterator[str]:
    inner, marked = slot, path
    if slot.origin in {dict, tuple}:
        inner = slot_of(get_args(slot.type)[-1 if slot.origin is dict else 0])
        marked = (*path, "NAME" if slot.origin is dict else "N")
    if inner.section is None:
        return
    for key, below in keys_of(inner.section):
        if below.section is None:
            yield _row(".".join(map(str, (*marked, key))), below, (*path, key))
        elif below.nullable:
            yield f"| `{'.'.join(map(str, (*marked, key)))}` | `null` | a mapping | {_about(below)} |"
        yield from _rows(below, (*marked, key))


def _row(name: str, slot: Slot, path: Path) -> str:
    required = slot.field is not None and slot.field.is_required()
    default = "required" if required else f"`{_flow(_default(slot, (*path, '')))}`"
    return f"| `{name}` | {default} | {slot.allowed} | {_about(slot)} |".replace("\n", " ")
