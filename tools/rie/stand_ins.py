"""What the functions find around them on this machine: AWS, the exchanges, a chat, and an operator's secrets."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import boto3

from tools.exchange_simulator.accounts import credentials
from tools.exchange_simulator.server import Simulator
from tools.local_relay.cloud import ACCOUNT_ID, PREFIX, REGION, Cloud
from tools.local_relay.config import Config
from tools.rie.chat import Chat
from tools.rie.samples import ACCOUNT, ROUTE, TOKEN

NOTIFIER_SECRET = f"{PREFIX}/notifier"
_HASH = hashlib.sha256(TOKEN.encode()).hexdigest()
CONFIG = Config(
    {ACCOUNT: credentials()["okx"]},
    {ROUTE: {"accounts": [ACCOUNT], "token_sha256": [_HASH], "body_secret_sha256": [_HASH]}},
)


@dataclass(frozen=True)
class StandIns:
    """Everything that runs, ready for the sample events; `orders` counts what the exchange accepted."""

    cloud: Cloud
    simulator: Simulator
    chat: Chat

    @property
    def orders(self) -> int:
        return len(self.simulator.venues["okx"].accepted_orders())

    @property
    def settings(self) -> dict[str, str]:
        """The environment of every function."""
        return {
            **self.cloud.settings,
            **self.simulator.urls,
            "CONSOLE_ACTIONS": "true",
            "REDRIVE_FUNCTION_ARN": f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{PREFIX}-redrive",
            "NOTIFIER_SECRET": NOTIFIER_SECRET,
        }


@contextmanager
def stand_ins(chat_at: str = "") -> Iterator[StandIns]:
    """Start them, and stop them in the end; `chat_at` is where the notifier finds the chat, if not on this machine."""
    with Cloud() as cloud, Simulator() as simulator, Chat() as chat:
        cloud.furnish(CONFIG)
        _store(cloud, {"urls": [f"json://{chat_at or f'127.0.0.1:{chat.port}'}/"]})
        yield StandIns(cloud, simulator, chat)


def _store(cloud: Cloud, secret: object) -> None:
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    client = boto3.client("secretsmanager", endpoint_url=cloud.url, region_name=REGION, **keys)  # type: ignore[call-overload]
    client.create_secret(Name=NOTIFIER_SECRET, SecretString=json.dumps(secret))
