"""Whatever bytes arrive on a route of whatever format: an answer in time, and only orders that make sense."""

import json
from decimal import Decimal
from hashlib import sha256
from statistics import median
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from order_relay.core.message import decode
from order_relay.core.order import Action, Leg
from order_relay.formats import FORMATS
from tests.service.bench import TOKEN, Bench

LARGEST = 20_480
CPU_S = 0.050
SECRETS: dict[str, Any] = {"token_sha256": [sha256(TOKEN.encode()).hexdigest()], "accounts": ["okx"]}
SEEDS: tuple[bytes, ...] = (
    b'{"relay":1,"action":"buy","symbol":"BTCUSDT.P","quantity":"0.01","price":"1","type":"limit"}',
    b'{"passphrase":"x","ticker":"BTCUSDT.P","strategy":{"order_action":"sell","order_contracts":2,"position_size":-1}}',
    b'{"ticker":"BTCUSDT.P","action":"buy","quantity":1,"takeProfit":{"percent":2},"stopLoss":{"stopPrice":1}}',
    b'{"signalToken":"x","action":"ENTER_LONG","instrument":"BTC-USDT-SWAP","investmentType":"base","amount":"1"}',
    b'{"signalToken":"x","action":"buy","marketPosition":"long","instrument":"BTCUSDT.P","amount":"1"}',
    b'{"secret":"x","bot_uuid":"y","tv_instrument":"BTCUSDT.P","action":"buy","order":{"amount":"1"}}',
    b'{"code":"a","orderType":"market","amountPerTrade":0.1,"takeProfits":[{"priceDeviation":0.1,"portfolio":1}]}',
    b"EXCHANGE=OKX\nSYMBOL=BTCUSDT\nSIGNAL=BUY\nVOLUME=12a%;TAG=x",
    b"acct BTC/USDT buy 300$ x3 limit:a:100\nBTC/USDT pos -50\n// x\nBTC/USDT close 33%",
    b'[{"stub":"a","direction":"long","symbol":"BTCUSDT.P","size":"5%"}]',
    b'{"key":"1","symbol":"BTCUSDT","side":"Buy","qty":"1","type":"Market","close_position":"False"}',
    b'{"PIN":"1","EXCHANGE":"x","SYMBOL":"BTCUSDT","SIDE":"buy","ORDER_TYPE":"limit","QUANTITY":1,"PRICE":2}',
    b"6012,buy,BTCUSDT.P,risk=1,sl=50,tp=60",
    b"buy BTCUSDT.P at 100: 1 tp 110 (50) 120 (50)",
)
HOSTILE: tuple[bytes, ...] = (
    b"[" * LARGEST,
    b'{"a":' * 3_000,
    b'"' + b"\\u0061" * 3_000 + b'"',
    b"SYMBOL=" * 2_900,
    (b"close " * 3_400)[:LARGEST],
    b"x" * LARGEST,
    b'{"quantity":' + b"9" * 16_000 + b"}",
    (b"buy BTCUSDT.P 1 x3\n" * 1_100)[:16_384],
    b"[" + b",".join([b'{"action":"buy","symbol":"BTCUSDT","quantity":"1"}'] * 310) + b"]",
    (b"A=1;" * 4_096)[:16_384],
    b"\xff" * 16_384,
    b"{{" * 8_000,
    b"0." * 8_000,
    b"," * 16_384,
)


def route(name: str) -> dict[str, Any]:
    """A route of the format on which nothing is missing."""
    codes = {"a": {"symbol": "BTCUSDT.P", "intent": "enter_long"}}
    step = "{take_profit} ({take_profit_share})"
    patterns = [f"{{side}} {{symbol}} at {{price}}: {{quantity}} tp {step} {step}", "{}={symbol} {side}={}"]
    options = {"code_map": codes, "sl_tp": "price", "size_unit": "base", "patterns": patterns}
    defaults = {"quantity": "1", "leverage": "2", "unit": "base"}
    return {**SECRETS, "format": name, "options": options, "defaults": defaults}


def bodies() -> st.SearchStrategy[bytes]:
    """Random bytes, and good bodies cut, doubled and sprinkled with others."""
    spliced = st.tuples(st.sampled_from(SEEDS), st.integers(0, 200), st.binary(max_size=12), st.sampled_from(SEEDS))
    broken = spliced.map(lambda part: part[0][: part[1]] + part[2] + part[3][part[1] :])
    return st.one_of(st.binary(max_size=LARGEST), broken, st.sampled_from(SEEDS))


def sensible(leg: Leg) -> bool:
    numbers = (
        leg.price, leg.trigger_price, leg.trail, leg.leverage, leg.take_profit, leg.stop_loss, leg.take_profit_rate,
        leg.stop_loss_rate, leg.max_exposure, *(one.price or one.rate for one in leg.take_profits),
    )  # fmt: skip
    shares = [amount for one in leg.take_profits for amount in (one.price or one.rate or Decimal(0), one.share)]
    positive = all(number is None or (number.is_finite() and number > 0) for number in (*numbers, *shares))
    shares = [one.share for one in leg.take_profits]
    parted = not shares or (len(shares) > 1 and min(shares) > 0 and sum(shares) == 1 and leg.take_profit is None)
    size = leg.quantity is None or (leg.quantity.is_finite() and (leg.quantity > 0 or leg.action is Action.TARGET))
    return positive and parted and size


def answered(bench: Bench, body: bytes) -> int:
    """Deliver a body thrice, so that a machine that is busy does not look like a slow webhook."""
    taken = []
    for _ in range(3):
        began = process_time()
        reply = bench.post(body)
        taken.append(process_time() - began)
    assert median(taken) < CPU_S, (len(body), taken)
    assert reply.status in (202, 400, 413, 422), reply
    assert (reply.status == 202) == bool(bench.queue)
    assert all(sensible(leg) for entry in bench.queue for leg in decode(entry.body).legs)
    bench.queue.clear()
    return reply.status


@pytest.fixture(scope="module", params=list(FORMATS))
def routed(request: pytest.FixtureRequest) -> Bench:
    bench = Bench()
    bench.vault.route_secret["main"] = route(request.param)
    return bench


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies())
def test_any_bytes_get_an_answer_in_time_and_only_sensible_orders(routed: Bench, body: bytes) -> None:
    answered(routed, body)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_what_is_made_to_be_slow_is_not(routed: Bench, number: int) -> None:
    answered(routed, HOSTILE[number])


def test_every_seed_is_an_order_in_some_format() -> None:
    """The spliced bodies start from good ones; a seed that no format reads would test nothing."""
    read = set()
    for name in FORMATS:
        bench = Bench()
        bench.vault.route_secret["main"] = route(name)
        read |= {number for number, body in enumerate(SEEDS) if bench.post(body).status == 202}
    assert {json.dumps(SEEDS[number].decode()) for number in set(range(len(SEEDS))) - read} == set()
