"""Small enough to read: budgets of modules, functions, classes and parameter lists (ruff has complexity)."""

import ast
from collections.abc import Iterator
from typing import TypeAlias

from tests.architecture.modules import modules

MODULE_LINES = 250
FUNCTION_LINES = 40
CLASS_LINES = 120
POSITIONAL = 5

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def test_modules_are_short() -> None:
    assert _over(MODULE_LINES, ((module.name, len(module.text.splitlines())) for module in modules())) == {}


def test_functions_are_short() -> None:
    assert _over(FUNCTION_LINES, ((name, _lines(node)) for name, node in _functions())) == {}


def test_classes_are_short() -> None:
    assert _over(CLASS_LINES, ((name, _lines(node)) for name, node in _classes())) == {}


def test_positional_parameters_are_few() -> None:
    assert _over(POSITIONAL, ((name, _positional(node)) for name, node in _functions())) == {}


def _over(budget: int, sizes: Iterator[tuple[str, int]]) -> dict[str, int]:
    return {name: size for name, size in sizes if size > budget}


def _functions() -> Iterator[tuple[str, Function]]:
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield f"{module.name}:{node.lineno} {node.name}", node


def _classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                yield f"{module.name}:{node.lineno} {node.name}", node


def _lines(node: Function | ast.ClassDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _positional(node: Function) -> int:
    names = [parameter.arg for parameter in (*node.args.posonlyargs, *node.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))
