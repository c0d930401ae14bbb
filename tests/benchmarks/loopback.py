"""From the alert's POST to the accepted order over loopback: the local relay beside a bare script, both warm."""

import contextlib
import hashlib
import json
import time
from collections.abc import Callable
from statistics import median
from uuid import uuid4

import requests

from tests.benchmarks import bare
from tests.benchmarks.sampling import interleaved
from tests.benchmarks.table import Row, as_long_as
from tools.exchange_simulator.accounts import credentials
from tools.exchange_simulator.venue import Venue
from tools.local_relay.cloud import PREFIX
from tools.local_relay.config import Config
from tools.local_relay.front import Front
from tools.local_relay.log import Log
from tools.local_relay.relay import running

ROUNDS = 20
WITHIN_S = 10.0
REST_S = 0.15
TOKEN = "fake-token"
ROUTE = {"accounts": ["okx"], "token_sha256": [hashlib.sha256(TOKEN.encode()).hexdigest()]}


def loopback() -> list[Row]:
    """Send the same limit order through either, one at a time, and take the exchange's own time of acceptance."""
    config = Config({"okx": credentials()["okx"]}, {"benchmark": ROUTE})
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(Log()))
        relay = stack.enter_context(running(config, Front(0)))
        if relay.simulator is None:
            raise RuntimeError("the exchange addresses in the environment keep the simulator from starting")
        exchange = relay.simulator.urls["EXCHANGE_URL_OKX"]
        script = stack.enter_context(bare.running(relay.cloud.settings, f"{PREFIX}/accounts/okx", exchange))
        venue = relay.simulator.venues["okx"]
        candidates = {
            "ours": _alert(f"{relay.url}/alerts/benchmark/{TOKEN}", venue),
            "bare": _alert(script.url, venue),
        }
        samples = interleaved(candidates, ROUNDS)
    ours, theirs = median(samples["ours"]), median(samples["bare"])
    return [Row("okx spot limit order", f"{ours:.0f} ms", f"bare script {theirs:.0f} ms", *as_long_as(ours, theirs))]


def _alert(url: str, venue: Venue) -> Callable[[], float]:
    def take() -> float:
        known = len(venue.accepted_orders())
        alert = {"action": "buy", "symbol": "BTCUSDT", "type": "limit", "price": "50000", "quantity": "0.01"}
        sent_ms = time.time() * 1000
        answer = requests.post(url, data=json.dumps({**alert, "id": uuid4().hex}), timeout=5)
        answer.raise_for_status()
        accepted_ms = _accepted_ms(venue, known)
        time.sleep(REST_S)  # what comes after the acceptance must not slow the next one down
        return accepted_ms - sent_ms

    return take


def _accepted_ms(venue: Venue, known: int) -> int:
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        orders = venue.accepted_orders()
        if len(orders) > known:
            return int(orders[-1]["accepted_at_ms"])
        time.sleep(0.005)
    raise RuntimeError(f"the exchange saw no order within {WITHIN_S:.0f} s")
