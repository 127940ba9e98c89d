"""The modules of slamon, as the architecture tests see them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "slamon"


@dataclass(frozen=True)
class Module:
    path: Path

    @property
    def place(self) -> str:
        """Where it stands under slamon/, without the ending: `sla/clock`."""
        return self.path.relative_to(SOURCE).with_suffix("").as_posix()

    @property
    def name(self) -> str:
        """Its dotted name below slamon: `sla.clock`; a package's own code has the package's name."""
        return self.place.replace("/", ".").removesuffix(".__init__")

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def has_code(self) -> bool:
        """More than a docstring, imports and `__all__` or `__version__`."""
        return not all(_is_declaration(statement) for statement in self.tree.body)


def modules() -> Iterator[Module]:
    """Every Python file of the package, in order."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield Module(path)


def _is_declaration(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom():
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "__version__")]):
            return True
        case _:
            return False
