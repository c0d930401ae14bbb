"""Which metrics the code emits, read from its source: name, and the dimensions beside `service`."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.template.stack import ROOT

SOURCES = ("layers/order_relay/order_relay", "functions")


@cache
def emitted() -> dict[str, frozenset[str]]:
    """Every `signals.count(...)` of the code; a name may also come out of a table of names in the same module."""
    found: dict[str, frozenset[str]] = {}
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.update(_of_module(ast.parse(path.read_text("utf-8"))))
    return found


def _of_module(module: ast.Module) -> Iterator[tuple[str, frozenset[str]]]:
    tables = {
        target.id: _texts(node.value)
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and _counts(call.func):
            dimensions = frozenset(keyword.arg for keyword in call.keywords if keyword.arg not in (None, "value"))
            for name in _names(call.args[0], tables):
                yield name, frozenset(str(one) for one in dimensions)


def _counts(func: ast.expr) -> bool:
    """True for `signals.count`, `self.signals.count`, `job.signals.count`; not for `text.count`."""
    if not (isinstance(func, ast.Attribute) and func.attr == "count"):
        return False
    owner = func.value
    return (owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")) == "signals"


def _names(argument: ast.expr, tables: dict[str, list[str]]) -> list[str]:
    if isinstance(argument, ast.Subscript) and isinstance(argument.value, ast.Name):
        return tables[argument.value.id]
    if isinstance(argument, ast.IfExp):
        return _texts(argument.body) + _texts(argument.orelse)
    return _texts(argument)


def _texts(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
