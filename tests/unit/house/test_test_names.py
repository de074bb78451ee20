"""Tests have the same names in each process, as pytest-xdist needs."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]
CLOCK = {"time", "time_ns", "now", "utcnow", "today"}
# conftest.py writes ID in the place of a UUID.
CHANCE = {"urandom", "random", "randint", "token_hex", "token_urlsafe"}


def calls(decorator: ast.expr) -> set[str]:
    """Return the names of the functions called while a decorator's parameters are made."""
    functions = [node.func for node in ast.walk(decorator) if isinstance(node, ast.Call)]
    return {ast.unparse(function).rpartition(".")[2] for function in functions}


def test_no_name_depends_on_the_clock_or_on_chance() -> None:
    depending = [
        f"{path.relative_to(ROOT)}:{decorator.lineno}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
        if "parametrize" in ast.unparse(decorator) and calls(decorator) & (CLOCK | CHANCE)
    ]

    assert depending == []
