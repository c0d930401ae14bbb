"""Bitunix as simulated: signature, one-sided clock window, two hosts and envelopes, public data."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.simulator.bitunix_client import FUTURES, SPOT, BitunixClient
from tests.simulator.signing import Clock, decoded
from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.bitunix import Bitunix
from tools.exchange_simulator.message import HttpRequest, HttpResponse
from tools.exchange_simulator.order import Refusal
from tools.exchange_simulator.server import Simulator

VECTORS = json.loads((Path(__file__).parent / "vectors" / "bitunix.json").read_text())["cases"]
SPOT_ACCOUNT = f"{SPOT}/user/account"
FUTURES_ACCOUNT = f"{FUTURES}/account"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> BitunixClient:
    return BitunixClient(Bitunix(DEFAULT_ACCOUNTS, clock), clock)


def vector_request(case: Mapping[str, Any]) -> HttpRequest:
    headers = {name.lower(): value for name, value in case["headers"].items()}
    return HttpRequest(case["method"], case["target"], headers, case["body"].encode(), case["host"])


def vector_venue(case: Mapping[str, Any]) -> Bitunix:
    row = {"exchange": "bitunix", "key": case["key"], "secret": case["secret"]}
    return Bitunix({"vector": row}, lambda: int(case["now_ms"]))


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_a_known_signature_is_accepted(case: Mapping[str, Any]) -> None:
    assert vector_venue(case).authenticate(vector_request(case)).name == "vector"


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_one_changed_byte_is_refused(case: Mapping[str, Any]) -> None:
    request = vector_request(case)
    query = f"{request.target}{'&' if '?' in request.target else '?'}extra=1"
    for changed in (
        replace(request, target=query),
        replace(request, body=request.body + b" "),
        replace(request, headers={**request.headers, "nonce": "0"}),
        replace(request, headers={**request.headers, "timestamp": f"{case['now_ms'] + 1}"}),
    ):
        with pytest.raises(Refusal, match=r"100005|10007"):
            vector_venue(case).authenticate(changed)


@pytest.mark.parametrize(
    ("headers", "spot", "futures"),
    [
        ({"api-key": ""}, "100004", 10003),
        ({"api-key": "NOBODY"}, "100004", 10003),
        ({"sign": "00"}, "100005", 10007),
        ({"sign": "ü"}, "100005", 10007),
        ({"nonce": ""}, "100005", 10007),
        ({"timestamp": "now"}, "100005", 10007),
    ],
    ids=str,
)
def test_a_wrong_header_has_a_code_per_host(
    client: BitunixClient, headers: dict[str, str], spot: str, futures: int
) -> None:
    for path, code in ((SPOT_ACCOUNT, spot), (FUTURES_ACCOUNT, futures)):
        request = client.request("GET", path, {"marginCoin": "USDT"})
        answer = client.venue.handle(replace(request, headers={**request.headers, **headers}))
        assert isinstance(answer, HttpResponse)
        assert (answer.status, decoded(answer)["code"]) == (200, code)


def test_a_deleted_key_is_unknown(client: BitunixClient) -> None:
    client.venue.accounts["bitunix"].change({"active": False})
    assert client.get(SPOT_ACCOUNT)["code"] == "100004"


@pytest.mark.parametrize(
    ("age_ms", "accepted"), [(60_000, True), (60_001, False), (-61_000, True), (-86_400_000, True)]
)
def test_a_stale_stamp_is_refused_and_a_future_one_accepted(client: BitunixClient, age_ms: int, accepted: bool) -> None:
    spot = decoded(client.venue.handle(client.request("GET", SPOT_ACCOUNT, {}, age_ms=age_ms)))
    assert spot["code"] == ("0" if accepted else "100008")
    query = {"marginCoin": "USDT"}
    futures = decoded(client.venue.handle(client.request("GET", FUTURES_ACCOUNT, query, age_ms=age_ms)))
    assert (futures["code"] == 0) is accepted


def test_each_host_has_its_envelope_and_only_its_paths(client: BitunixClient) -> None:
    assert client.get(SPOT_ACCOUNT).keys() == {"code", "msg", "data", "success"}
    assert client.get(FUTURES_ACCOUNT, marginCoin="USDT").keys() == {"code", "msg", "data"}
    request = client.request("GET", FUTURES_ACCOUNT, {"marginCoin": "USDT"})
    answer = client.venue.handle(replace(request, host="bitunix"))
    assert isinstance(answer, HttpResponse)
    assert answer.status == 404


def test_there_is_no_time_endpoint(client: BitunixClient) -> None:
    for path in (f"{SPOT}/common/time", f"{FUTURES}/market/time"):
        answer = client.send("GET", path, {})
        assert isinstance(answer, HttpResponse)
        assert answer.status == 404


def test_both_hosts_serve_one_exchange_and_date_their_answers() -> None:
    with Simulator({"exchanges": ["bitunix"]}) as simulator:
        simulator.venues["bitunix"].skew_ms = -3_600_000
        for name, path in (
            ("EXCHANGE_URL_BITUNIX", f"{SPOT}/market/last_price?symbol=BTCUSDT"),
            ("EXCHANGE_URL_BITUNIX_FUTURES", f"{FUTURES}/market/trading_pairs"),
        ):
            with urlopen(simulator.urls[name] + path) as answer:
                dated = parsedate_to_datetime(answer.headers["Date"])
            assert 3_590 < time.time() - dated.timestamp() < 3_610


def test_the_wrong_verb_is_a_network_error(client: BitunixClient) -> None:
    assert client.refused(f"{FUTURES}/trade/get_pending_orders", {}) == 10001
    assert client.get(f"{SPOT}/order/place_order")["code"] == "10001"


def test_a_broken_body_is_a_parameter_error(client: BitunixClient) -> None:
    assert client.refused(f"{SPOT}/order/place_order", b"{") == "2"
    assert client.refused(f"{FUTURES}/trade/place_order", b"[]") == 10002


def test_public_prices_need_no_key(client: BitunixClient) -> None:
    def public(target: str, host: str) -> Any:
        return decoded(client.venue.handle(HttpRequest("GET", target, host=host)))["data"]

    assert public(f"{SPOT}/market/last_price?symbol=btcusdt", "bitunix") == "60000"
    assert public(f"{SPOT}/market/depth?symbol=BTCUSDT", "bitunix")["asks"][0]["price"] == "60000.01"
    (ticker,) = public(f"{FUTURES}/market/tickers?symbols=ETHUSDT", "bitunix_futures")
    assert ticker["lastPrice"] == "3000"
    assert public(f"{FUTURES}/market/depth?symbol=BTCUSDT", "bitunix_futures")["bids"][0][0] == "59999.9"


def test_instrument_rules_count_decimals(client: BitunixClient) -> None:
    (pair,) = client.data(f"{FUTURES}/market/trading_pairs", symbols="BTCUSDT")
    assert (pair["basePrecision"], pair["quotePrecision"], pair["minTradeVolume"]) == (4, 1, "0.0001")
    assert (pair["symbolStatus"], pair["isApiSupported"]) == ("OPEN", True)
    pairs = client.data(f"{SPOT}/common/coin_pair/list")
    assert [(row["base"], row["basePrecision"], row["isOpen"]) for row in pairs] == [("BTC", 6, 1), ("ETH", 4, 1)]


@pytest.mark.parametrize(
    ("code", "path"), [("110041", f"{SPOT}/order/place_order"), ("10006", f"{FUTURES}/trade/place_order")]
)
def test_a_throttled_placement_executes_nothing(client: BitunixClient, code: str, path: str) -> None:
    client.venue.add_fault(op="place", kind="code", code=code, message="too fast")
    assert str(client.refused(path, {})) == code
    assert client.venue.accepted_orders() == []


def test_an_echoed_key_never_reaches_the_ledger(client: BitunixClient) -> None:
    client.venue.add_fault(op="account", kind="echo_secret")
    key = DEFAULT_ACCOUNTS["bitunix"]["key"]
    assert key in client.get(SPOT_ACCOUNT)["msg"]
    assert key not in json.dumps(client.venue.ledger.requests)
