"""What a cold start loads: for most users every alert is one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.cloud import ENVIRONMENT

ROOT = Path(__file__).parents[2]
QUEUES = [f"{lane}_{kind}_URL" for lane in ("ORDERS", "CANCELS") for kind in ("QUEUE", "DLQ")]
SETTINGS = {
    **ENVIRONMENT,
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "PREFIX": "relay",
    "TABLE_NAME": "journal",
    "RELAY_LANE": "orders",
    **{
        f"{lane}_{kind}_URL": "http://127.0.0.1:9/q.fifo" for lane in ("ORDERS", "CANCELS") for kind in ("QUEUE", "DLQ")
    },
}
TELL = """
import gc, json, sys
sys.path.insert(0, sys.argv[1])
import app
made = {then}
from botocore.client import BaseClient
clients = sorted(one.meta.service_model.service_name for one in gc.get_objects() if isinstance(one, BaseClient))
print(json.dumps({{"modules": sorted(sys.modules), "clients": clients}}))
"""
NEVER = (
    "pydantic",
    "aws_xray_sdk",
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.utilities.parser",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.idempotency",
    "moto",
    "ccxt",
    "asyncio",
)
NOT_IN_THE_WEBHOOK = (
    "requests",
    "order_relay.adapters.journal",
    "order_relay.adapters.wire",
    "order_relay.core.exchange",
    "order_relay.exchanges",
    "order_relay.service.desk",
    "order_relay.service.worker",
)
MAKE = {
    "webhook": "app.bootstrap.webhook()",
    "worker": "app.bootstrap.worker(app._deadline)",
    "clock": "app.bootstrap.timekeeper(app._deadline)",
    "console": "app.bootstrap.widget()",
}
CLIENTS = {
    "webhook": ["secretsmanager", "sqs"],
    "worker": ["dynamodb", "secretsmanager", "sqs"],
    "clock": ["dynamodb", "secretsmanager"],
    "console": ["dynamodb", "sqs"],
}


def told(function: str, then: str, environment: dict[str, str]) -> dict[str, list[str]]:
    """Load a handler in a fresh process with nothing but this environment; tell what is loaded and made then."""
    answer = subprocess.run(
        [sys.executable, "-c", TELL.format(then=then), str(ROOT / "functions" / function)],
        env={"PYTHONPATH": str(ROOT / "layers" / "order_relay"), "AWS_CONFIG_FILE": "/dev/null", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    found: dict[str, list[str]] = json.loads(answer.stdout)
    return found


def loaded(modules: list[str], unwanted: tuple[str, ...]) -> list[str]:
    return [name for name in modules if any(name == one or name.startswith(f"{one}.") for one in unwanted)]


@pytest.mark.parametrize("function", MAKE)
def test_importing_needs_no_environment_and_makes_no_client(function: str) -> None:
    """Without a region no client could be made at all."""
    found = told(function, "None", {})
    assert found["clients"] == []
    assert loaded(found["modules"], NEVER) == []


@pytest.mark.parametrize("function", MAKE)
def test_a_function_makes_only_the_clients_it_needs_and_loads_nothing_heavy(function: str) -> None:
    found = told(function, MAKE[function], SETTINGS)
    assert found["clients"] == CLIENTS[function]
    assert loaded(found["modules"], NEVER) == []


def test_the_webhook_loads_nothing_of_the_worker() -> None:
    found = told("webhook", MAKE["webhook"], SETTINGS)
    assert loaded(found["modules"], NOT_IN_THE_WEBHOOK) == []


def test_a_worker_loads_an_exchange_only_when_an_account_names_it() -> None:
    found = told("worker", MAKE["worker"], SETTINGS)
    assert loaded(found["modules"], tuple(f"order_relay.exchanges.{name}" for name in ("coinex", "okx", "jex"))) == []
