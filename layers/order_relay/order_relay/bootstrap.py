"""The composition root: the only reader of the environment."""

import os
import random
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from order_relay.adapters import aws
from order_relay.adapters.host import SystemClock
from order_relay.adapters.queue import SqsDeadLetters, SqsInbox, SqsOutbox
from order_relay.adapters.vault import SecretsVault
from order_relay.core.ports import HostClock
from order_relay.observe import PowertoolsSignals, Redactor
from order_relay.service.intake import Intake

if TYPE_CHECKING:
    from order_relay.page.widget import Widget
    from order_relay.service.console import Console
    from order_relay.service.desk import World
    from order_relay.service.notifying import Notifier, Send
    from order_relay.service.redriving import Redrive
    from order_relay.service.timekeeping import Timekeeper
    from order_relay.service.worker import Worker

HURRY_CONNECT_S = 0.5
HURRY_READ_S = 0.7
_BASE_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_HOSTS = ("coinex", "okx", "bitget", "bitunix", "bitunix_futures", "jex")


@dataclass(slots=True)
class Deadline:
    """How long the present run may still take, told by the Lambda context of each invocation."""

    left: Callable[[], int] = field(default=lambda: 0)

    def remaining_ms(self) -> int:
        return self.left()


def webhook(env: Mapping[str, str] = os.environ) -> Intake:
    """The webhook: routes, the outbox, no table and no exchange."""
    clock = SystemClock()
    redactor = Redactor()
    return Intake(
        vault=SecretsVault(_hurried("secretsmanager"), env["PREFIX"], redactor.learn),
        outbox=SqsOutbox(_hurried("sqs"), {"orders": env["ORDERS_QUEUE_URL"], "cancels": env["CANCELS_QUEUE_URL"]}),
        clock=clock,
        signals=_signals(env, redactor, clock),
        networks=tuple(part.strip() for part in env.get("ALLOWED_CIDRS", "").split(",") if part.strip()),
    )


def worker(deadline: Deadline, env: Mapping[str, str] = os.environ) -> "Worker":
    """The worker of one lane: journal, keys, wire, its own queue and dead-letter queue."""
    from order_relay.adapters.journal import DynamoJournal
    from order_relay.exchanges import EXCHANGES
    from order_relay.service.worker import Worker

    clock = SystemClock()
    redactor = Redactor()
    vault = _vault(env, redactor)
    lane = env["RELAY_LANE"].upper()
    inbox = SqsInbox(aws.client("sqs"), env[f"{lane}_QUEUE_URL"], env[f"{lane}_DLQ_URL"])
    return Worker(
        exchanges=EXCHANGES,
        journal=DynamoJournal(aws.client("dynamodb"), env["TABLE_NAME"], clock),
        vault=vault,
        inbox=inbox,
        clock=clock,
        signals=_signals(env, redactor, clock),
        world=_world(env, clock, vault, redactor, deadline.remaining_ms),
        jitter=random.random,
    )


def redrive(env: Mapping[str, str] = os.environ) -> "Redrive":
    """The operator's function: dead letters, both queues and the journal."""
    from order_relay.adapters.journal import DynamoJournal
    from order_relay.exchanges import EXCHANGES
    from order_relay.service.redriving import Redrive

    clock = SystemClock()
    redactor = Redactor()
    sqs = aws.client("sqs")
    return Redrive(
        journal=DynamoJournal(aws.client("dynamodb"), env["TABLE_NAME"], clock),
        exchanges=tuple(EXCHANGES),
        routes=lambda: _vault(env, redactor).routes(fresh=True),
        letters=SqsDeadLetters(sqs, {"orders": env["ORDERS_DLQ_URL"], "cancels": env["CANCELS_DLQ_URL"]}),
        outbox=SqsOutbox(sqs, {"orders": env["ORDERS_QUEUE_URL"], "cancels": env["CANCELS_QUEUE_URL"]}),
        clock=clock,
        signals=_signals(env, redactor, clock),
    )


def timekeeper(deadline: Deadline, env: Mapping[str, str] = os.environ) -> "Timekeeper":
    """The clock function: exchange offsets as metrics and in the journal, and a heartbeat."""
    from order_relay.adapters.journal import DynamoJournal
    from order_relay.exchanges import EXCHANGES
    from order_relay.service.timekeeping import Timekeeper

    clock = SystemClock()
    redactor = Redactor()
    world = _world(env, clock, _vault(env, redactor), redactor, deadline.remaining_ms)
    journal = DynamoJournal(aws.client("dynamodb"), env["TABLE_NAME"], clock)
    return Timekeeper(exchanges=EXCHANGES, world=world, signals=_signals(env, redactor, clock), journal=journal)


def widget(env: Mapping[str, str] = os.environ) -> "Widget":
    """The dashboard's widget: a look at everything, and the operator's buttons where the deployment wants them."""
    from order_relay.page.widget import Widget

    acts = env.get("CONSOLE_ACTIONS", "").lower() == "true"
    return Widget(console=console(env), redrive_arn=env.get("REDRIVE_FUNCTION_ARN", "") if acts else "")


def console(env: Mapping[str, str] = os.environ) -> "Console":
    """What the console reads, through the operator's own eyes; it gives no command that changes anything."""
    from order_relay.service.console import Console

    return Console(redrive(env))


def notifier(send: "Send", env: Mapping[str, str] = os.environ) -> "Notifier":
    """What forwards the topic's notifications to chats and mailboxes."""
    from order_relay.service.notifying import Notifier

    redactor = Redactor()
    vault = SecretsVault(aws.client("secretsmanager"), env["PREFIX"], redactor.learn)
    signals = _signals({}, redactor, SystemClock())
    return Notifier(urls=lambda: vault.urls(env["NOTIFIER_SECRET"]), send=send, signals=signals)


def _world(
    env: Mapping[str, str], clock: HostClock, vault: SecretsVault, redactor: Redactor, remaining_ms: Callable[[], int]
) -> "World":
    from order_relay.adapters.wire import RequestsWire
    from order_relay.service.desk import Memory, World

    return World(
        wire=RequestsWire(clock, scrub=redactor.scrub),
        vault=vault,
        clock=clock,
        jitter=random.random,
        nonce=lambda: secrets.token_hex(16),
        remaining_ms=remaining_ms,
        base_urls=base_urls(env),
        memory=Memory(),
    )


def base_urls(env: Mapping[str, str]) -> dict[str, str]:
    """The exchanges' hosts that this deployment sets; raises ValueError for one that the adapters could not use."""
    urls = {name: url.removesuffix("/") for name in _HOSTS if (url := env.get(f"EXCHANGE_URL_{name.upper()}"))}
    for name, url in urls.items():
        if not _BASE_URL.fullmatch(url):
            raise ValueError(f"EXCHANGE_URL_{name.upper()} must be scheme://host[:port] without a path, not {url!a}")
    return urls


def _hurried(service: str) -> Any:
    """A client that gives up while the sender of an alert still listens, so that a 503 makes it send again."""
    return aws.client(service, connect_s=HURRY_CONNECT_S, read_s=HURRY_READ_S, attempts=1)


def _vault(env: Mapping[str, str], redactor: Redactor) -> SecretsVault:
    return SecretsVault(aws.client("secretsmanager"), env["PREFIX"], redactor.learn)


def _signals(env: Mapping[str, str], redactor: Redactor, clock: HostClock) -> PowertoolsSignals:
    return PowertoolsSignals(redactor, clock, _publisher(env.get("ALERTS_TOPIC_ARN", "")))


def _publisher(topic: str) -> Callable[[str, str], None] | None:
    if not topic:
        return None
    client: list[Any] = []

    def publish(subject: str, text: str) -> None:
        client[:] = client or [_hurried("sns")]
        client[0].publish(TopicArn=topic, Subject=subject, Message=text)

    return publish
