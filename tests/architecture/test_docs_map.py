"""The package map in docs/architecture.md names exactly the modules that exist.

The map is every table whose first column is headed `module`; its rows read
``| `orders.event` | what it owns |``.
"""

from collections.abc import Iterator

from tests.architecture.modules import ROOT, modules


def test_the_map_names_what_exists() -> None:
    mapped = list(_mapped())
    there = {module.name for module in modules() if module.has_code}
    assert {"missing from the map": there - set(mapped), "no longer there": set(mapped) - there} == {
        "missing from the map": set(),
        "no longer there": set(),
    }
    assert len(mapped) == len(set(mapped)), "a module stands in the map twice"


def test_every_module_of_the_map_owns_something() -> None:
    assert [row for row in _rows() if not row[1]] == []


def _mapped() -> Iterator[str]:
    for first, _ in _rows():
        yield first.strip("`").removeprefix("slamon.")


def _rows() -> Iterator[tuple[str, str]]:
    inside = False
    for line in (ROOT / "docs" / "architecture.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) < 2:
            inside = False
        elif cells[0] == "module":
            inside = True
        elif inside and not cells[0].startswith("-"):
            yield cells[0], cells[1]
