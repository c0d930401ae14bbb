"""Every example of docs/alerts.md and docs/formats does what its page says it does."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from order_relay.core.order import Action, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import KNOWN, KNOWN_DEFAULTS, KNOWN_LIMITS, KNOWN_OPTIONS
from order_relay.core.symbol import read_symbol
from order_relay.formats import FORMATS
from order_relay.service.reading import read_alert
from tests.formats.pages import DOCS, MARK, Example, becomes, examples

PAGE = (DOCS / "alerts.md").read_text("utf-8")
EXAMPLES = list(examples(PAGE))
OTHER_TOOLS = sorted((DOCS / "formats").glob("*.md"))
WORD_ROW = re.compile(r"^\| `([a-z_]+)` \| ([0-9]{3}) \|", re.MULTILINE)
FIELD_ROW = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)
SPELLING_ROW = re.compile(r"^\| (`[^|]+) \| ([^|]+) \| (perp|no|) ?\|$", re.MULTILINE)
FIELD = re.compile(r'[{,]\s*"([^"]+)":')


def called(example: Example) -> str:
    return f"{example.mark}-{example.body[:60]}"


def spellings() -> list[tuple[str, str]]:
    """Each symbol of the page's table, with what the table says of it."""
    return [
        (text, f"{name} {market}" if market else name.partition(":")[0])
        for texts, name, market in SPELLING_ROW.findall(PAGE)
        for text in re.findall(r"`([^`]+)`", texts)
    ]


def symbol_read(text: str) -> str:
    try:
        name, market = read_symbol(text)
    except Refusal as refusal:
        return f"refused, `{refusal.word.value}`"
    return f"{name} {market.value if market else 'no'}"


def fences(page: str) -> int:
    return len(re.findall(r"^```(?:json|text)", page, re.MULTILINE))


def routes(page: str) -> int:
    return len(re.findall(r"^```json route$", page, re.MULTILINE))


def test_every_example_says_what_becomes_of_it() -> None:
    assert len(EXAMPLES) + routes(PAGE) == fences(PAGE)
    assert len(EXAMPLES) >= 80
    assert [one.mark for one in EXAMPLES if not MARK.fullmatch(one.mark)] == []
    assert len(spellings()) >= 15


@pytest.mark.parametrize("example", EXAMPLES, ids=called)
def test_an_example_becomes_what_its_mark_says(example: Example) -> None:
    assert becomes(example) == example.mark


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.mark == "accepted"], ids=called)
def test_a_route_that_names_no_format_reads_an_accepted_example_the_same(example: Example) -> None:
    body, auto = example.body.encode(), replace(example.route, format="auto")
    assert read_alert(body, auto).legs == read_alert(body, example.route).legs


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.mark.startswith("refused")], ids=called)
def test_a_route_that_names_no_format_rescues_no_refused_example(example: Example) -> None:
    of_another_tool = '"sentiment"' in example.body
    told = becomes(replace(example, route=replace(example.route, format="auto")))
    assert (told == "accepted") is of_another_tool


@pytest.mark.parametrize(("text", "meaning"), spellings())
def test_a_symbol_is_read_as_the_table_says(text: str, meaning: str) -> None:
    assert symbol_read(text) == meaning


def test_the_page_lists_every_refusal_word_with_its_status() -> None:
    listed = {word: int(status) for word, status in WORD_ROW.findall(PAGE)}
    assert listed == {word.value: Refusal(word, "").status for word in Word}


def test_every_refusal_word_that_a_body_can_earn_has_an_example() -> None:
    shown = {one.mark.removeprefix("refused: ") for one in EXAMPLES if one.mark.startswith("refused")}
    assert shown == {word.value for word in Word} - {"unauthenticated", "too_large", "too_many_orders"}


def test_every_action_has_an_example_that_is_accepted() -> None:
    shown = " ".join(one.body for one in EXAMPLES if one.mark == "accepted")
    assert [action.value for action in Action if f'"action": "{action.value}"' not in shown] == []
    assert [unit.value for unit in Unit if unit is not Unit.BASE and f'"unit": "{unit.value}"' not in shown] == []


def test_every_field_of_a_working_example_is_described() -> None:
    working = [one.body for one in EXAMPLES if one.mark in ("accepted", "template")]
    used = {field for body in working for field in FIELD.findall(body)}
    assert used - set(FIELD_ROW.findall(PAGE)) == {"orders"}


@pytest.mark.parametrize("name", sorted(KNOWN | KNOWN_DEFAULTS | KNOWN_LIMITS | KNOWN_OPTIONS | set(FORMATS)))
def test_every_setting_of_a_route_is_described(name: str) -> None:
    assert f"`{name}`" in PAGE


# Pages for those who come from another tool


def test_every_page_of_another_tool_begins_with_its_route_and_shows_both_ends() -> None:
    for path in OTHER_TOOLS:
        page = path.read_text("utf-8")
        marks = {one.mark.partition(":")[0] for one in examples(page)}
        first = re.search(r"^```(.*)$", page, re.MULTILINE)
        assert first is not None, path.name
        assert first[1] == "json route", path.name
        assert {"accepted", "refused"} <= marks, path.name


def test_every_example_of_another_tool_becomes_what_its_mark_says() -> None:
    found = [(path, one) for path in OTHER_TOOLS for one in examples(path.read_text("utf-8"))]
    wrong = [(path.name, one.mark, becomes(one), one.body) for path, one in found if becomes(one) != one.mark]
    assert wrong == []


def test_every_page_of_another_tool_is_linked() -> None:
    assert [path.name for path in OTHER_TOOLS if f"](formats/{path.name})" not in PAGE] == []


def test_no_page_shows_a_secret_or_a_place_on_a_machine() -> None:
    for path in [DOCS / "alerts.md", *OTHER_TOOLS]:
        assert not re.search(r"/(work|root|tmp|home)/", Path(path).read_text("utf-8")), path.name
