"""All that an exchange's support asks for about one order, redacted, and what of it is missing."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress

from botocore.exceptions import BotoCoreError, ClientError

from order_relay.core.clock import iso_ms
from order_relay.observe import Redactor
from order_relay.service.desk import EVIDENCE_CHARACTERS
from tools.relayctl.moments import now_ms
from tools.relayctl.relay import Relay, Row
from tools.relayctl.secrets import Secrets
from tools.relayctl.trouble import Trouble

_EVIDENCE = re.compile(r"for the exchange's support: (?P<method>[A-Z]+) (?P<sent>.*?) -> (?P<answer>.*)", re.DOTALL)
_SENT = ("environment", "attempts", "stamp_ms", "outstanding", "unconfirmed", "asked", "plan")
_ONLY_PARKED = (
    "requests and answers: they are kept only of cancels whose order stayed open until they were parked; "
    "give support the client order id, the time and the reason instead"
)


def bundle(relay: Relay, order: Row, log_file: str | None) -> Row:
    """Collect the record, its signed attempts, requests with their answers, and the log."""
    record = relay.record(order["order_id"]) or {}
    log, gap = relay.lines(order, log_file)
    pairs = list(_pairs(order))
    missing = [gap] if gap else []
    missing += [] if pairs else [_ONLY_PARKED]
    missing += [f"the rest of texts over {EVIDENCE_CHARACTERS} characters" for pair in pairs if pair["cut"]][:1]
    return {
        "made_at": iso_ms(now_ms()),
        "relay": relay.name,
        "client_order_id": order["order_id"],
        "exchange_order_id": order["exchange_order_id"],
        "last_attempt_signed_at": iso_ms(record["stamp_ms"]) if record.get("stamp_ms") else None,
        "order": order,
        "sent": {name: record.get(name) for name in _SENT},
        "requests": pairs,
        "log": log,
        "missing": missing,
    }


def write(path: str, redactor: Redactor, collected: Row) -> None:
    """Write the bundle for its owner only; an existing file is never overwritten."""
    text = redactor.clean(json.dumps(collected, indent=2))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{text}\n")


def learn_keys(relay: Relay, account: str, redactor: Redactor) -> None:
    """Blot the account's keys out once more, if they can be read: the journal never held them."""
    with suppress(Trouble, ClientError, BotoCoreError):  # whoever may read orders need not be allowed to read keys
        redactor.learn(Secrets.of(relay).read(f"accounts/{account}") or {})


def _pairs(order: Row) -> Iterator[Row]:
    texts = [line["note"] for line in order["history"]] + [order["reason"] or ""]
    for found in filter(None, map(_EVIDENCE.search, dict.fromkeys(texts))):
        sent, answer = found["sent"], found["answer"]
        cut = max(len(sent), len(answer)) >= EVIDENCE_CHARACTERS
        target, _, body = sent.partition(" ")
        yield {"method": found["method"], "target": target, "body": body, "answer": answer, "cut": cut}
