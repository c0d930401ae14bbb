"""The operator's pages: every name, command, file and link in them is real."""

import json
import re
from typing import Any

import pytest
from typer.main import get_command

from tests.template.alarms import DEFAULT_PREFIX, PLACEHOLDER
from tests.template.stack import ROOT, Stack
from tools.relayctl.app import app

PAGES = [
    "docs/runbook.md", "docs/security.md", "docs/costs.md", "docs/console.md", "docs/relayctl.md", "docs/sam-local.md",
]  # fmt: skip
NAMES = re.compile(r"(?<![\w#.-])order-relay(?:-[a-z]+)+(?:\.fifo)?")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def page(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", PAGES)
def test_every_name_of_a_resource_is_one_of_the_template(stack: Stack, path: str) -> None:
    texts = [text for one in _mappings(stack.resources) if isinstance(text := one.get("Fn::Sub"), str)]
    names = {PLACEHOLDER.sub(lambda found: DEFAULT_PREFIX if found[1] == "Prefix" else "", text) for text in texts}
    known = {name.rpartition("/")[2] for name in names} | {"order-relay-demo"}
    assert set(NAMES.findall(page(path))) <= known


def _mappings(node: object) -> list[dict[str, object]]:
    if isinstance(node, dict):
        return [node, *(found for one in node.values() for found in _mappings(one))]
    return [found for one in node for found in _mappings(one)] if isinstance(node, list) else []


@pytest.mark.parametrize("path", PAGES)
def test_every_saved_query_is_one_of_the_template(stack: Stack, path: str) -> None:
    saved = {one["Name"]["Fn::Sub"].partition("/")[2] for one in stack.of("AWS::Logs::QueryDefinition").values()}
    assert set(re.findall(r"query `([a-z-]+)`", page(path))) <= saved


@pytest.mark.parametrize("path", PAGES)
def test_every_link_leads_somewhere(path: str) -> None:
    for place in re.findall(r"\]\(([^)]+)\)", page(path)):
        file, _, section = place.partition("#")
        if file.startswith("https://") or not section:
            assert file.startswith("https://") or (ROOT / "docs" / file).exists(), place
            continue
        known = page(path) if not file else (ROOT / "docs" / file).read_text("utf-8")
        assert section in {anchor(heading) for heading in HEADING.findall(known)}, place


def test_the_front_page_leads_to_every_page() -> None:
    linked = set(re.findall(r"\]\((docs/[^)#]+)", page("README.md")))
    assert {f"docs/{one.name}" for one in (ROOT / "docs").glob("*.md")} <= linked
    assert all((ROOT / place).exists() for place in linked)


@pytest.mark.parametrize("path", PAGES)
def test_every_command_of_relayctl_is_one_that_it_has(path: str) -> None:
    group: Any = get_command(app)
    letters = {f"dead-letters {name}" for name in group.commands["dead-letters"].commands}
    for command, rest in re.findall(r"relayctl ([a-z][a-z-]*)(?: ([a-z-]+))?", page(path)):
        assert command in group.commands, command
        assert command != "dead-letters" or f"dead-letters {rest}" in letters, rest


@pytest.mark.parametrize("path", PAGES)
def test_every_sample_event_and_make_target_is_there(path: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", page("Makefile"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", page(path))) <= targets
    for event in re.findall(r"events/([a-z-]+\.json)", page(path)):
        assert (ROOT / "events" / event).exists(), event


@pytest.mark.parametrize("path", PAGES)
def test_every_parameter_is_one_of_the_template(stack: Stack, path: str) -> None:
    overridden = re.findall(r"\b([A-Z][A-Za-z]+)=", page(path))
    assert {name for name in overridden if not name.isupper()} <= set(stack.written["Parameters"])


def test_every_command_to_the_redrive_function_is_json_that_it_knows() -> None:
    code = "".join(one.read_text("utf-8") for one in (ROOT / "layers/order_relay/order_relay/service").glob("*.py"))
    commands = [json.loads(text) for text in re.findall(r"'(\{\"command\".*?\})'", page("docs/runbook.md"))]
    assert {one["command"] for one in commands} >= {"list", "show", "retry", "drop", "settle"}
    for command in commands:
        for word in (command["command"], *(name for name in command if name != "command")):
            assert f'"{word}"' in code, word
