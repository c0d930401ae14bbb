"""What `sam build` made, and the emulator that the SAM CLI ships; each missing piece is one clear line."""

import platform
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

LAYERS = ("DependenciesLayer", "OrderRelayLayer")
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


class NotReady(Exception):
    """Something must be built or installed first; the text is one line that says what to run."""


@dataclass(frozen=True)
class BuiltFunction:
    """One function of the built template."""

    name: str
    code: Path
    handler: str
    timeout_s: int
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Runtime:
    """The emulator, and the Python that has the runtime client."""

    emulator: Path
    python: Path


def functions(build: Path) -> dict[str, BuiltFunction]:
    """Read the built template; only literal variables are taken, the rest is for the caller to fill in."""
    try:
        template = yaml_parse((build / "template.yaml").read_text("utf-8"))
    except FileNotFoundError:
        raise NotReady(f"{build} holds no built template; run: make build") from None
    handler = template["Globals"]["Function"]["Handler"]
    found = {
        name: _function(name, build, handler, resource["Properties"])
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    for one in found.values():
        if not (one.code / "app.py").is_file():
            raise NotReady(f"{one.code} holds no app.py; run: make build")
    return found


def layers(build: Path) -> list[Path]:
    """The built layers, in the order in which Python looks into them."""
    found = [build / name / "python" for name in LAYERS]
    for path in found:
        if not path.is_dir():
            raise NotReady(f"{path} is missing; run: make build")
        if next(path.rglob("*.pyc"), None) is None:
            raise NotReady(f"{path} is not byte-compiled; run: make build")
    return found


def without_bytecode(paths: list[Path], folder: Path) -> list[Path]:
    """Copy layers as they would be without `compileall`."""
    copies = [folder / path.parent.name for path in paths]
    for path, copy in zip(paths, copies, strict=True):
        shutil.copytree(path, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copies


def runtime(venv: Path) -> Runtime:
    """Find the emulator for this machine and the runtime client beside it."""
    machine = MACHINES.get(platform.machine().lower())
    if platform.system() != "Linux" or machine is None:
        raise NotReady("the emulator runs on Linux, on x86_64 or arm64")
    packages = venv / "lib" / "python3.13" / "site-packages"
    emulator = packages / "samcli" / "local" / "rapid" / f"aws-lambda-rie-{machine}"
    for needed in (emulator, packages / "awslambdaric"):
        if not needed.exists():
            raise NotReady(f"{needed} is missing; remove {venv} and run: make build (with python3.13)")
    return Runtime(emulator, venv / "bin" / "python")


def _function(name: str, build: Path, handler: str, properties: Mapping[str, Any]) -> BuiltFunction:
    variables = properties.get("Environment", {}).get("Variables", {})
    return BuiltFunction(
        name=name,
        code=build / str(properties["CodeUri"]),
        handler=str(properties.get("Handler", handler)),
        timeout_s=int(properties["Timeout"]),
        variables={key: value for key, value in variables.items() if isinstance(value, str)},
    )
