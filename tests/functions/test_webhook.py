"""The webhook function as the gateway calls it: real wiring, with AWS on this machine."""

import base64
import hashlib
import importlib.util
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from order_relay.adapters import aws
from tests.adapters.cloud import environment, make_queue, messages, moto

ROOT = Path(__file__).parents[2]
TOKEN = "fake-canary-token"
BUY = {"relay": 1, "action": "buy", "symbol": "BTCUSDT", "quantity": "0.01"}


class Context:
    """The part of a Lambda context that the function uses."""

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


def load() -> ModuleType:
    """A fresh process of the function, as far as Python can tell."""
    spec = importlib.util.spec_from_file_location("webhook_app", ROOT / "functions" / "webhook" / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def event(body: Any = BUY, *, token: str | None = TOKEN, **changes: Any) -> dict[str, Any]:
    """An HTTP API event, payload version 2.0."""
    path = {"route": "r"} if token is None else {"route": "r", "token": token}
    return {
        "version": "2.0",
        "headers": {"content-type": "text/plain; charset=utf-8", "x-forwarded-for": "192.0.2.10"},
        "requestContext": {
            "http": {"method": "POST", "sourceIp": "192.0.2.10"},
            "requestId": uuid4().hex,
            "timeEpoch": time.time_ns() // 1_000_000,
        },
        "pathParameters": path,
        "body": body if isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
        **changes,
    }


def encoded(body: bytes) -> dict[str, Any]:
    return event(base64.b64encode(body).decode(), isBase64Encoded=True)


@dataclass
class Deployed:
    """One deployment on the stand-in for AWS, and a warm function in it."""

    orders: str
    cancels: str
    app: ModuleType = field(default_factory=load)

    def post(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        answer = self.app.lambda_handler(body, Context())
        assert set(answer) == {"statusCode", "headers", "body"}
        assert answer["headers"] == {"content-type": "application/json"}
        told = json.loads(answer["body"])
        assert list(told) == ["status", "alert_id", "reason"]
        return answer["statusCode"], told

    def status(self, body: dict[str, Any]) -> int:
        return self.post(body)[0]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with moto() as running:
        yield running


@pytest.fixture
def deployed(url: str) -> Iterator[Deployed]:
    prefix = f"p-{uuid4().hex}"
    with environment(url, PREFIX=prefix, ALLOWED_CIDRS="", ORDERS_QUEUE_URL="", CANCELS_QUEUE_URL=""):
        routes = {"r": {"token_sha256": [hashlib.sha256(TOKEN.encode()).hexdigest()], "accounts": ["main"]}}
        secrets = aws.client("secretsmanager")
        secrets.create_secret(Name=f"{prefix}/routes", SecretString=json.dumps({"routes": routes}))
        orders, cancels = make_queue(), make_queue()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ORDERS_QUEUE_URL", orders)
            patch.setenv("CANCELS_QUEUE_URL", cancels)
            yield Deployed(orders, cancels)


def test_an_alert_becomes_one_queue_message(deployed: Deployed) -> None:
    status, told = deployed.post(event())
    assert (status, told["status"], told["reason"]) == (202, "accepted", None)
    (message,) = messages(deployed.orders)
    stored = json.loads(message["Body"])
    assert (stored["alert_id"], stored["account"], stored["legs"][0]["quantity"]) == (told["alert_id"], "main", "0.01")
    assert message["Attributes"]["MessageDeduplicationId"] != told["alert_id"]
    assert TOKEN not in message["Body"]


def test_cancels_go_to_their_own_queue(deployed: Deployed) -> None:
    assert deployed.status(event({"action": "cancel_all", "symbol": "BTCUSDT"})) == 202
    assert len(messages(deployed.cancels)) == 1
    assert messages(deployed.orders) == []


def test_a_token_in_the_body_serves_the_route_without_one_in_the_path(deployed: Deployed) -> None:
    assert deployed.status(event({**BUY, "token": TOKEN}, token=None)) == 202
    assert deployed.status(event(BUY, token=None)) == 401


def test_the_gateways_own_time_is_the_time_of_acceptance(deployed: Deployed) -> None:
    sent = event()
    deployed.post(sent)
    (message,) = messages(deployed.orders)
    assert json.loads(message["Body"])["accepted_at_ms"] == sent["requestContext"]["timeEpoch"]


def test_a_base64_body_is_decoded_first(deployed: Deployed) -> None:
    assert deployed.status(encoded(json.dumps(BUY).encode())) == 202
    assert deployed.status(encoded(b'\xef\xbb\xbf{"action":"buy","symbol":"BTCUSDT","quantity":1}')) == 202
    assert deployed.status(encoded(b"\xff\xfe")) == 400


@pytest.mark.parametrize(("size", "status"), [(16_384, 202), (16_385, 413)])
def test_the_size_is_counted_after_base64(deployed: Deployed, size: int, status: int) -> None:
    assert deployed.status(encoded(json.dumps(BUY).encode().ljust(size))) == status


GOOD = base64.b64encode(json.dumps(BUY).encode()).decode()


@pytest.mark.parametrize("text", ["!!!!", "eyJ", "\u0661\u0662", "e y J h", GOOD + "!", GOOD[:8] + "\n" + GOOD[8:]])
def test_what_is_no_base64_is_no_alert(deployed: Deployed, text: str) -> None:
    status, told = deployed.post(event(text, isBase64Encoded=True))
    assert (status, told["status"]) == (400, "refused")
    assert told["reason"].startswith("invalid_json: ")


@pytest.mark.parametrize("body", [None, "", "\ud800", "buy now"])
def test_an_empty_or_unreadable_body_is_no_alert(deployed: Deployed, body: str | None) -> None:
    assert deployed.status({**event(), "body": body}) == 400


def test_the_content_type_is_never_trusted(deployed: Deployed) -> None:
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        assert deployed.status(event(headers={"content-type": kind})) == 202
    assert deployed.status(event(headers=None)) == 202


@pytest.mark.parametrize("changes", [{"pathParameters": None}, {"pathParameters": {}}], ids=str)
def test_a_request_without_a_route_is_unauthenticated(deployed: Deployed, changes: dict[str, Any]) -> None:
    assert deployed.status(event(**changes)) == 401


def test_only_the_gateways_source_address_counts(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_CIDRS", "52.89.214.238/32, 192.0.2.0/24")
    assert deployed.status(event()) == 202
    foreign = event(headers={"x-forwarded-for": "192.0.2.10"})
    foreign["requestContext"]["http"]["sourceIp"] = "203.0.113.5"
    assert deployed.status(foreign) == 403


@pytest.mark.parametrize("missing", ["requestContext", "requestId", "timeEpoch"])
def test_an_event_that_the_gateway_never_sends_is_503_and_stores_nothing(deployed: Deployed, missing: str) -> None:
    broken = event()
    broken.pop(missing, None)
    broken.get("requestContext", {}).pop(missing, None)
    status, told = deployed.post(broken)
    assert (status, told["status"], told["alert_id"]) == (503, "error", None)
    assert messages(deployed.orders) == []


def test_a_deployment_without_its_settings_answers_503_until_they_are_there(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.delenv("ORDERS_QUEUE_URL")
        status, told = deployed.post(event())
        assert (status, told["status"]) == (503, "error")
    assert deployed.status(event()) == 202


def test_secrets_that_are_not_there_are_503_never_401(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFIX", "no-such-prefix")
    assert deployed.status(event()) == 503
    assert deployed.status(event(token="wrong")) == 503


def test_a_queue_that_is_not_there_is_503(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_QUEUE_URL", deployed.orders + "x.fifo")
    late = event()
    late["requestContext"]["timeEpoch"] -= 2_000
    status, told = deployed.post(late)
    assert (status, told["status"], told["reason"]) == (503, "error", "0 of 1 stored")
    assert len(told["alert_id"]) == 32


def test_a_warming_call_builds_everything_and_stores_nothing(deployed: Deployed) -> None:
    warm = json.loads((ROOT / "events" / "warm.json").read_text(encoding="utf-8"))
    assert deployed.app.lambda_handler(warm, Context()) == {"warm": True}
    assert deployed.status(event()) == 202


@pytest.mark.parametrize("name", ["webhook.json", "webhook-token-in-body.json"])
def test_the_sample_events_are_what_the_gateway_sends(deployed: Deployed, name: str) -> None:
    sample = json.loads((ROOT / "events" / name).read_text(encoding="utf-8"))
    assert deployed.status(sample) == 401
    assert deployed.status({**event(), "body": sample["body"], "isBase64Encoded": sample["isBase64Encoded"]}) != 400


def test_no_token_is_ever_written_anywhere(deployed: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    deployed.post(event())
    deployed.post(event({**BUY, "token": TOKEN, "quantity": 0}))
    deployed.post(event({**BUY, "token": TOKEN}, token="fake-canary-wrong"))
    deployed.post(event(f'{{"token": "{TOKEN}", "action": '))
    deployed.post({**event({**BUY, "token": TOKEN}), "requestContext": None})
    written = capfd.readouterr()
    assert "missing_size" in written.out
    assert "canary" not in written.out + written.err
