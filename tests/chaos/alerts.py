"""The alerts of a run, from its seed, and a sender that sends again as TradingView does."""

import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

from tools.local_relay.client import Client, fill_in

PLACES = (
    ("coinex", "BTCUSDT"), ("coinex", "ETHUSDT.P"), ("okx", "BTCUSDT.P"), ("okx", "ETHUSDT"), ("bitget", "BTCUSDT"),
    ("bitget", "ETHUSDT.P"), ("bitunix", "BTCUSDT.P"), ("bitunix", "ETHUSDT"), ("jex", "BTCUSDT"), ("jex", "ETHUSDT"),
)  # fmt: skip
"""Five exchanges, ten symbols. JEX contracts are left out: after doubt they are parked by design, never sent again."""

PRICES = {"BTC": ("54000", "55000"), "ETH": ("2600", "2700")}
SIZES = {"BTC": ("0.01", "0.02", "0.03"), "ETH": ("0.1", "0.2", "0.3")}
VALID_FOR_S = 600
SENDS_AT_MOST = 20
RESEND_AFTER_S = 1.0
REPEATED = 0.1


@dataclass
class Sent:
    """One alert, its place, and what the webhook made of it."""

    route: str
    alert: dict[str, Any]
    alert_id: str = ""
    sends: int = 0

    @property
    def cancels(self) -> bool:
        return str(self.alert["action"]).startswith("cancel")


@dataclass
class Author:
    """Writes alerts; a cancel names an order that was asked for before and that no cancel has named."""

    seed: int
    rng: random.Random
    _refs: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _number: int = 0

    def write(self) -> Sent:
        place = route, symbol = self.rng.choice(PLACES)
        self._number += 1
        alert: dict[str, Any] = {"symbol": symbol, "id": f"chaos-{self.seed}-{self._number}", "time": "{{timenow}}"}
        resting = self._refs.setdefault(place, [])
        luck = self.rng.random()
        if resting and luck < 0.2:
            return Sent(route, alert | {"action": "cancel", "ref": resting.pop(self.rng.randrange(len(resting)))})
        if resting and luck < 0.23:
            resting.clear()
            return Sent(route, alert | {"action": "cancel_all"})
        alert |= {"quantity": self.rng.choice(SIZES[symbol[:3]]), "valid_for": VALID_FOR_S}
        if luck < 0.6:
            resting.append(f"ref-{self._number}")
            price = self.rng.choice(PRICES[symbol[:3]])
            limit = {"action": "buy", "type": "limit", "price": price, "ref": resting[-1]}
            return Sent(route, alert | limit)
        return Sent(route, alert | {"action": self.rng.choice(("buy", "sell"))})


def send(client: Client, sent: Sent, rng: random.Random) -> None:
    """Post until it is stored, and now and then once more although it was."""
    path = f"/alerts/{sent.route}/local-{sent.route}-token"
    body = fill_in(json.dumps(sent.alert)).encode()
    for _ in range(SENDS_AT_MOST):
        sent.sends += 1
        reply = client.post(path, body)
        if reply.status == 202:
            sent.alert_id = str(reply.data["alert_id"])
            break
        time.sleep(RESEND_AFTER_S)
    if rng.random() < REPEATED:
        sent.sends += 1
        client.post(path, body)
