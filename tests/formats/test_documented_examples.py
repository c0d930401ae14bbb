"""Every example of docs/alerts.md does what the page says it does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from order_relay.core.age import read_time
from order_relay.core.alert import refuse_credentials, refuse_placeholders
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.strict_json import load
from order_relay.core.symbol import read_symbol
from order_relay.formats import native
from order_relay.service.dispatch import Arrival, check, messages

PAGE = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text("utf-8")
BLOCK = re.compile(r"^```json(?P<mark>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r" (accepted|template|refused: [a-z_]+)")
WORD_ROW = re.compile(r"^\| `([a-z_]+)` \| ([0-9]{3}) \|", re.MULTILINE)
FIELD_ROW = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)
SPELLING_ROW = re.compile(r"^\| (`[^|]+) \| ([^|]+) \| (perp|no|) ?\|$", re.MULTILINE)
FIELD = re.compile(r'[{,]\s*"([^"]+)":')

ROUTE = Route("example", ("main",))
ARRIVED_MS = read_time("2026-01-01T12:00:05Z")
FILLED_IN = {
    "{{ticker}}": "BTCUSDT.P",
    "{{timenow}}": "2026-01-01T12:00:00Z",
    "{{close}}": "61000.5",
    "{{strategy.order.action}}": "sell",
    "{{strategy.order.contracts}}": "0.01",
    "{{strategy.order.id}}": "Long-1",
}


def blocks() -> Iterator[tuple[str, str]]:
    for block in BLOCK.finditer(PAGE):
        yield block["mark"].strip(), block["body"]


def examples(mark: str) -> list[str]:
    return [body for found, body in blocks() if found.partition(":")[0] == mark]


def answer(text: str) -> str:
    """Read a body by the webhook's own steps and say what comes of it, in the words of the page."""
    body = text.encode()
    try:
        refuse_placeholders(body)
        decoded = load(body)
        refuse_credentials(decoded)
        alert = native.read(decoded, ROUTE)
        arrival = Arrival(ROUTE, body, "request-1", ARRIVED_MS)
        check(alert, arrival)
        messages(alert, arrival)
    except Refusal as refusal:
        return f"refused: {refusal.word.value}"
    return "accepted"


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


def filled_in(template: str) -> str:
    for placeholder, value in FILLED_IN.items():
        template = template.replace(placeholder, value)
    return template


def test_every_example_says_what_becomes_of_it() -> None:
    marks = [mark for mark, _ in blocks()]
    assert len(marks) == PAGE.count("\n```json") >= 40
    assert [mark for mark in marks if not MARK.fullmatch(f" {mark}")] == []
    assert len(spellings()) >= 15


@pytest.mark.parametrize("body", examples("accepted"))
def test_an_accepted_example_is_accepted(body: str) -> None:
    assert answer(body) == "accepted"


@pytest.mark.parametrize(("mark", "body"), [one for one in blocks() if one[0].startswith("refused")])
def test_a_refused_example_is_refused_with_its_word(mark: str, body: str) -> None:
    assert answer(body) == mark


@pytest.mark.parametrize("template", examples("template"))
def test_a_template_is_accepted_once_its_placeholders_are_filled_in(template: str) -> None:
    assert answer(template) == "refused: unresolved_placeholder"
    assert answer(filled_in(template)) == "accepted"


@pytest.mark.parametrize(("text", "meaning"), spellings())
def test_a_symbol_is_read_as_the_table_says(text: str, meaning: str) -> None:
    assert symbol_read(text) == meaning


def test_the_page_lists_every_refusal_word_with_its_status() -> None:
    listed = {word: int(status) for word, status in WORD_ROW.findall(PAGE)}
    assert listed == {word.value: Refusal(word, "").status for word in Word}


def test_every_field_of_a_working_example_is_described() -> None:
    used = {field for kind in ("accepted", "template") for body in examples(kind) for field in FIELD.findall(body)}
    assert used - set(FIELD_ROW.findall(PAGE)) == {"orders"}
