"""The weight of what is deployed: every layer and function counts, and too much of it is refused."""

from pathlib import Path

import pytest

from tools.rie.size import AT_MOST, TooHeavy, report, weight

TEMPLATE = """
Globals: {Function: {Handler: app.lambda_handler}}
Resources:
  ClockFunction: {Type: AWS::Serverless::Function, Properties: {CodeUri: ClockFunction, Timeout: 30}}
"""


def built(folder: Path, layer_bytes: int) -> Path:
    """A build of one function and both layers, one of which weighs that much."""
    (folder / "template.yaml").write_text(TEMPLATE)
    put(folder / "ClockFunction" / "app.py", 7)
    put(folder / "DependenciesLayer" / "python" / "one.pyc", layer_bytes)
    put(folder / "OrderRelayLayer" / "python" / "__pycache__" / "two.pyc", 5)
    return folder


def put(path: Path, size: int) -> None:
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(size)


def test_layers_and_functions_count_together(tmp_path: Path) -> None:
    *parts, together = [line.split() for line in report(built(tmp_path, 1_000)).splitlines()]
    assert {name: size for name, size, _ in parts} == {
        "DependenciesLayer": "1,000",
        "ClockFunction": "7",
        "OrderRelayLayer": "5",
    }
    assert together[:2] == ["together", "1,012"]


def test_25_mb_are_too_much(tmp_path: Path) -> None:
    with pytest.raises(TooHeavy, match="25,000,000 bytes"):
        report(built(tmp_path, AT_MOST - 12))


def test_files_of_every_depth_are_weighed(tmp_path: Path) -> None:
    put(tmp_path / "folder" / "file", 3)
    assert weight(tmp_path) == 3
