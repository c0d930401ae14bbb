"""Real bodies: none becomes another trade, and nearly all that can be traded are. They are read where they lie."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from order_relay.core.order import Leg
from order_relay.core.refusal import Refusal, Word
from order_relay.formats import FORMATS
from order_relay.service.reading import read_alert
from tests.formats.corpus_expected import TRADES, as_expected
from tests.formats.corpus_routes import RULED_OUT, route_of
from tools.explain_alert.reading import Reading, decided
from tools.explain_alert.route_file import RouteFile, checked

CORPUS = Path(__file__).parents[3] / "shared" / "alerts" / "corpus.jsonl"
READ_AT_LEAST = 0.95
DELAY_MS = 3_000
ARRIVED_MS = 1_772_447_403_000
_NAMED = re.compile(
    r"action|side|symbol|quantity|price|type|field|line|format|command|text|token|intent|account|strategy|"
    r"option|take_profit|max|mode|time|\{\{"
)


@dataclass(frozen=True)
class Line:
    """One line, the route for it, and what the webhook decides about it."""

    data: Mapping[str, Any]
    file: RouteFile
    reading: Reading

    @property
    def name(self) -> str:
        return str(self.data["id"])

    @property
    def expected(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.data["expected"]
        return found

    @property
    def legs(self) -> list[Leg]:
        return [leg for leg in self.reading.legs if not leg.action.controls]

    @property
    def right(self) -> bool:
        """True if it became the very trade that it means."""
        alert = self.reading.alert
        if alert is None or self.expected["kind"] not in TRADES:
            return False
        return as_expected(self.expected, alert, self.legs, self.file.route)

    @property
    def wanted(self) -> bool:
        """True if it is one order for a crypto exchange, means one thing and tells no exchange key."""
        kept_out = {
            "unsupported_venue",
            "ambiguous",
        } & self.expected.keys() or self.reading.word == Word.CREDENTIALS_IN_BODY
        return self.expected["kind"] in TRADES[:-1] and not kept_out

    def __str__(self) -> str:
        told = self.reading.detail or self.legs
        return f"{self.name} ({self.data['family']}): {self.reading.word or 'accepted'}: {told}"


def lines() -> Iterator[Line]:
    for text in CORPUS.read_text("utf-8").splitlines() if CORPUS.exists() else ():
        data = json.loads(text)
        yield _read(data, data["filled"].encode())


def _read(data: Mapping[str, Any], body: bytes) -> Line:
    entry = route_of(data)
    form = FORMATS[entry["format"]]
    with suppress(Refusal):
        secret = form.token(form.opened(body)) if "secret_field" in data else None
        entry |= {"body_secret": secret} if secret else {}
    file = checked(entry)
    return Line(data, file, decided(body, file, _fired_ms(body, file) + DELAY_MS))


def _fired_ms(body: bytes, file: RouteFile) -> int:
    """The moment that the body states, so that it is fresh when it is read."""
    with suppress(Refusal):
        return read_alert(body, file.route).time_ms or ARRIVED_MS
    return ARRIVED_MS


@pytest.fixture(scope="module")
def corpus() -> list[Line]:
    return list(lines())


def test_the_corpus_is_there_or_its_absence_is_said(corpus: list[Line]) -> None:
    if not corpus:
        print("shared/alerts/corpus.jsonl is not beside the repository: no real body was read, only our own examples")
        return
    counts = Counter((line.expected["kind"], line.reading.word or "accepted") for line in corpus)
    for (kind, decision), count in sorted(counts.items()):
        print(f"{kind:16} {decision:24} {count:4}")
    assert len({line.name for line in corpus}) == len(corpus) >= 150


def test_every_line_ends_in_a_decision(corpus: list[Line]) -> None:
    words = {word.value for word in Word}
    assert [str(line) for line in corpus if line.reading.word not in words and not line.reading.legs] == []


def test_no_line_becomes_another_trade_than_it_means(corpus: list[Line]) -> None:
    assert [str(line) for line in corpus if line.legs and not line.right] == []


def test_nothing_is_traded_where_nothing_or_two_things_are_meant(corpus: list[Line]) -> None:
    doubtful = [line for line in corpus if line.expected["kind"] not in TRADES or "ambiguous" in line.expected]
    assert [str(line) for line in doubtful if line.legs] == []


def test_what_is_refused_on_purpose_is_refused_with_its_word(corpus: list[Line]) -> None:
    wanted = {line.name: RULED_OUT[line.name].partition(":")[0] for line in corpus if line.name in RULED_OUT}
    assert {line.name: line.reading.word for line in corpus if line.name in RULED_OUT} == wanted


def test_nearly_every_order_is_read_as_it_is_meant(corpus: list[Line]) -> None:
    wanted = [line for line in corpus if line.wanted]
    misses = [str(line) for line in wanted if not line.right]
    right = len(wanted) - len(misses)
    print(f"{right} of {len(wanted)} read as expected", *misses, sep="\n")
    assert right >= READ_AT_LEAST * len(wanted), misses


def test_every_refusal_names_what_it_is_about(corpus: list[Line]) -> None:
    nameless = [line for line in corpus if line.reading.word and not _NAMED.search(line.reading.detail)]
    assert [str(line) for line in nameless] == []
