"""A view fits a glance, a function fits a screen."""

from __future__ import annotations

import ast

from tests.architecture import tree

VIEW_LINES = 25
FUNCTION_LINES = 60
ROUTES = {"get", "post", "route", "put", "delete", "patch"}


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the end; decorators and the docstring do not count."""
    first = function.body[0]
    said = 0
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        said = (first.end_lineno or first.lineno) - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - said


def _is_view(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and one.func.attr in ROUTES
        for one in function.decorator_list
    )


def test_views_fit_a_glance() -> None:
    wrong = [
        f"{tree.name(path)}:{function.lineno} {function.name} has {_lines(function)} lines"
        for path in tree.python(*tree.AREAS)
        for function in tree.functions(path)
        if _is_view(function) and _lines(function) > VIEW_LINES
    ]
    tree.nothing(wrong)


def test_functions_fit_a_screen() -> None:
    wrong = [
        f"{tree.name(path)}:{function.lineno} {function.name} has {_lines(function)} lines"
        for path in tree.python()
        for function in tree.functions(path)
        if _lines(function) > FUNCTION_LINES and function.name != "init_app"
    ]
    tree.nothing(wrong)


def test_there_are_views_to_look_at() -> None:
    views = [
        one for path in tree.python(*tree.AREAS) for one in tree.functions(path) if _is_view(one)
    ]
    assert len(views) > 50


def test_only_views_commands_and_jobs_commit() -> None:
    """A model that commits ends a transaction that its caller has not finished."""
    wrong = [
        f"{tree.name(path)}:{node.lineno}"
        for path in tree.python(*tree.AREAS)
        if path.name in ("models.py", "policy.py", "forms.py")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
    tree.nothing(wrong)
