"""Imports flow one way, the core does no I/O, each library has its home: see pyproject.toml."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ("errors", "health", "lag", "notices", "orders", "reports", "sla")


def test_contracts_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_core_package_is_held_to_purity() -> None:
    """The contract can name only what exists, so a new core package has to be added to it by hand."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (pure,) = (contract for contract in contracts if contract["name"].startswith("The core"))
    there = {f"slamon.{name}" for name in CORE if _exists(name)}
    assert set(pure["source_modules"]) == there


def _exists(name: str) -> bool:
    return (ROOT / "slamon" / name).is_dir() or (ROOT / "slamon" / f"{name}.py").is_file()
