"""JEX: trading rules, prices, positions and balances."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Instrument, Position
from order_relay.core.order import PositionSide, Unit
from order_relay.core.outcome import Failed
from order_relay.core.symbol import Market
from order_relay.exchanges.jex import EXCHANGE
from tests.exchanges.jex_cases import OPTION, PERP, PROFILE, SPOT, answer, script
from tests.exchanges.scripted import Script, Step

INFO = {
    "optionSymbols": [
        {
            "symbol": "BTCCALLM",
            "status": "HALT",
            "baseAsset": "月BTC看涨0226",
            "baseAssetPrecision": 0,
            "quoteAsset": "USDT",
            "quotePrecision": 2,
            "orderTypes": ["LIMIT"],
            "filters": [{"filterType": "LOT_SIZE", "minQty": "0.00000000"}],
        }
    ],
    "contractSymbols": [
        {
            "symbol": "BTCUSDT",
            "status": "TRADING",
            "baseAsset": "btc",
            "baseAssetPrecision": 4,
            "quoteAsset": "usdt",
            "quotePrecision": 0,
            "orderTypes": ["LIMIT", "MARKET"],
            "filters": [
                {"filterType": "PRICE_FILTER", "minPrice": "0.00000001", "maxPrice": "1000000"},
                {"filterType": "LOT_SIZE", "minQty": "0.00100000000000000000", "maxQty": "1000000.00"},
            ],
        }
    ],
    "spotSymbols": [],
}


def rules_of(name: str, market: Market) -> Instrument | None:
    return EXCHANGE.instrument(script(("GET", "/api/v1/exchangeInfo", INFO)), name, market)


def test_trading_rules_come_from_the_market_that_is_asked_for() -> None:
    contract = rules_of("BTCUSDT", Market.PERP)
    assert contract
    assert (contract.base, contract.quote, contract.unit, contract.tradable) == ("BTC", "USDT", Unit.BASE, True)
    assert (contract.tick, contract.step, contract.minimum) == (Decimal(1), Decimal("0.0001"), Decimal("0.001"))
    assert contract.maximum == Decimal(1000000)
    assert rules_of("BTCUSDT", Market.SPOT) is None


def test_an_option_is_its_own_base_and_untradable_while_halted() -> None:
    option = rules_of("BTCCALLM", Market.OPTION)
    assert option
    assert (option.base, option.tick, option.step, option.minimum) == (
        "BTCCALLM",
        Decimal("0.01"),
        Decimal(1),
        Decimal(1),
    )
    assert (option.maximum, option.tradable) == (None, False)


def test_an_instrument_list_without_precisions_is_not_guessed() -> None:
    info = {"spotSymbols": [{"symbol": "JEXBTC", "filters": []}]}
    for broken in (info, {}):
        with pytest.raises(Failed):
            EXCHANGE.instrument(script(("GET", "/api", broken)), "JEXBTC", Market.SPOT)


def test_an_empty_side_of_the_book_gives_the_last_price_twice() -> None:
    book: Step = ("GET", "/api/v1/contract/ticker/bookTicker?symbol=BTCUSDT", {"bidPrice": "3799", "askPrice": "3801"})
    half: Step = ("GET", "/api/v1/contract/ticker/bookTicker", {"bidPrice": "3799", "askPrice": "0.00"})
    last: Step = ("GET", "/api/v1/contract/ticker/price?symbol=BTCUSDT", {"symbol": "BTCUSDT", "price": "3800"})
    top = EXCHANGE.top(script(book), PERP, PROFILE)
    assert (top.bid, top.ask) == (Decimal(3799), Decimal(3801))
    top = EXCHANGE.top(script(half, last), PERP, PROFILE)
    assert (top.bid, top.ask) == (Decimal(3800), Decimal(3800))


def held(ask: Script, instrument: Instrument) -> list[Position]:
    return EXCHANGE.positions(ask, instrument, PROFILE)


def test_positions_are_positive_and_say_their_side() -> None:
    path = "/api/v1/contract/position?symbol=BTCUSDT&recvWindow=5000"
    short = {"symbol": "btcusdt", "direction": "shorts", "currentQuantity": "-1.5000"}
    other = {"symbol": "EOSUSDT", "direction": "longs", "currentQuantity": "2"}
    assert held(script(("GET", path, [other, short])), PERP) == [Position(PositionSide.SHORT, Decimal("1.5"))]
    assert held(script(("GET", path, [short | {"direction": "longs"}])), PERP)[0].side is PositionSide.LONG
    assert held(script(("GET", "/api/v1/option/position?", [{"name": "BTCCALLM", "amount": "5"}])), OPTION) == [
        Position(PositionSide.LONG, Decimal(5))
    ]


def test_flat_is_an_empty_list_a_zero_or_the_answer_that_there_is_no_position() -> None:
    zero = {"symbol": "BTCUSDT", "direction": "longs", "currentQuantity": "0.0000"}
    for flat in ([], [zero], [zero | {"direction": None}], "-7020"):
        assert held(script(("GET", "/api", flat)), PERP) == []
    assert held(script(("GET", "/api", [{"name": "BTCCALLM", "amount": "0"}])), OPTION) == []
    assert held(script(), SPOT) == []


def test_a_position_that_is_not_understood_is_not_flat() -> None:
    both = {"symbol": "BTCUSDT", "direction": "both", "currentQuantity": "1"}
    answers: list[Any] = [[both], [both | {"direction": "longs", "currentQuantity": None}], "-2013", {}]
    for unclear in answers:
        with pytest.raises(Failed):
            held(script(("GET", "/api", unclear)), PERP)


ACCOUNT = {
    "contractBalances": [{"asset": "usdt", "free": "8144.0412", "locked": "1855.3288"}],
    "optionBalances": [{"asset": "BTCCALLM", "free": "7", "locked": "0"}],
    "spotBalances": [{"asset": "USDT", "free": "12.5", "locked": "0.7"}],
}


@pytest.mark.parametrize(
    ("asset", "market", "free"),
    [
        ("USDT", Market.PERP, "8144.0412"),
        ("USDT", Market.SPOT, "12.5"),
        ("BTCCALLM", Market.OPTION, "7"),
        ("USDT", Market.OPTION, "12.5"),
        ("BTC", Market.SPOT, "0"),
    ],
)
def test_the_free_balance_comes_from_the_market_s_own_account(asset: str, market: Market, free: str) -> None:
    ask = script(("GET", "/api/v1/account?recvWindow=5000", ACCOUNT))
    assert EXCHANGE.available(ask, asset, market, PROFILE) == Decimal(free)


def test_the_clock_tells_milliseconds() -> None:
    said = answer({"serverTime": 1499827319595})
    assert EXCHANGE.read_clock(said, EXCHANGE.read(EXCHANGE.clock, said)) == (1499827319595, 0)
    assert EXCHANGE.read_clock(answer({}), EXCHANGE.read(EXCHANGE.clock, answer({}))) is None
