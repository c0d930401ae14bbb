"""The console handler: a custom widget's content from a table and two dead-letter queues, read and never changed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from order_relay.adapters import aws
from order_relay.adapters.host import SystemClock
from order_relay.adapters.journal import DynamoJournal
from tests.adapters.cloud import environment, make_queue, make_table, moto
from tests.adapters.invocation import Context, load
from tests.service.test_console import HOSTILE, SCRIPT

OWN, REDRIVE = "arn:aws:lambda:x:1:function:relay-console", "arn:aws:lambda:x:1:function:relay-redrive"
QUEUES = ("ORDERS_QUEUE_URL", "CANCELS_QUEUE_URL", "ORDERS_DLQ_URL", "CANCELS_DLQ_URL")


@dataclass(frozen=True)
class WidgetContext(Context):
    invoked_function_arn: str = OWN


@dataclass(frozen=True)
class Deployment:
    """The resources behind one console, and its settings."""

    url: str
    settings: dict[str, str]

    def show(self, event: dict[str, Any] | None = None, **settings: str) -> str:
        with environment(self.url, **{**self.settings, **settings}):
            return str(load("console").lambda_handler(event or {}, WidgetContext()))

    def keep(self, **changes: str) -> None:
        record = {**HOSTILE, **changes}
        journal = DynamoJournal(aws.client("dynamodb"), self.settings["TABLE_NAME"], SystemClock())
        journal.write("okx#main#spot#BTCUSDT", f"order#{record['order_id']}", record, expect=None)

    def bury(self, body: str) -> None:
        aws.client("sqs").send_message(
            QueueUrl=self.settings["ORDERS_DLQ_URL"], MessageBody=body, MessageGroupId="g", MessageDeduplicationId="d"
        )

    def stored(self) -> str:
        items = aws.client("dynamodb").scan(TableName=self.settings["TABLE_NAME"])["Items"]
        counts = [
            aws.client("sqs").get_queue_attributes(QueueUrl=self.settings[name], AttributeNames=["All"])["Attributes"][
                "ApproximateNumberOfMessages"
            ]
            for name in QUEUES
        ]
        return json.dumps([items, counts], sort_keys=True)


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    with moto() as url:
        yield url


@pytest.fixture
def deployment(moto_url: str) -> Iterator[Deployment]:
    with environment(moto_url):
        table = make_table()
        settings = {name: make_queue() for name in QUEUES}
        yield Deployment(moto_url, {**settings, "TABLE_NAME": table, "PREFIX": "relay"})


def test_orders_and_dead_letters_are_shown_and_nothing_is_changed(deployment: Deployment) -> None:
    deployment.keep(state="parked")
    deployment.bury(json.dumps({"message": SCRIPT, "reason": SCRIPT, "at_ms": 5, "receives": 3}))
    before = deployment.stored()
    page = deployment.show()
    assert "1 dead letter" in page
    assert ">parked</span>" in page
    assert "<script" not in page
    assert deployment.stored() == before
    assert deployment.show().count("&lt;script&gt;") == page.count("&lt;script&gt;")


@pytest.mark.parametrize(("wanted", "buttons"), [("true", True), ("false", False), ("", False)])
def test_only_a_deployment_that_wants_actions_has_their_buttons(
    deployment: Deployment, wanted: str, buttons: bool
) -> None:
    deployment.bury("nonsense")
    page = deployment.show(CONSOLE_ACTIONS=wanted, REDRIVE_FUNCTION_ARN=REDRIVE)
    assert (f'endpoint="{REDRIVE}"' in page) == buttons
    assert ("apply" in page) == buttons
    assert f'endpoint="{OWN}"' in page


def test_a_dashboards_form_wins_over_the_widgets_parameters(deployment: Deployment) -> None:
    for number, state in enumerate(("placed", "parked")):
        deployment.keep(order_id=f"{number:032}", state=state)
    assert ">placed</span>" not in deployment.show({"state": "parked"})
    chosen = {"widgetContext": {"theme": "dark", "forms": {"all": {"state": "placed", "account": ""}}}}
    page = deployment.show({"state": "parked", **chosen})
    assert ">parked</span>" not in page
    assert ">placed</span>" in page
    assert 'class="relay dark"' in page


@pytest.mark.parametrize("context", [None, [], "text", {"forms": None, "theme": SCRIPT}, {"forms": {"all": [SCRIPT]}}])
def test_a_strange_event_still_shows_the_console(deployment: Deployment, context: object) -> None:
    page = deployment.show({"widgetContext": context})
    assert "No alert has arrived yet." in page
    assert "<script" not in page


def test_describe_needs_no_table(deployment: Deployment) -> None:
    text = deployment.show({"describe": True}, TABLE_NAME="nowhere")
    assert text.startswith("## order-relay console")


def test_a_table_that_cannot_be_read_is_told(deployment: Deployment) -> None:
    assert "cannot read the relay&#x27;s records now" in deployment.show(TABLE_NAME="nowhere")
