"""Canaries in an account's keys: whatever an exchange repeats of them is found in nothing that this relay writes."""

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from time import time_ns
from types import ModuleType
from uuid import uuid4

import pytest

from order_relay import bootstrap
from order_relay.adapters import aws
from order_relay.core.call import Call
from order_relay.core.message import Message
from order_relay.core.order import Action, Leg, OrderType
from order_relay.core.outcome import Op
from order_relay.core.ports import Delivery
from order_relay.core.symbol import Market
from order_relay.exchanges import EXCHANGES
from order_relay.service.desk import EVIDENCE_CHARACTERS, Desk
from order_relay.service.later import Later
from tests.adapters.cloud import environment, make_queue, make_table, messages, moto
from tests.adapters.invocation import BrokenContext, Context, load, record
from tests.adapters.parrot import Parrot, parrot

WORD = "canary"
ACCOUNT = {
    "exchange": "okx",
    "key": "fake-key-canary-7f3a",
    "secret": "fake/secret+canary==",
    "passphrase": "Fake canary passphrase 5b2e!",
    "environment": "live",
}
GOSSIP = "; ".join(f"{name}={value}" for name, value in ACCOUNT.items())
BUY = Leg(
    Action.BUY, "BTCUSDT", Market.SPOT, "BTCUSDT", OrderType.LIMIT, Decimal("0.01"), price=Decimal("50000"), ref="entry"
)
TIME, RULES, ACCOUNT_MODE = "GET /api/v5/public/time", "GET /api/v5/public/instruments", "GET /api/v5/account/config"
PLACE, FIND, STOP = "POST /api/v5/trade/order", "GET /api/v5/trade/order", "POST /api/v5/trade/cancel-order"
Said = dict[str, tuple[int, str]]
Written = Callable[[], str]


def refusal(code: str, row_code: str = "") -> str:
    rows = f'[{{"ordId":"","sCode":"{row_code}","sMsg":"row {{gossip}}"}}]' if row_code else "[]"
    return f'{{"code":"{code}","msg":"top {{gossip}}","data":{rows}}}'


ENDED = (
    '{"code":"0","msg":"","data":[{"ordId":"1","clOrdId":"x","state":"canceled","side":"buy","sz":"0.01","px":"50000",'
    '"accFillSz":"0","avgPx":"","cTime":"1","cancelSourceReason":"{gossip}"}]}'
)
CASES: dict[str, Said] = {
    "accepted": {},
    "rejected": {PLACE: (200, refusal("1", "51008"))},
    "duplicate id": {PLACE: (200, refusal("1", "51016"))},
    "unknown code": {PLACE: (200, refusal("77777"))},
    "throttled": {PLACE: (429, refusal("50011"))},
    "stamp refused": {PLACE: (401, refusal("50102"))},
    "keys refused": {PLACE: (401, refusal("50111"))},
    "gateway page": {PLACE: (502, "<html>{gossip}</html>")},
    "ended for a reason": {PLACE: (502, "<html>{gossip}</html>"), FIND: (200, ENDED)},
    "cannot be asked": {PLACE: (502, "<html>{gossip}</html>"), FIND: (500, refusal("50026"))},
    "no time": {TIME: (200, "{gossip}")},
    "no rules": {RULES: (200, refusal("51001"))},
    "keys refused before the order": {ACCOUNT_MODE: (401, refusal("50111"))},
    "account mode unreadable": {ACCOUNT_MODE: (200, '{"code":"0","msg":"","data":[{"posMode":"{gossip}"}]}')},
}


@dataclass(slots=True)
class Relay:
    """One worker function with everything around it."""

    handler: ModuleType
    exchange: Parrot
    table: str
    queues: list[str]

    def run(self, body: str, receives: int = 1, context: Context | None = None) -> None:
        self.handler.lambda_handler({"Records": [record(body, receives=receives)]}, context or Context())

    def stored(self) -> str:
        """Everything in the journal and in every queue, as it is stored."""
        items = aws.client("dynamodb").scan(TableName=self.table)["Items"]
        return json.dumps([items, [messages(url) for url in self.queues]])


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    with moto() as url:
        yield url


@pytest.fixture
def relay(moto_url: str) -> Iterator[Relay]:
    with parrot(ACCOUNT, GOSSIP) as bird, environment(moto_url):
        table, queue, dead_letters, told = make_table(), make_queue(), make_queue(), notifications()
        settings = {
            "PREFIX": table,
            "TABLE_NAME": table,
            "RELAY_LANE": "orders",
            "ORDERS_QUEUE_URL": queue,
            "ORDERS_DLQ_URL": dead_letters,
            "ALERTS_TOPIC_ARN": told[0],
            "EXCHANGE_URL_OKX": bird.url,
            "LOG_LEVEL": "DEBUG",
        }
        aws.client("secretsmanager").create_secret(Name=f"{table}/accounts/main", SecretString=json.dumps(ACCOUNT))
        with environment(moto_url, **settings):
            yield Relay(load("worker"), bird, table, [queue, dead_letters, told[1]])


def notifications() -> tuple[str, str]:
    """A topic, and the queue in which everything told to it ends."""
    name = f"told-{uuid4().hex}"
    queue = str(aws.client("sqs").create_queue(QueueName=name)["QueueUrl"])
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = str(aws.client("sns").create_topic(Name=name)["TopicArn"])
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return topic, queue


@pytest.fixture
def written(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Written:
    """Everything that any library wrote to a log, and what went to the two outputs."""
    caplog.set_level(logging.DEBUG)

    def read() -> str:
        captured = capfd.readouterr()
        shown = [entry.getMessage() + str(entry.exc_info) + str(entry.__dict__) for entry in caplog.records]
        return captured.out + captured.err + caplog.text + "".join(shown)

    return read


def message() -> str:
    now_ms = time_ns() // 1_000_000
    return Message(
        alert_id="alert-buy",
        sha256="0" * 64,
        accepted_at_ms=now_ms,
        fired_ms=now_ms,
        once=True,
        explicit=True,
        route="chart",
        account="main",
        legs=(BUY,),
    ).encode()


@pytest.mark.parametrize("said", CASES.values(), ids=CASES)
def test_what_an_exchange_repeats_is_written_nowhere(relay: Relay, written: Written, said: Said) -> None:
    relay.exchange.said = said
    relay.run(message())
    assert set(said) <= set(relay.exchange.heard)
    stored, shown = relay.stored(), written()
    assert "alert-buy" in stored
    assert '"message":"order"' in shown or '"message":"later"' in shown
    assert WORD not in stored
    assert WORD not in shown


def test_a_quarantined_order_has_none_of_what_the_exchange_repeated(relay: Relay, written: Written) -> None:
    relay.exchange.said = CASES["gateway page"]
    body = message()
    relay.run(body)
    for receives in range(2, 6):
        relay.run(body, receives, BrokenContext())
    stored = relay.stored()
    assert "quarantined" in stored
    assert WORD not in stored
    assert WORD not in written()


@pytest.mark.parametrize("case", ["keys refused", "no time", "account mode unreadable"])
def test_what_an_exchange_repeats_is_in_no_exception(relay: Relay, case: str) -> None:
    relay.exchange.said = CASES[case]
    worker = bootstrap.worker(bootstrap.Deadline(lambda: 15_000))
    with pytest.raises(Later) as caught:
        worker.work(Delivery(message(), "receipt", "message-1", "group-1", 1))
    assert WORD not in "".join(traceback.format_exception(caught.value))
    assert WORD not in repr(caught.value) + repr(caught.value.__cause__)


# What is kept for an exchange's support


AWKWARD = {**ACCOUNT, "passphrase": 'Fake "canary" pass\\phrase/5b2e'}


def evidence(relay: Relay, body: str) -> str:
    """What a desk remembers of a cancel that was answered with this body."""
    relay.exchange.said = {STOP: (200, body)}
    worker = bootstrap.worker(bootstrap.Deadline(lambda: 15_000))
    desk = Desk(EXCHANGES["okx"], "main", worker.vault.account("main"), worker.world)
    call = Call(Op.CANCEL, "POST", STOP.partition(" ")[2], '{"instId":"BTC-USDT","ordId":"1"}')
    outcome = desk.send(call, time_ns() // 1_000_000)
    assert "/api/v5/trade/cancel-order" in desk.evidence
    return f"{desk.evidence} {outcome!r}"


def test_the_evidence_has_no_keys(relay: Relay) -> None:
    assert WORD not in evidence(relay, refusal("1", "51400"))


def test_the_evidence_has_no_keys_in_the_forms_that_json_gives_them(relay: Relay) -> None:
    name = f"{relay.table}/accounts/main"
    aws.client("secretsmanager").put_secret_value(SecretId=name, SecretString=json.dumps(AWKWARD))
    relay.exchange.gossip = "; ".join(AWKWARD.values())
    assert WORD not in evidence(relay, refusal("1", "51400"))


def test_a_key_at_the_end_of_the_evidence_is_not_shown_in_part(relay: Relay) -> None:
    for room in range(40, 120, 5):
        filler = "x" * (EVIDENCE_CHARACTERS - room)
        assert WORD not in evidence(relay, f'{{"code":"1","msg":"{filler}{{gossip}}"}}')
