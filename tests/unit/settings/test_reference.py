"""What is generated from the models: current, complete and right."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from slamon.settings import load, load_text
from slamon.settings.reference import json_schema, markdown, reference_yaml
from slamon.settings.root import Settings
from slamon.settings.shape import Slot, keys_of, slot_of
from tests.configurations import settings_of

ROOT = Path(__file__).parents[3]


def _keys(slot: Slot, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if slot.origin in {dict, tuple}:
        marked = (*path, "NAME" if slot.origin is dict else "N")
        yield from _keys(slot_of(slot.type.__args__[-1 if slot.origin is dict else 0]), marked)
    if slot.section is not None:
        for key, inner in keys_of(slot.section):
            yield (*path, key)
            yield from _keys(inner, (*path, key))


def test_the_generated_files_are_current() -> None:
    """If this fails: `slamon schema --as yaml --output config/reference.yaml`, and the same for markdown."""
    assert (ROOT / "config" / "reference.yaml").read_text("utf-8") == reference_yaml()
    assert (ROOT / "docs" / "reference" / "configuration.md").read_text("utf-8") == markdown()


def test_the_reference_loads_and_holds_the_defaults() -> None:
    assert load_text(reference_yaml(), "reference.yaml", {}).settings == settings_of()


def test_the_reference_names_every_key() -> None:
    text = reference_yaml()
    missing = [path for path in _keys(slot_of(Settings), ()) if not re.search(rf"\b{path[-1]}:", text)]
    assert missing == []


def test_the_page_has_a_row_for_every_value() -> None:
    page = markdown()
    sections = {path[:-1] for path in _keys(slot_of(Settings), ())}
    values = [path for path in _keys(slot_of(Settings), ()) if path not in sections]
    chapters = {(key,) for key, _ in keys_of(Settings) if f"\n## {key}\n" in page}
    assert [path for path in values if f"| `{'.'.join(path)}` |" not in page and path not in chapters] == []
    assert len(values) > 100


def test_the_configuration_to_start_from_loads() -> None:
    loaded = load(str(ROOT / "config" / "slamon.yaml"), {})
    assert loaded.remarks == ()
    assert list(loaded.settings.sources) == ["orders"]


def test_what_it_shows_of_sla_in_comments_is_right_too() -> None:
    """Whoever takes the marks away gets a configuration that loads, with all that is shown in force."""
    before, _, rest = (ROOT / "config" / "slamon.yaml").read_text("utf-8").partition("\nsla:\n")
    sla, _, after = rest.partition("\n# Who is told")
    shown = re.sub(r"^( +)# ((?:[a-z_]+:|  ).*)$", r"\1\2", sla, flags=re.MULTILINE)
    loaded = load_text(f"{before}\nsla:\n{shown}\n# Who is told{after}", "slamon.yaml", {}).settings
    assert [policy.name for policy in loaded.sla.policies] == ["rush"]
    assert loaded.sla.policies[0].promise.calendar == "workshop"
    assert list(loaded.sla.calendars) == ["workshop"]
    assert list(loaded.sla.divergence.systems) == ["crm"]
    assert loaded.sla.enforce_from is not None


def test_the_schema_is_json_schema_of_the_configuration() -> None:
    schema = json.loads(json_schema())
    assert schema["required"] == ["kafka"]
    assert set(schema["properties"]) == {key for key, _ in keys_of(Settings)}
    assert schema["additionalProperties"] is False
    assert "from" in schema["$defs"]["Stage"]["properties"]
    assert schema["$defs"]["Promise"]["properties"]["duration"]["default"] == "P21D"


def test_the_schema_lets_a_section_stand_with_nothing_in_it() -> None:
    """As `notify:` does in the file to start from; what is required can't be nothing, nor can a word or a number."""
    schema = json.loads(json_schema())

    def nothing(*path: str) -> bool:
        holder = schema if len(path) == 1 else schema["$defs"][path[0]]
        return {"type": "null"} in holder["properties"][path[-1]].get("anyOf", ())

    allowed = [("notify",), ("sources",), ("Sla", "stages"), ("Sla", "calendars"), ("Sla", "promise")]
    refused = [("kafka",), ("data_dir",), ("Source", "topics"), ("Promise", "start"), ("Policy", "on_regress")]
    assert [nothing(*path) for path in allowed + refused] == [True] * 5 + [False] * 5
