"""The notifier: notifications of the topic reach every target, failures are tried again, and URLs stay secret."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from order_relay.adapters import aws
from order_relay.core.ports import Missing
from order_relay.service.notifying import NotDelivered
from tests.adapters.cloud import environment, moto
from tests.adapters.invocation import Context, load

WORD = "canary"
Written = Callable[[], str]


@dataclass
class Target:
    """A chat's server on this machine: remembers what it was told, and answers with `status`."""

    status: int = 200
    told: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0

    def url(self, name: str = "chat") -> str:
        return f"json://fake-user:fake-password-{WORD}@127.0.0.1:{self.port}/{name}-{WORD}/"


@pytest.fixture
def target() -> Iterator[Target]:
    kept = Target()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kept.told.append({**body, "path": self.path})
            self.send_response(500 if "broken" in self.path else kept.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Not what is tested."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.port = server.server_port
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield kept
        server.shutdown()


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    with moto() as url:
        yield url


@pytest.fixture
def notifier(moto_url: str) -> Iterator[Callable[[object], ModuleType]]:
    """Makes a notifier whose secret holds these URLs, or whatever else it is given."""
    name = f"relay-{uuid4().hex}/notifier"
    with environment(moto_url, PREFIX="relay", NOTIFIER_SECRET=name, LOG_LEVEL="DEBUG"):

        def make(urls: object) -> ModuleType:
            aws.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps({"urls": urls}))
            return load("notifier")

        yield make


@pytest.fixture
def written(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Written:
    """Everything that any library wrote to a log, and what went to the two outputs."""
    caplog.set_level(logging.DEBUG)

    def read() -> str:
        captured = capfd.readouterr()
        return captured.out + captured.err + caplog.text

    return read


def told(subject: str, text: str, message_id: str = "message-1") -> dict[str, Any]:
    """What Lambda hands over for one message of the topic."""
    sns = {"MessageId": message_id, "Subject": subject, "Message": text, "Type": "Notification"}
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": sns}]}


Notifiers = Callable[[object], ModuleType]


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("buy BTCUSDT on main: parked", "conflict: the alert id was used before"),
        ("buy BTCUSDT on main: expired", "61 s old, valid for 60 s"),
        ("buy BTCUSDT on main: rejected", "limit: below the minimum"),
        ("a message went to the dead-letter queue", "quarantined: 3 runs ended without an outcome"),
        ("a gap in the alerts of BTCUSDT on route chart", "position 2 was expected"),
        ("the keys of main are refused", "okx 50111: <b>Invalid</b> & refused"),
    ],
)
def test_what_the_relay_tells_reaches_every_target(
    notifier: Notifiers, target: Target, subject: str, text: str
) -> None:
    handler = notifier([target.url("one"), target.url("two")])
    assert handler.lambda_handler(told(subject, text), Context()) == {"delivered": 2}
    assert [(one["title"], one["message"]) for one in target.told] == [(subject, text)] * 2


def test_an_alarm_is_told_in_words(notifier: Notifiers, target: Target) -> None:
    alarm = {"AlarmName": "relay-parked", "AlarmDescription": "Settle it", "NewStateReason": "1 was greater than 0"}
    notifier([target.url()]).lambda_handler(told('ALARM: "relay-parked"', json.dumps(alarm)), Context())
    assert target.told[0]["message"] == "Settle it\n1 was greater than 0"


def test_a_target_that_fails_does_not_stop_the_others_and_is_tried_again_alone(
    notifier: Notifiers, target: Target
) -> None:
    handler = notifier([target.url("broken"), "nonsense", target.url("good")])
    for _ in range(2):
        with pytest.raises(NotDelivered, match="2 of 3 deliveries failed"):
            handler.lambda_handler(told("parked", "why"), Context())
    assert [one["path"].strip("/").partition("-")[0] for one in target.told] == ["broken", "good", "broken"]


def test_the_same_words_in_another_message_are_told_again(notifier: Notifiers, target: Target) -> None:
    handler = notifier([target.url()])
    for number in ("1", "2"):
        handler.lambda_handler(told("parked", "why", number), Context())
    assert len(target.told) == 2


def test_a_secret_without_targets_tells_nobody(notifier: Notifiers, target: Target) -> None:
    assert notifier([]).lambda_handler(told("parked", "why"), Context()) == {"delivered": 0}


@pytest.mark.parametrize("urls", [None, "json://x", [1]])
def test_a_secret_of_another_shape_is_an_error_that_names_only_the_secret(notifier: Notifiers, urls: object) -> None:
    with pytest.raises(Missing, match="holds no list 'urls'"):
        notifier(urls).lambda_handler(told("parked", "why"), Context())


@pytest.mark.parametrize("status", [200, 302, 403, 500])
def test_no_url_is_written_anywhere(notifier: Notifiers, target: Target, written: Written, status: int) -> None:
    target.status = status
    handler = notifier([target.url(), f"json://127.0.0.1:9/{WORD}", f"unknown://{WORD}", f"{WORD} is no URL"])
    with pytest.raises(NotDelivered) as caught:
        handler.lambda_handler(told("parked", "why"), Context())
    shown = written()
    assert "notify_failed" in shown
    assert WORD not in shown
    assert WORD not in repr(caught.value) + repr(caught.value.__cause__) + repr(caught.value.__context__)


def test_other_logs_are_heard_again_afterwards(notifier: Notifiers, target: Target) -> None:
    notifier([target.url()]).lambda_handler(told("parked", "why"), Context())
    assert logging.getLogger("order-relay").isEnabledFor(logging.ERROR)
