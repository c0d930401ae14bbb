"""Arrows between the layers point one way, and files and functions stay small enough to be read at once."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "order_relay" / "order_relay"
LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 50
IMPURE = frozenset({"os", "time", "random", "socket", "secrets", "subprocess", "threading", "urllib.request", "http"})
REACH = {
    "core": ("core",),
    "formats": ("core", "formats"),
    "exchanges": ("core", "exchanges"),
    "adapters": ("core", "adapters"),
    "service": ("core", "service"),
    "page": ("core", "service", "page"),
    "observe": ("core",),
    "bootstrap": ("core", "formats", "exchanges", "adapters", "service", "page", "observe"),
    "functions": ("core", "service", "page", "bootstrap"),
}
ALSO = {"service/intake.py": ("formats",), "service/reading.py": ("formats",)}
PURE = ("core", "formats", "exchanges", "service", "page")

SOURCES = sorted(PACKAGE.rglob("*.py")) + sorted((ROOT / "functions").rglob("*.py"))
TOOLS = sorted((ROOT / "tools").rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def layer(path: Path) -> str:
    if not path.is_relative_to(PACKAGE):
        return path.relative_to(ROOT).parts[0]
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), name(path))


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own(path: Path) -> set[str]:
    """The parts of the package that a file imports, as dotted names below it."""
    return {one.removeprefix("order_relay.") for one in imported(path) if one.startswith("order_relay.")}


def test_the_sources_are_found() -> None:
    assert {layer(path) for path in SOURCES} == {*REACH, "__init__"}
    assert any(path.parent.name == "exchange_simulator" for path in TOOLS)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_arrows_point_one_way(path: Path) -> None:
    below = str(path.relative_to(PACKAGE)) if path.is_relative_to(PACKAGE) else ""
    allowed = REACH.get(layer(path), ()) + ALSO.get(below, ())
    assert {one for one in own(path) if one.split(".")[0] not in allowed} == set()


@pytest.mark.parametrize("path", [path for path in SOURCES if layer(path) in PURE], ids=name)
def test_inner_layers_use_only_the_standard_library_and_nothing_of_the_host(path: Path) -> None:
    used = {one for one in imported(path) if not one.startswith("order_relay")}
    assert {one for one in used if one.split(".")[0] not in sys.stdlib_module_names} == set()
    assert {one for one in used if one in IMPURE or one.split(".")[0] in IMPURE} == set()


@pytest.mark.parametrize("path", [path for path in SOURCES if layer(path) == "exchanges"], ids=name)
def test_an_exchange_knows_only_its_own_files(path: Path) -> None:
    if path.name == "__init__.py":
        return
    family = path.stem.split("_")[0]
    siblings = {one.split(".")[1] for one in own(path) if one.startswith("exchanges.")}
    assert {one for one in siblings if one.split("_")[0] != family} == set()


@pytest.mark.parametrize("path", [path for path in SOURCES if layer(path) != "bootstrap"], ids=name)
def test_only_bootstrap_reads_the_environment(path: Path) -> None:
    read = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert read & {"environ", "environb", "getenv", "putenv"} == set()


@pytest.mark.parametrize("path", [path for path in TOOLS if "exchange_simulator" in path.parts], ids=name)
def test_the_simulator_shares_nothing_with_the_relay(path: Path) -> None:
    assert {one for one in imported(path) if one.split(".")[0] == "order_relay"} == set()


@pytest.mark.parametrize("path", SOURCES + TOOLS, ids=name)
def test_files_and_functions_stay_small(path: Path) -> None:
    functions = (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    sizes = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    assert {one: lines for one, lines in sizes.items() if lines > LINES_OF_A_FUNCTION} == {}
    lines_of_file = path.read_bytes().count(b"\n")
    assert lines_of_file <= LINES_OF_A_FILE or path.name.endswith("_codes.py")
