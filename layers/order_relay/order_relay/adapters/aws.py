"""AWS clients from botocore alone (boto3's own import costs as much again) and what their errors mean to us."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader
from botocore.session import Session, get_session

from order_relay.core.ports import Unavailable

SERVICES = ("sqs", "secretsmanager", "dynamodb", "sns", "sts")


class _Models(Loader):
    """botocore's service models, not listed first: looking through all of them takes as long as loading ours."""

    def list_available_services(self, type_name: str) -> list[str]:
        return list(SERVICES)


@cache
def _session() -> Session:
    logging.getLogger("botocore").setLevel(logging.INFO)  # at DEBUG it writes down whole answers, secrets included
    session = get_session()
    session.register_component("data_loader", _Models())
    return session


def client(service: str, *, connect_s: float = 1.0, read_s: float = 2.0, attempts: int = 2) -> Any:
    """Make a client whose calls end in time; endpoints follow AWS_ENDPOINT_URL[_SERVICE]."""
    config = Config(
        connect_timeout=connect_s,
        read_timeout=read_s,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        tcp_keepalive=True,
    )
    return _session().create_client(service, config=config)


def error_code(exc: ClientError) -> str:
    return str(exc.response.get("Error", {}).get("Code", ""))


@contextmanager
def unavailable(what: str) -> Iterator[None]:
    """Turn every failure of an AWS call into Unavailable, naming only what failed and its code."""
    try:
        yield
    except ClientError as exc:
        raise Unavailable(f"{what}: {error_code(exc)}") from None
    except BotoCoreError as exc:
        raise Unavailable(f"{what}: {type(exc).__name__}") from None
