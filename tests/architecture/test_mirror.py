"""Tests mirror the code: `slamon/sla/clock.py` has `tests/unit/sla/test_clock.py`."""

from fnmatch import fnmatch
from pathlib import Path

from tests.architecture.modules import ROOT, modules

# pattern → why it has no unit test, and what tests it instead
EXEMPT = {
    "__main__": "starts the command line; tests of the command line run it as a process",
    "demo/kafka/*": "starts a real Kafka; tests/contract/test_kafka_launcher.py",
    "demo/ports": "asks the operating system; tests/contract/test_kafka_launcher.py",
    "demo/process": "starts and ends processes; tests/contract/test_kafka_launcher.py",
}


def test_every_module_has_its_tests() -> None:
    wanting = [place for place in _tested_places() if not _test_of(place).exists()]
    assert wanting == []


def test_no_test_outlives_its_module() -> None:
    """`test_clock.py`, `test_clock_laws.py`: what stands after `test_` begins with a module's name."""
    places = {module.place for module in modules()} | {module.place.removesuffix("/__init__") for module in modules()}
    stray = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "tests" / "unit").rglob("test_*.py"))
        if not _names_a_module(path.relative_to(ROOT / "tests" / "unit").with_suffix("").as_posix(), places)
    ]
    assert stray == []


def test_no_exemption_outlives_its_module() -> None:
    places = [module.place for module in modules()]
    unused = [pattern for pattern in EXEMPT if not any(fnmatch(place, pattern) for place in places)]
    assert unused == []


def _tested_places() -> list[str]:
    return [
        module.place.removesuffix("/__init__")
        for module in modules()
        if module.has_code and not any(fnmatch(module.place, pattern) for pattern in EXEMPT)
    ]


def _test_of(place: str) -> Path:
    folder, _, name = place.rpartition("/")
    return ROOT / "tests" / "unit" / folder / f"test_{name}.py"


def _names_a_module(test: str, places: set[str]) -> bool:
    folder, _, name = test.rpartition("/")
    words = name.removeprefix("test_").split("_")
    prefix = f"{folder}/" if folder else ""
    return any(prefix + "_".join(words[:count]) in places for count in range(1, len(words) + 1))
