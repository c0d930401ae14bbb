"""Logs, metrics and notifications: readable by machines, silent about secrets, and never the reason of a failure."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import uuid4

import pytest

from order_relay.observe import NOTIFY_EVERY_MS, PowertoolsSignals, Redactor
from tests.adapters.host_clock import HandClock

KEY, SECRET, PASSPHRASE = "fake-key-canary", "fake/secret+canary==", 'fake "pass\\phrase" canary'
ACCOUNT = {"exchange": "okx", "key": KEY, "secret": SECRET, "passphrase": PASSPHRASE, "environment": "live"}
OF_POWERTOOLS = ("message", "asctime", "level", "location", "timestamp", "service", "exception", "xray_trace_id")
Make = Callable[[], PowertoolsSignals]
Lines = Callable[[], list[dict[str, Any]]]


class Side(StrEnum):
    BUY = "buy"


class Publisher:
    """Takes notifications as a topic would, or fails."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.sent: list[tuple[str, str]] = []
        self.failure = failure

    def __call__(self, subject: str, text: str) -> None:
        self.sent.append((subject, text))
        if self.failure:
            raise self.failure


@pytest.fixture(autouse=True)
def service() -> Iterator[None]:
    """A service name of its own gives each test a logger that writes to the captured output."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "OrderRelay")
        patch.setenv("POWERTOOLS_SERVICE_NAME", f"test-{uuid4().hex}")
        yield


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.learn(ACCOUNT)
    return redactor


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def signals(redactor: Redactor, clock: HandClock, publisher: Publisher) -> Make:
    """Make the signals, which write to what is standard output at that moment, the first time they are asked for."""
    return cache(lambda: PowertoolsSignals(redactor, clock, publisher))


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """Every line written so far, as JSON; anything on stderr is a failure."""

    def read() -> list[dict[str, Any]]:
        captured = capsys.readouterr()
        assert captured.err == ""
        return [json.loads(line) for line in captured.out.splitlines()]

    return read


# Redaction


@pytest.mark.parametrize("secret", [KEY, SECRET, PASSPHRASE])
def test_a_learned_value_is_blotted_out_of_any_text(redactor: Redactor, secret: str) -> None:
    assert redactor.clean(f"bad request: <{secret}>, again {secret}") == "bad request: <***>, again ***"


@pytest.mark.parametrize(
    "escaped",
    [
        json.dumps(PASSPHRASE),
        json.dumps(SECRET).replace("/", "\\/"),
        f'"{json.dumps(json.dumps(PASSPHRASE)[1:-1])[1:-1]}"',
        '"fake%2Fsecret%2Bcanary%3D%3D"',
    ],
    ids=["json", "json with escaped slashes", "json within json", "percent-encoded"],
)
def test_a_learned_value_is_found_in_its_escaped_forms(redactor: Redactor, escaped: str) -> None:
    assert redactor.clean(f"body {escaped}") == 'body "***"'


def test_a_secret_that_begins_like_another_leaves_no_tail() -> None:
    for _ in range(20):
        redactor = Redactor()
        redactor.learn({"key": f"fake-{uuid4().hex}"})
        redactor.learn(
            {"key": "fake-abcdef", "secret": "fake-abcdef-and-more", "passphrase": "fake-abcdef-and-more-yet"}
        )
        assert (
            redactor.clean("x fake-abcdef-and-more-yet x fake-abcdef-and-more x fake-abcdef x") == "x *** x *** x *** x"
        )


def test_an_answer_is_scrubbed_of_every_form_of_a_value(redactor: Redactor) -> None:
    nested = json.dumps({"msg": json.dumps(ACCOUNT)})
    assert b"canary" not in redactor.scrub(f"{KEY} {SECRET} {PASSPHRASE} {json.dumps(ACCOUNT)} {nested}".encode())


@pytest.mark.parametrize("passphrase", ["20261121", "filled"])
def test_a_value_that_could_be_a_part_of_the_answer_is_left_in_it(passphrase: str) -> None:
    """An order id with a hole in it would be worse; what people read of the answer is cleaned all the same."""
    redactor = Redactor()
    redactor.learn({**ACCOUNT, "passphrase": passphrase})
    answer = b'{"ordId":"1920261121004","state":"filled"}'
    assert redactor.scrub(answer) == answer
    assert passphrase not in redactor.clean(answer.decode())


def test_values_of_every_version_of_a_secret_stay_known(redactor: Redactor) -> None:
    redactor.learn({**ACCOUNT, "key": "fake-rotated-key"})
    assert redactor.clean(f"{KEY} fake-rotated-key") == "*** ***"


def test_what_is_no_secret_is_left_alone(redactor: Redactor) -> None:
    text = "okx live BTCUSDT 0.01 at 61000: insufficient balance"
    assert redactor.clean(text) == text


@pytest.mark.parametrize("broken", [{}, {"key": None, "secret": 17, "passphrase": ["fake"]}, {"key": ""}])
def test_a_broken_secret_can_be_learned(broken: dict[str, Any]) -> None:
    redactor = Redactor()
    redactor.learn(broken)
    assert redactor.clean("any text") == "any text"


@pytest.mark.parametrize(
    "name",
    ["secret", "apiKey", "api_key", "OK-ACCESS-PASSPHRASE", "token", "body_secret", "Signature", "Authorization"],
)
def test_fields_with_the_name_of_a_secret_are_hidden(signals: Make, lines: Lines, name: str) -> None:
    signals().log("event", **{name: "anything"})
    assert lines()[0][name] == "***"


@pytest.mark.parametrize(
    "value",
    [
        f"said {SECRET}",
        [KEY, {"deep": [SECRET]}],
        {"a": PASSPHRASE},
        (KEY,),
        ValueError(f"bad key {KEY}"),
        SECRET.encode(),
        f"{json.dumps({'passphrase': PASSPHRASE})}",
    ],
)
def test_no_secret_passes_in_any_kind_of_value(
    signals: Make, capsys: pytest.CaptureFixture[str], value: object
) -> None:
    signals().log("event", note=value)
    captured = capsys.readouterr()
    shown = str(json.loads(captured.out)["note"])
    for text in (captured.out + captured.err, shown):
        assert not any(secret in text for secret in (KEY, SECRET, PASSPHRASE, json.dumps(PASSPHRASE)[1:-1]))
    assert "***" in shown


# Log lines


def test_a_log_line_is_one_json_object_with_its_fields(signals: Make, lines: Lines) -> None:
    signals().log("order", order_id="r1", attempt=2, state=Side.BUY, seconds=1.5, dry=False, note="two\nlines ✓")
    (line,) = lines()
    assert (line["message"], line["level"]) == ("order", "INFO")
    fields = ("order_id", "attempt", "state", "seconds", "dry", "note")
    assert [line[name] for name in fields] == ["r1", 2, "buy", 1.5, False, "two\nlines ✓"]


def test_a_decimal_is_logged_as_it_is_written(signals: Make, lines: Lines) -> None:
    signals().log("order", quantity=Decimal("0.0100"))
    assert lines()[0]["quantity"] == "0.0100"


@pytest.mark.parametrize("name", [*vars(logging.makeLogRecord({})), *OF_POWERTOOLS])
def test_a_field_named_like_a_part_of_the_line_is_kept_beside_it(signals: Make, lines: Lines, name: str) -> None:
    signals().log("event", **{name: "mine"})
    (line,) = lines()
    assert (line["message"], line["level"], line[f"{name}_"]) == ("event", "INFO", "mine")


def test_text_that_is_no_unicode_is_logged_all_the_same(signals: Make, lines: Lines) -> None:
    signals().log("event", note="half a pair: \ud83d")
    assert lines()[0]["note"] == "half a pair: \\ud83d"


def test_a_log_line_waits_for_nothing(signals: Make, lines: Lines) -> None:
    signals().log("first")
    signals().log("second")
    assert [line["message"] for line in lines()] == ["first", "second"]


# Metrics


def test_a_metric_is_a_valid_emf_line(signals: Make, lines: Lines) -> None:
    signals().count("OrderRejected", 3, exchange="okx", reason="limit")
    (line,) = lines()
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "OrderRelay"
    assert directive["Metrics"] == [{"Name": "OrderRejected", "Unit": "Count"}]
    (dimensions,) = directive["Dimensions"]
    assert set(dimensions) == {"exchange", "reason", "service"}
    assert all(isinstance(line[name], str) and line[name] for name in dimensions)
    assert (line["exchange"], line["reason"], line["OrderRejected"]) == ("okx", "limit", [3.0])
    assert abs(line["_aws"]["Timestamp"] - time.time() * 1000) < 60_000


def test_each_metric_has_only_its_own_dimensions(signals: Make, lines: Lines) -> None:
    signals().count("OrderSent", exchange="okx")
    signals().count("Heartbeat")
    first, second = ({name for name in line if name != "_aws"} for line in lines())
    assert first == {"OrderSent", "exchange", "service"}
    assert second == {"Heartbeat", "service"}


def test_a_metric_of_zero_is_written(signals: Make, lines: Lines) -> None:
    signals().count("ClockSkewMs", 0, exchange="jex")
    assert lines()[0]["ClockSkewMs"] == [0.0]


def test_an_empty_dimension_is_left_out(signals: Make, lines: Lines) -> None:
    signals().count("OrderSent", exchange="", route=" ")
    (line,) = lines()
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]


def test_a_metric_that_cannot_be_written_is_logged_and_harms_nobody(
    signals: Make, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_NAMESPACE")
    signals().count("OrderSent", exchange="okx")
    *_, line = lines()
    assert (line["message"], line["metric"], line["cause"]) == ("metric_failed", "OrderSent", "SchemaValidationError")


# Notifications


def test_a_notification_is_published_without_secrets(signals: Make, publisher: Publisher) -> None:
    signals().notify(f"buy BTCUSDT: {KEY}", f"the exchange said {PASSPHRASE} and {json.dumps(PASSPHRASE)}")
    assert publisher.sent == [("buy BTCUSDT: ***", 'the exchange said *** and "***"')]


def test_one_cause_is_told_once_in_five_minutes(signals: Make, publisher: Publisher, clock: HandClock) -> None:
    for _ in range(3):
        signals().notify("first", "text", throttle="cause")
        clock.pass_ms(NOTIFY_EVERY_MS // 3)
    signals().notify("second", "text", throttle="cause")
    assert [subject for subject, _ in publisher.sent] == ["first", "second"]


def test_causes_are_throttled_apart_and_what_names_none_is_always_told(signals: Make, publisher: Publisher) -> None:
    for throttle in ("one", "other", "one", None, None):
        signals().notify(str(throttle), "text", throttle=throttle)
    assert [subject for subject, _ in publisher.sent] == ["one", "other", "None", "None"]


@pytest.mark.parametrize("subject", ["buy BTCUSDT\non main", "kauf für Jürgen €", "\t leading", "x" * 300, "\ud800"])
def test_a_subject_is_made_such_that_sns_takes_it(signals: Make, publisher: Publisher, subject: str) -> None:
    """Printable ASCII, fewer than 100 characters, no space first (SNS API: Publish)."""
    signals().notify(subject, "text")
    ((told, _),) = publisher.sent
    assert 0 < len(told) < 100
    assert told.isascii()
    assert told.isprintable()
    assert told[0] != " "


def test_a_notification_without_text_repeats_its_subject(signals: Make, publisher: Publisher) -> None:
    signals().notify("subject", "")
    assert publisher.sent == [("subject", "subject")]


def test_a_topic_that_fails_harms_nobody_and_is_logged_without_words(
    redactor: Redactor, clock: HandClock, lines: Lines
) -> None:
    signals = PowertoolsSignals(redactor, clock, Publisher(RuntimeError(f"denied for {KEY} at arn:fake")))
    signals.notify("subject", "text")
    (line,) = lines()
    assert (line["message"], line["cause"]) == ("notify_failed", "RuntimeError")
    assert "arn:fake" not in json.dumps(line)


def test_without_a_topic_nobody_is_told(redactor: Redactor, clock: HandClock, lines: Lines) -> None:
    PowertoolsSignals(redactor, clock, None).notify("subject", "text", throttle="cause")
    assert lines() == []
