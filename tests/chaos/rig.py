"""The rig: AWS stand-ins, exchanges, a webhook front and worker processes, all on this machine."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.chaos.crew import Crew
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.server import Simulator
from tools.local_relay.client import Client
from tools.local_relay.cloud import LANES, Cloud
from tools.local_relay.config import SAMPLE, read_config
from tools.local_relay.environment import environment
from tools.local_relay.front import Front
from tools.local_relay.function import Function
from tools.local_relay.log import Log

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeFilterType

WEBHOOKS = 4
WEBHOOK_TIMEOUT_S = 10
_COUNTS: Sequence["QueueAttributeFilterType"] = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


@dataclass(frozen=True)
class Rig:
    """What a run works with."""

    client: Client
    cloud: Cloud
    simulator: Simulator
    crew: Crew

    def waiting(self) -> int:
        """Messages in both queues, hidden ones too."""
        urls = [self.cloud.queues[lane] for lane in LANES]
        asked = (self.cloud.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_COUNTS) for url in urls)
        return sum(int(number) for answer in asked for number in answer["Attributes"].values())


@contextmanager
def rigged(place: Path, visibility_s: int) -> Iterator[Rig]:
    """Start everything, and stop it in the opposite order; logs and dials are kept in `place`."""
    with ExitStack() as stack:
        stack.enter_context(environment({}, without=lambda name: name.startswith(("AWS_", "EXCHANGE_URL_"))))
        cloud = stack.enter_context(Cloud())
        cloud.furnish(read_config(SAMPLE))
        simulator = stack.enter_context(Simulator({"accounts": DEFAULT_ACCOUNTS}))
        stack.enter_context(environment({**cloud.settings, **simulator.urls}))
        log = stack.enter_context((place / "webhook.log").open("a", encoding="utf-8"))
        stack.enter_context(redirect_stdout(Log(log)))
        front = Front(0)
        stack.callback(front.server_close)
        front.webhook = Function("webhook", name="webhook", instances=WEBHOOKS, timeout_s=WEBHOOK_TIMEOUT_S).invoke
        threading.Thread(target=front.serve_forever, args=(0.05,), daemon=True).start()
        stack.callback(front.shutdown)
        crew = stack.enter_context(Crew(place, visibility_s))
        yield Rig(Client(front.server_port), cloud, simulator, crew)
