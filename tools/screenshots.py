"""`make pictures`: a busy relay on this machine, and pictures of its console for docs/."""

import json
import sys
import time
from contextlib import redirect_stdout
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from order_relay import bootstrap
from order_relay.core.message import Message
from order_relay.core.order import Action, Leg
from order_relay.core.record import State
from order_relay.core.symbol import Market
from tools.browser import NoBrowser, browser
from tools.local_relay import PROJECT
from tools.local_relay.client import Client
from tools.local_relay.cloud import Cloud
from tools.local_relay.config import SAMPLE, read_config
from tools.local_relay.front import Front
from tools.local_relay.log import Log
from tools.local_relay.relay import Relay, running

DOCS = PROJECT / "docs"
WIDTH, HEIGHT = 1240, 400
SETTLED_WITHIN_S = 20.0
CLOCK_LOOKS = 30
ALERTS = (
    ("okx", {"action": "buy", "symbol": "BTCUSDT", "quantity": "0.01", "ref": "breakout"}),
    ("bitget", {"action": "buy", "symbol": "ETHUSDT.P", "quantity": "0.3"}),
    ("coinex", {"action": "buy", "symbol": "BTCUSDT", "type": "limit", "quantity": "0.02", "price": "51000"}),
    ("bitunix", {"action": "buy", "symbol": "BTCUSDT.P", "quantity": "0.02"}),
    ("okx", {"action": "sell", "symbol": "BTCUSDT", "quantity": "0.004"}),
    ("bitunix", {"action": "close", "symbol": "BTCUSDT.P"}),
    ("bitget", {"action": "buy", "symbol": "BTCUSDT", "quantity": "0.0000001"}),
    ("okx", {"action": "buy", "symbol": "ETHUSDT", "quantity": "0.2"}),
    ("jex", {"id": "constant", "action": "buy", "symbol": "BTCUSDT", "quantity": "0.01"}),
    ("jex", {"id": "constant", "action": "buy", "symbol": "BTCUSDT", "quantity": "0.02"}),
)


def main() -> int:
    with redirect_stdout(Log()), running(read_config(SAMPLE), Front(0)) as relay:
        try:
            furnish(relay)
            pictures(relay.url)
        except (NoBrowser, TimeoutError) as exc:
            print(f"screenshots: {exc}", file=sys.stderr)
            return 1
    return 0


def furnish(relay: Relay) -> None:
    """Make a relay look lived in: orders of every kind, a dead letter, a halt, and an hour of clock measurements."""
    client = Client(relay.port)
    for route, alert in ALERTS:
        client.post(f"/alerts/{route}/local-{route}-token", json.dumps(alert).encode())
    until = time.monotonic() + SETTLED_WITHIN_S
    while sum(State(order["state"]).terminal for order in client.orders()) < len(ALERTS):
        if time.monotonic() > until:
            raise TimeoutError(f"the orders did not end within {SETTLED_WITHIN_S:.0f} s")
        time.sleep(0.1)
    bury(relay.cloud, message("okx", "BTCUSDT", "0.005"), "quarantined: 3 runs ended without an outcome")
    halt = {"command": "halt", "scope": "account", "name": "jex", "why": "withdrawals suspended", "apply": True}
    client.post("/redrive", json.dumps(halt).encode())
    measure(relay)


def message(route: str, symbol: str, quantity: str, ref: str | None = None) -> Message:
    """What the webhook would store for an alert that arrives now."""
    now_ms = time.time_ns() // 1_000_000
    leg = Leg(Action.BUY, symbol, Market.SPOT, symbol, quantity=Decimal(quantity), ref=ref)
    return Message(
        alert_id=uuid4().hex,
        sha256="0" * 64,
        accepted_at_ms=now_ms,
        fired_ms=now_ms,
        once=True,
        explicit=True,
        route=route,
        account=route,
        legs=(leg,),
    )


def bury(cloud: Cloud, buried: Message, reason: str) -> None:
    """Put a message into the dead-letter queue, as a worker does."""
    envelope = {"message": buried.encode(), "reason": reason, "at_ms": time.time_ns() // 1_000_000, "receives": 3}
    cloud.sqs.send_message(
        QueueUrl=cloud.queues["orders-dlq"],
        MessageBody=json.dumps(envelope),
        MessageGroupId=buried.account,
        MessageDeduplicationId=uuid4().hex,
    )


def measure(relay: Relay) -> None:
    """Let the clock function look often, while the exchanges' clocks drift a little."""
    keeper = bootstrap.timekeeper(bootstrap.Deadline(lambda: 30_000))
    for look in range(CLOCK_LOOKS):
        for number, venue in enumerate(relay.simulator.venues.values() if relay.simulator else ()):
            venue.skew_ms = (number - 2) * 40 + (look * 7 * (number + 3)) % 29 - look * number
        keeper.measure()


def pictures(url: str) -> None:
    with browser() as tab:
        for scheme in ("light", "dark"):
            tab.paint(scheme, WIDTH, HEIGHT)
            tab.open(f"{url}/?paused=yes")
            tab.paint(scheme, WIDTH, int(tab.run("document.documentElement.scrollHeight")))
            _write(DOCS / f"console-{scheme}.png", tab.picture())


def _write(path: Path, picture: bytes) -> None:
    path.write_bytes(picture)
    print(f"{path.relative_to(PROJECT)}: {len(picture):,} bytes", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
