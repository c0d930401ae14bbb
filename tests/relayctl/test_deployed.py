"""relayctl against AWS: a stack with its outputs, functions that are invoked by name, and their logs."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.relayctl.conftest import Bench, Told, token
from tools.relayctl.local import Local

OUTPUTS = {"WebhookUrl": "{url}/alerts/ROUTE/TOKEN", "JournalTableName": "order-relay-journal"}


class LambdaStandIn(ThreadingHTTPServer):
    """Takes invocations as AWS's API does; the redrive function's own code is in the relay's process."""

    def __init__(self, relay: Local) -> None:
        self.relay = relay
        self.asked: list[str] = []
        self.failing = False
        super().__init__(("127.0.0.1", 0), _Invocation)


class _Invocation(BaseHTTPRequestHandler):
    server: LambdaStandIn

    def do_POST(self) -> None:
        self.server.asked.append(self.path.split("/")[3])
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps(self.server.relay.command(event)).encode()
        self.send_response(200)
        if self.server.failing:
            self.send_header("X-Amz-Function-Error", "Unhandled")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Keep standard error clean."""


class Stack:
    """The relay as a stack that boto3 finds through the environment."""

    def __init__(self, bench: Bench, functions: LambdaStandIn) -> None:
        self.bench = bench
        self.functions = functions
        settings = Local(bench.url).settings
        self._env = {
            **{name: value for name, value in settings.items() if name.startswith(("AWS_", "EXCHANGE_URL_"))},
            "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{functions.server_port}",
        }

    def ctl(self, *words: str, env: Mapping[str, str] | None = None) -> Told:
        return self.bench.run(*words, env={**self._env, **(env or {})})

    def log(self, function: str, *lines: dict[str, Any]) -> None:
        logs = self.bench.aws("logs")
        events = [{"timestamp": time.time_ns() // 1_000_000, "message": json.dumps(line)} for line in lines]
        logs.put_log_events(logGroupName=f"/aws/lambda/order-relay-{function}", logStreamName="a", logEvents=events)


@pytest.fixture(scope="module")
def resources(running_bench: Bench) -> Iterator[LambdaStandIn]:
    outputs = {name: {"Value": value.format(url=running_bench.url)} for name, value in OUTPUTS.items()}
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs}
    running_bench.aws("cloudformation").create_stack(StackName="order-relay", TemplateBody=json.dumps(template))
    logs = running_bench.aws("logs")
    for function in ("webhook", "orders", "cancels"):
        logs.create_log_group(logGroupName=f"/aws/lambda/order-relay-{function}")
        logs.create_log_stream(logGroupName=f"/aws/lambda/order-relay-{function}", logStreamName="a")
    with serving(LambdaStandIn(Local(running_bench.url))) as server:
        yield server


@contextmanager
def serving(server: LambdaStandIn) -> Iterator[LambdaStandIn]:
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def stack(bench: Bench, resources: LambdaStandIn) -> Stack:
    return Stack(bench, resources)


def test_orders_are_read_from_the_journal_of_the_stack(stack: Stack) -> None:
    order = stack.bench.placed("0.031")
    assert stack.ctl("orders", "--json").data == stack.bench.ctl("orders", "--json").data
    assert stack.ctl("order", order["order_id"], "--json").data == order


def test_commands_go_to_the_redrive_function_by_name(stack: Stack) -> None:
    stack.ctl("halt", "route", "bitget", "--why", "news", "--apply")
    assert stack.ctl("halts", "--json").data["halts"] == {"route#bitget": "news"}
    stack.ctl("resume", "route", "bitget", "--apply")
    assert set(stack.functions.asked) == {"order-relay-redrive"}


def test_a_function_that_failed_is_said_without_its_stack_trace(stack: Stack) -> None:
    stack.functions.failing = True
    told = stack.ctl("halts")
    stack.functions.failing = False
    assert (told.code, told.out) == (1, "")
    assert "order-relay-redrive failed" in told.err


def test_an_alert_is_sent_to_the_address_that_the_stack_tells(stack: Stack) -> None:
    alert = '{"action": "buy", "symbol": "BTCUSDT", "quantity": "0.032"}'
    assert stack.ctl("send", "okx", alert, "--apply", env=token("okx")).code == 0


def test_accounts_are_set_up_and_examined(stack: Stack) -> None:
    keys = {"RELAY_KEY": "CANARY-aws-key", "RELAY_SECRET": "CANARY-aws-secret"}
    told = stack.ctl("init", "--exchange", "jex", "--account", "cloudy", "--apply", "--json", env=keys)
    assert told.data["webhook_url"].startswith(f"{stack.bench.url}/alerts/cloudy/")
    found = stack.ctl("doctor", "cloudy", "okx", "--json")
    assert found.data["problems"] == 1
    assert "CANARY" not in told.out + told.err + found.out + found.err


def test_tail_and_bundle_read_the_functions_logs(stack: Stack, tmp_path: Path) -> None:
    order = stack.bench.placed("0.033")
    mine = {"message": "order", "order_id": order["order_id"], "alert_id": order["alert_id"], "state": "placed"}
    stack.log("orders", mine, {"message": "later", "why": "rate limit"}, {**mine, "order_id": "of-another-account"})
    stack.log("webhook", {"message": "alert", "alert_id": order["alert_id"]})
    told = stack.ctl("tail", "--since", "1m", "--for", "0.4", "--every", "0.1", "--json")
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert [line["order_id"] for line in lines] == [order["order_id"], "of-another-account"]
    file = tmp_path / "bundle.json"
    stack.ctl("order", order["order_id"], "--support-bundle", str(file))
    held = json.loads(file.read_text())["log"]
    assert {line["message"] for line in held} == {"order", "alert"}
    assert {line.get("order_id", order["order_id"]) for line in held} == {order["order_id"]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("orders", "--stack", "nowhere"), "There is no stack nowhere"),
        (("orders", "--profile", "nobody"), "no such AWS profile"),
        (("doctor", "--prefix", "empty", "--stack", "order-relay"), "has no account yet"),
    ],
)
def test_what_aws_does_not_have_is_said_in_a_sentence(stack: Stack, words: tuple[str, ...], said: str) -> None:
    told = stack.ctl(*words)
    assert (told.code, told.out) == (1, "")
    assert said in told.err
