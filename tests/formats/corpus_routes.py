"""The route that a user of each family of bodies would set up; the bodies themselves are no part of this project."""

from collections.abc import Mapping
from typing import Any

Entry = Mapping[str, Any]

PERP: dict[str, Any] = {"market": "perp"}
SIZED: dict[str, Any] = {"defaults": {"quantity": "0.01"}}


def mapped(side: str, symbol: str, quantity: str | None = None, /, **more: str) -> dict[str, Any]:
    """Paths of an alias_map route."""
    return {"side": side, "symbol": symbol, **({"quantity": quantity} if quantity else {}), **more}


def lines(*patterns: str | Mapping[str, str], options: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A route for text."""
    return {"format": "alias_map", "options": {"patterns": [*patterns], **(options or {})}, **more}


def alias_map(paths: Mapping[str, Any], options: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"format": "alias_map", "options": {"paths": dict(paths), **(options or {})}, **more}


CHAIN = {
    "position": "market_position",
    "prev_position": "prev_market_position",
}
CODES = {
    "REDACTED-ENTER-LONG": {"symbol": "BTCUSDT.P", "intent": "enter_long"},
    "Enter-Long": {"symbol": "BTCUSDT.P", "intent": "enter_long"},
    "Exit-Long": {"symbol": "BTCUSDT.P", "intent": "exit_long"},
    "Exit-All": {"symbol": "BTCUSDT.P", "intent": "exit_all"},
}
AUTO: Entry = {"format": "auto"}

ROUTES: Mapping[str, Entry] = {
    # The formats that the relay knows by name.
    "hackingthemarkets": {"format": "hackingthemarkets"},
    "traderspost": {"format": "traderspost", **SIZED},
    "okx-signal-a": {"format": "okx_signal_a"},
    "blofin-okx-style": {"format": "okx_signal_a", **PERP},
    "okx-signal-b": {"format": "okx_signal_b", "defaults": {"leverage": "1"}},
    "3commas-signal": {"format": "3commas"},
    "wundertrading": {"format": "wundertrading", "options": {"code_map": CODES}},
    "octobot": {"format": "octobot", **SIZED},
    "whook": {"format": "whook", **PERP},
    "thibaultyou": {
        "format": "thibaultyou",
        "options": {"code_map": {"ETH-PERP": "ETHUSDT.P", "BTC-PERP": "BTCUSDT.P"}},
        **PERP,
    },
    "cryptognome": {"format": "cryptognome", **PERP},
    "tradex": {"format": "tradex"},
    "pineconnector": {"format": "pineconnector", "options": {"size_unit": "base"}, **PERP},
    "pinetunnel": {"format": "pineconnector", "options": {"size_unit": "base", "sl_tp": "price"}, **PERP},
    # Shapes of a format that the relay knows, in other senders' words.
    "alert-message-only": {"format": "traderspost", **SIZED},
    "sentiment-min": {"format": "traderspost", **SIZED, **PERP},
    "ezymap": alias_map(
        mapped("side", "symbol", stop_loss="sl", id="id") | {"take_profit": ["tp1", "tp2"]},
        {"sl_tp": "price", "shares": ["50", "50"]},
        **SIZED,
    ),
    "cf-worker": alias_map(
        mapped("type", "symbol", price="entry", stop_loss="sl", ref="tradeId") | {"take_profit": ["tp1", "tp2"]},
        {"sl_tp": "price", "shares": ["50", "50"]},
        **SIZED,
    ),
    # JSON of other senders, mapped once.
    "robswc": alias_map(
        mapped("side", "symbol", "amount", type="type", trigger_price="price", leverage="leverage", secret="key"),
        **PERP,
    ),
    "junta": alias_map(mapped("order", "market", position="position", position_size="size"), **PERP),
    "deepalpha": alias_map(mapped("action", "symbol", "qty", secret="key")),
    "meany885": alias_map(
        mapped("action", "symbol", "quantity", type="order_type", stop_loss="stop_loss", take_profit="take_profit"),
        {"sl_tp": "price", "patterns": ["{side} {symbol} QTY:{quantity} SL:{stop_loss} TP:{take_profit}"]},
    ),
    "joelsfoster": alias_map(
        mapped("action", "ticker", "amountPercent", secret="password"), {"size_unit": "percent_available"}
    ),
    "t-o-n-g": alias_map(mapped("order_action", "ticker", "order_contracts", position_size="position_size")),
    "bitget-autotrader": alias_map(mapped("action", "symbol", "quantity", leverage="leverage", secret="token"), **PERP),
    "vazw": alias_map(mapped("side", "symbol", "amount", leverage="leverage", secret="passphrase"), **PERP),
    "voodikohad": alias_map(
        mapped("side", "symbol", "size", intent="action", unit="size_type"),
        {"size_unit": "percent_available", "code_map": {"sl": "close", "tp": "close"}},
    ),
    "moyger": alias_map(mapped("action", "symbol", secret="token"), **SIZED),
    "just-trades": alias_map(
        mapped("action", "ticker", "quantity", **CHAIN, position_size="position_size"),
        {"code_map": {"MNQ1!": "BTCUSDT.P"}},
        **SIZED,
    ),
    "omaisali": alias_map(mapped("signal", "symbol"), **SIZED),
    "vitassuper-okx": alias_map(
        mapped("type_of_signal", "pair", "amount", secret="connector_secret"), {"size_unit": "quote"}
    ),
    "nexquant": alias_map(mapped("action", "symbol"), **SIZED),
    "arith-json": alias_map(mapped("action", "symbol")),
    "clevertrader": alias_map(
        mapped("action", "symbol", stop_loss="sl", take_profit="tp", secret="secret"), {"sl_tp": "price"}, **SIZED
    ),
    "es-bybit": alias_map(mapped("side", "symbol", "qty", secret="secret")),
    "tvbridge-ibkr": alias_map(mapped("action", "symbol", "size", unit="size_type", secret="secret")),
    "signal-info": alias_map(
        mapped(
            "signal.strategy_info.order.action",
            "signal.alert_info.ticker",
            "signal.strategy_info.order.contracts",
            time="signal.current_info.fire_time",
            position="signal.strategy_info.market_position",
            position_size="signal.strategy_info.market_position_size",
            prev_position="signal.strategy_info.prev_market_position",
            prev_position_size="signal.strategy_info.prev_market_position_size",
        ),
        **PERP,
    ),
    "tvbridge-mirror": alias_map(
        mapped(
            "action",
            "symbol",
            position="position",
            position_size="size",
            prev_position="prev_position",
            prev_position_size="prev_size",
            time="time",
            secret="secret",
        ),
        **PERP,
    ),
    "kimi-alpaca": alias_map(
        mapped(
            "action",
            "ticker",
            "contracts",
            **CHAIN,
            position_size="market_position_size",
            prev_position_size="prev_market_position_size",
            time="timestamp",
            secret="secret",
        )
    ),
    "catobot": alias_map(
        mapped(
            "交易動作",
            "股票",
            "交易合約量",
            type="巿價/限價",
            leverage="倍數",
            margin_mode="倉位模式",
            stop_loss="自定義止損百份比",
            time="時間2",
            secret="CatoBot密碼",
        ),
        {"sl_tp": "percent"},
    ),
    "supabase-bot": alias_map(
        mapped(
            "action",
            "instrument",
            "amount",
            unit="investmentType",
            position="marketPosition",
            position_size="marketPositionSize",
            prev_position="prevMarketPosition",
            prev_position_size="prevMarketPositionSize",
            time="timestamp",
            valid_for="maxLag",
            secret="secret",
        ),
        limits={"dry_run": True},
    ),
    "tvbridge-wpf": alias_map(
        mapped("action", "symbol", "lot_size", type="order_type", secret="secret"), {"sl_tp": "price"}
    ),
    "tradevanish": alias_map(mapped("action", "ticker", "qty", position="sentiment")),
    "pionex": alias_map(
        mapped("data.action", "symbol", "data.contracts", position_size="data.position_size", time="time"), **PERP
    ),
    "tv-hub": alias_map(
        mapped("isBuy", "pair", "units", account="apiKey", secret="token"),
        {"code_map": {"true": "buy", "false": "sell"}},
        market="spot",
    ),
    "signalbee": alias_map(
        mapped("side", "symbol", "quantity", unit="quantity_type", time="source_timestamp", secret="webhook_secret"),
        {"size_unit": "percent_equity"},
        valid_for=300,
    ),
    "fmz": alias_map(
        mapped("Action", "Currency", price="Price", market="ContractType"),
        {"code_map": {"closesell": "closeshort"}},
        **SIZED,
    ),
    "tradingwizard": alias_map(mapped("action", "symbol", secret="api_token")),
    "szhub": alias_map(
        mapped("action", "ticker", "contracts", **CHAIN, position_size="position_size", secret="secret")
    ),
    "fundingrate": alias_map(mapped("type", "ticker", secret="token"), **SIZED, **PERP),
    "bingx-tg": alias_map(mapped("action", "symbol", "quantity", type="order_type", secret="secret"), **PERP),
    "order-action": alias_map(
        mapped("order_action", "symbol", "contracts", position_size="position_size", type="order_type")
    ),
    "size-type": alias_map(
        mapped(
            "action",
            "symbol",
            "size_value",
            unit="size_type",
            position_side="side",
            leverage="leverage",
            secret="passphrase",
        ),
        {"size_unit": "percent_equity"},
    ),
    "cryptostrategy": alias_map(mapped("type", "symbol", secret="token"), **SIZED),
    "ethquake": alias_map(
        mapped(
            "strategy.order.action",
            "ticker",
            "strategy.order.contracts",
            position="strategy.current_position",
            prev_position="strategy.prev_position",
        ),
        **PERP,
    ),
    # Lines of text, described once.
    "frostybot": lines(
        {"line": "trade:{account}:{position} symbol={symbol} size={position_size}x", "unit": "times_equity"},
        {"line": "trade:{account}:{position} symbol={symbol} size={position_size}", "unit": "quote"},
        {"line": "trade:{account}:{side} symbol={symbol} size={quantity} price={price}", "unit": "quote"},
        {"line": "trade:{account}:{side} base={quantity} symbol={symbol}", "unit": "base"},
        {"line": "trade:{account}:{side} quote={quantity} symbol={symbol}", "unit": "quote"},
        "trade:{account}:{side} id={order_id}",
        "trade:{account}:{side} symbol={symbol}",
        options={"code_map": {name: f"{name[:-5]}USDT.P" for name in ("BTC-PERP", "ETH-PERP", "RUNE-PERP")}},
        defaults={"symbol": "BTCUSDT"},
        **PERP,
    ),
    "magikarp": lines(
        {"line": "{symbol}_{side}_{leverage}_{quantity}_true_false", "unit": "quote", "take_profit": "2%"}
    ),
    "pinebridge": lines(
        "signal={side},symbol={symbol},qty={quantity},entry_price={},sl_price={stop_loss},tp_price={take_profit},"
        "secret={secret}",
        "signal={side},symbol={symbol},secret={secret}",
        options={"sl_tp": "price"},
        **PERP,
    ),
    "pyne-text": lines("{symbol} {} {side} {position} {position_size} {prev_position} {prev_position_size}"),
    "ib-text": lines("{symbol} {side} {quantity} {position_size}"),
    "alertatron": lines(
        {"line": "{account}({symbol}) {{ market(side={side}, amount={quantity}); }}\n#bot", "unit": "contracts"}, **PERP
    ),
    "gunbot-mail": lines(
        {"line": "BUY_EXCHANGE_{symbol}_{quantity}", "side": "buy", "unit": "quote"},
        {"line": "SELL_EXCHANGE_{symbol}", "side": "sell", "quantity": "100", "unit": "percent_available"},
        options={"code_map": {"BTC-ETH": "ETHBTC", "USDT-BTC": "BTCUSDT"}},
    ),
    "password-line": lines({"line": "{secret}\nflat {symbol} q={}", "side": "close"}),
}
"""Every other family is left to `auto`, on a route without defaults."""

LINES: Mapping[str, Entry] = {
    "a136": alias_map(
        mapped(
            "isBuy",
            "pair",
            "unitsPercent",
            account="apiKey",
            secret="token",
            leverage="leverage",
            margin_mode="marginType",
            stop_loss="stopLossPercent",
            id="alertTimestamp",
        )
        | {
            "take_profit": ["targets.0.takeProfitPercent", "targets.1.takeProfitPercent"],
            "take_profit_share": ["targets.0.amount", "targets.1.amount"],
        },
        {
            "code_map": {"true": "buy", "false": "sell"},
            "size_unit": "percent_equity",
            "sl_tp": "percent",
            "account": "binance-futures-main",
        },
        **PERP,
    ),
    "a156": alias_map(
        mapped("Action", "Currency", "Amount", type="Price", market="ContractType"),
        {"code_map": {"closesell": "closeshort", "-1": "market"}},
    ),
}
"""Templates of a family that need a route of their own."""

RULED_OUT: Mapping[str, str] = {
    "a013": "unsupported: a sell that may only close, if there is a long, is two readings of one body",
    "a020": "unsupported: protection on an order that only reduces, and on its wrong sides",
    "a101": "unresolved_placeholder: whatever field it stands in",
    "a153": "not_an_order: a stop-loss so many points away; the points of a broker are not known here",
}
"""Orders that the relay refuses on purpose, with the word and the reason."""


def route_of(line: Mapping[str, Any]) -> dict[str, Any]:
    """The route for one line of the corpus: its family's, with the account that the body names."""
    entry = dict(LINES.get(line["id"]) or ROUTES.get(line["family"], AUTO))
    if "account" in line["expected"]:
        entry["options"] = {**entry.get("options", {}), "account": line["expected"]["account"]}
    return entry
