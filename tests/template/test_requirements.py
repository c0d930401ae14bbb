"""Pinned requirements: every package hashed, and no list knows where it was downloaded from."""

import re

import pytest

from tests.template.stack import ROOT

LISTS = [
    "layers/dependencies/requirements.txt",
    "functions/notifier/requirements.txt",
    *(f"requirements/{name}.txt" for name in ("development", "benchmark", "sam", "lock")),
]
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def pins(path: str) -> dict[str, str]:
    return {name: version for name, version, _ in PIN.findall((ROOT / path).read_text())}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_holds_nothing_but_pins_with_hashes(path: str) -> None:
    rest = PIN.sub("", (ROOT / path).read_text())
    assert pins(path)
    assert [line for line in rest.splitlines() if line and not line.lstrip().startswith("#")] == []


@pytest.mark.parametrize("path", LISTS)
def test_a_list_names_no_index_and_no_place_on_a_disk(path: str) -> None:
    assert not re.search(r"https?:|file:/|index-url|find-links|trusted-host|# via.* /", (ROOT / path).read_text())


def test_the_tests_run_on_the_versions_that_the_layer_ships() -> None:
    layer = pins("layers/dependencies/requirements.txt")
    assert {"aws-lambda-powertools", "requests"} <= layer.keys()
    assert layer.items() <= pins("requirements/development.txt").items()


def test_the_notifier_uses_what_the_layer_has_at_its_versions() -> None:
    layer, notifier = pins("layers/dependencies/requirements.txt"), pins("functions/notifier/requirements.txt")
    makefile = (ROOT / "functions/notifier/Makefile").read_text()
    shared = set(re.findall(r"^SHARED = (.+)$", makefile, re.MULTILINE)[0].replace("_", "-").split())
    assert shared == layer.keys() & notifier.keys()
    assert {name: layer[name] for name in shared} == {name: notifier[name] for name in shared}
    assert notifier.items() <= pins("requirements/development.txt").items()


def test_the_layer_leaves_the_aws_sdk_to_the_runtime() -> None:
    assert not {"boto3", "botocore"} & pins("layers/dependencies/requirements.txt").keys()
