"""Our signed requests beside those of ccxt, an independent implementation; ccxt is installed for this only."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from order_relay.core.call import Call, Credentials, get, post
from order_relay.core.exchange import Instrument, Profile
from order_relay.core.order import OrderType, Plan, Side
from order_relay.core.outcome import Op
from order_relay.core.symbol import Market
from order_relay.exchanges import EXCHANGES

STAMP_MS = 1_700_000_000_123
KEYS = {name: Credentials(name, "fake-key", "fake-secret", "fake-passphrase") for name in ("okx", "bitget")}
OKX_QUERY = {"instId": "BTC-USDT", "clOrdId": "tv00112233445566778899aabbccddee"}
OKX_ORDER = {**OKX_QUERY, "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100", "tgtCcy": "quote_ccy"}
BITGET_QUERY = {"clientOid": "channel#1", "productType": "USDT-FUTURES", "symbol": "BTCUSDT"}
PERP = Instrument(
    "BTCUSDT", Market.PERP, "BTC", "USDT", Decimal("0.1"), Decimal("0.001"), Decimal("0.001"), product="USDT-FUTURES"
)
PLAN = Plan("c1", "BTCUSDT", Market.PERP, Side.SELL, OrderType.LIMIT, Decimal("0.01"), price=Decimal("36500.5"))


def okx_matches() -> bool:
    """Compare target, body and every OK-ACCESS header of a GET and a POST."""
    calls = (get("/api/v5/trade/order", OKX_QUERY), post("/api/v5/trade/order", OKX_ORDER, op=Op.PLACE))
    theirs = _ccxt("okx")
    return all(_same(theirs, call, ["private", "okx"], "/api/v5/", "OK-ACCESS-") for call in calls)


def bitget_matches() -> bool:
    """Compare target, body and every ACCESS header of a GET and a POST of each API generation."""
    place = EXCHANGES["bitget"].place
    calls = (
        (get("/api/v2/mix/order/detail", BITGET_QUERY), "mix"),
        (place(PLAN, PERP, Profile(api="v2", trade_mode="crossed")), "mix"),
        (get("/api/v3/trade/order-info", {"clientOid": "c1"}), "uta"),
        (place(replace(PLAN, type=OrderType.MARKET, price=None), PERP, Profile(api="v3")), "uta"),
    )
    theirs = _ccxt("bitget")
    return all(_same(theirs, call, ["private", api], "/api/", "ACCESS-") for call, api in calls)


def _same(theirs: Any, call: Call, api: list[str], prefix: str, header: str) -> bool:
    ours = EXCHANGES[theirs.id].sign(call, KEYS[theirs.id], STAMP_MS, "")
    parts = urlsplit(call.target)
    parameters = json.loads(call.body) if call.body else dict(parse_qsl(parts.query))
    signed = theirs.sign(parts.path.removeprefix(prefix), api, call.method, parameters)
    url = urlsplit(signed["url"])
    target = f"{url.path}?{url.query}" if url.query else url.path
    sent = (target, (signed["body"] or "").encode(), _named(signed["headers"], header))
    return f"{header}SIGN" in ours.headers and sent == (ours.target, ours.body, _named(ours.headers, header))


def _named(headers: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith(prefix)}


def _ccxt(name: str) -> Any:
    """Make ccxt's signer with its clock stopped at our stamp; it sends nothing."""
    import ccxt

    keys = KEYS[name]
    theirs = getattr(ccxt, name)({"apiKey": keys.key, "secret": keys.secret, "password": keys.passphrase})
    theirs.nonce = lambda: STAMP_MS
    return theirs
