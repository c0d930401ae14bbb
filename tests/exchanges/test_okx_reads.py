"""OKX reads: account, positions, instruments, prices, finding orders and listing open ones."""

from decimal import Decimal

import pytest

from order_relay.core.exchange import Found, Instrument, Position, Profile, Sought, Status, Top
from order_relay.core.order import MarginMode, OrderType, PositionSide, Side, Unit
from order_relay.core.outcome import Failed, Op, Verdict
from order_relay.core.symbol import Market
from order_relay.exchanges.okx import EXCHANGE
from tests.exchanges.okx_cases import CASH, CLIENT_ID, CREDENTIALS, ORDER_ROW, SPOT, STAMP_MS, SWAP, plan, script
from tests.exchanges.scripted import Step


@pytest.mark.parametrize(
    ("level", "mode", "profile"),
    [
        ("1", "net_mode", Profile(trade_mode="cash")),
        ("2", "long_short_mode", Profile(hedge=True, trade_mode="cash")),
        ("3", "net_mode", Profile(trade_mode="cross")),
        ("4", "net_mode", Profile(trade_mode="cross")),
    ],
)
def test_the_account_mode_decides_how_spot_orders_are_traded(level: str, mode: str, profile: Profile) -> None:
    ask = script(("GET", "/api/v5/account/config", [{"acctLv": level, "posMode": mode, "uid": "1"}]))
    assert EXCHANGE.profile(ask, CREDENTIALS, Market.PERP) == profile
    assert ask.finished


@pytest.mark.parametrize(
    "rows", [[], [{"acctLv": "5", "posMode": "net_mode"}], [{"acctLv": "1", "posMode": ""}], [{"acctLv": "1"}]]
)
def test_an_account_mode_that_is_not_known_is_not_guessed(rows: list[dict[str, str]]) -> None:
    with pytest.raises(Failed) as caught:
        EXCHANGE.profile(script(("GET", "/api/v5/account/config", rows)), CREDENTIALS, Market.SPOT)
    assert caught.value.outcome.verdict is Verdict.AMBIGUOUS


BALANCE = [{"totalEq": "1", "details": [{"ccy": "USDT", "availBal": "12.50", "availEq": "9.75", "cashBal": "20"}]}]


@pytest.mark.parametrize(
    ("market", "asset", "free"),
    [(Market.SPOT, "USDT", "12.5"), (Market.PERP, "USDT", "9.75"), (Market.SPOT, "BTC", "0")],
)
def test_available_is_the_balance_on_spot_and_the_equity_for_swaps(market: Market, asset: str, free: str) -> None:
    ask = script(("GET", f"/api/v5/account/balance?ccy={asset}", BALANCE))
    assert EXCHANGE.available(ask, asset, market, CASH) == Decimal(free)


def test_margin_that_the_account_does_not_tell_is_not_guessed() -> None:
    rows = [{"details": [{"ccy": "USDT", "availBal": "12.5", "availEq": ""}]}]
    with pytest.raises(Failed, match="availEq"):
        EXCHANGE.available(script(("GET", "/api/v5/account/balance", rows)), "USDT", Market.PERP, CASH)


def position(size: str, side: str = "net", margin: str = "cross") -> dict[str, str]:
    return {"instId": "BTC-USDT-SWAP", "pos": size, "posSide": side, "mgnMode": margin, "availPos": size}


@pytest.mark.parametrize(
    ("rows", "positions"),
    [
        ([], []),
        ([position("0")], []),
        ([position("3.5")], [Position(PositionSide.LONG, Decimal("3.5"), margin_mode=MarginMode.CROSS)]),
        (
            [position("-2", margin="isolated")],
            [Position(PositionSide.SHORT, Decimal(2), margin_mode=MarginMode.ISOLATED)],
        ),
        (
            [position("1", "long"), position("4", "short"), position("0", "short", "isolated")],
            [
                Position(PositionSide.LONG, Decimal(1), margin_mode=MarginMode.CROSS),
                Position(PositionSide.SHORT, Decimal(4), margin_mode=MarginMode.CROSS),
            ],
        ),
    ],
    ids=["none", "a row of zero", "net long", "net short", "hedged"],
)
def test_positions_are_positive_contracts_with_a_side(rows: list[dict[str, str]], positions: list[Position]) -> None:
    ask = script(("GET", "/api/v5/account/positions?instType=SWAP&instId=BTC-USDT-SWAP", rows))
    assert EXCHANGE.positions(ask, SWAP, CASH) == positions


@pytest.mark.parametrize("row", [position(""), position("1", ""), {}])
def test_a_position_that_cannot_be_read_is_not_taken_for_flat(row: dict[str, str]) -> None:
    with pytest.raises(Failed):
        EXCHANGE.positions(script(("GET", "/api/v5/account/positions", [row])), SWAP, CASH)


SPOT_ROW = {
    "instType": "SPOT",
    "instId": "BTC-USDT",
    "tickSz": "0.1",
    "lotSz": "0.00000001",
    "minSz": "0.00001",
    "ctVal": "",
    "ctMult": "",
    "ctType": "",
    "maxLmtSz": "9999999999",
    "maxMktSz": "1000000",
    "state": "live",
}
SWAP_ROW = {
    **SPOT_ROW,
    "instType": "SWAP",
    "instId": "BTC-USDT-SWAP",
    "lotSz": "0.01",
    "minSz": "0.01",
    "ctVal": "0.01",
    "ctMult": "1",
    "ctType": "linear",
    "maxLmtSz": "100000000",
    "maxMktSz": "35000",
}


def test_a_spot_pair_is_sized_in_coins_and_its_market_maximum_in_dollars_is_left_out() -> None:
    ask = script(("GET", "/api/v5/public/instruments?instType=SPOT&instId=BTC-USDT", [SPOT_ROW]))
    assert EXCHANGE.instrument(ask, "BTCUSDT", Market.SPOT) == Instrument(
        symbol="BTC-USDT",
        market=Market.SPOT,
        base="BTC",
        quote="USDT",
        tick=Decimal("0.1"),
        step=Decimal("0.00000001"),
        minimum=Decimal("0.00001"),
        maximum=Decimal(9_999_999_999),
    )
    assert ask.calls[0].op is Op.PUBLIC


def test_a_swap_is_sized_in_contracts_of_its_contract_value() -> None:
    ask = script(("GET", "/api/v5/public/instruments?instType=SWAP&instId=BTC-USDT-SWAP", [SWAP_ROW]))
    assert EXCHANGE.instrument(ask, "BTCUSDT", Market.PERP) == Instrument(
        symbol="BTC-USDT-SWAP",
        market=Market.PERP,
        base="BTC",
        quote="USDT",
        tick=Decimal("0.1"),
        step=Decimal("0.01"),
        minimum=Decimal("0.01"),
        unit=Unit.CONTRACTS,
        contract=Decimal("0.01"),
        maximum=Decimal(100_000_000),
        max_market=Decimal(35000),
    )


def test_an_inverse_swap_counts_contracts_of_dollars() -> None:
    row = {**SWAP_ROW, "instId": "BTC-USD-SWAP", "ctVal": "100", "ctType": "inverse", "lotSz": "0.1"}
    found = EXCHANGE.instrument(script(("GET", "/api/v5/public/instruments", [row])), "BTCUSD", Market.PERP)
    assert found is not None
    assert (found.symbol, found.inverse, found.contract, found.quote) == ("BTC-USD-SWAP", True, Decimal(100), "USD")


@pytest.mark.parametrize("state", ["suspend", "preopen", "test", "rebase", "post_only", "settling", ""])
def test_an_instrument_that_is_not_live_is_not_tradable(state: str) -> None:
    ask = script(("GET", "/api/v5/public/instruments", [{**SWAP_ROW, "state": state}]))
    found = EXCHANGE.instrument(ask, "BTCUSDT", Market.PERP)
    assert found is not None
    assert not found.tradable


@pytest.mark.parametrize("answer", ["51001", [], [SPOT_ROW]], ids=["error code", "empty list", "another instrument"])
def test_an_instrument_that_okx_does_not_list_is_none(answer: object) -> None:
    ask = script(("GET", "/api/v5/public/instruments?instType=SPOT&instId=XYZ-USDT", answer))
    assert EXCHANGE.instrument(ask, "XYZUSDT", Market.SPOT) is None


def test_a_name_without_a_known_quote_is_none_without_asking() -> None:
    assert EXCHANGE.instrument(script(), "NOSUCHCOIN", Market.SPOT) is None


def test_rules_that_cannot_be_read_are_not_guessed() -> None:
    ask = script(("GET", "/api/v5/public/instruments", [{**SWAP_ROW, "ctVal": ""}]))
    with pytest.raises(Failed, match="ctVal"):
        EXCHANGE.instrument(ask, "BTCUSDT", Market.PERP)


@pytest.mark.parametrize(
    ("ticker", "top"),
    [
        ({"last": "61000.5", "bidPx": "61000.4", "askPx": "61000.6"}, Top(Decimal("61000.4"), Decimal("61000.6"))),
        ({"last": "61000.5", "bidPx": "", "askPx": "61000.6"}, Top(Decimal("61000.5"), Decimal("61000.5"))),
    ],
    ids=["both sides", "one side empty"],
)
def test_the_top_is_bid_and_ask_or_the_last_price_twice(ticker: dict[str, str], top: Top) -> None:
    ask = script(("GET", "/api/v5/market/ticker?instId=BTC-USDT-SWAP", [ticker]))
    assert EXCHANGE.top(ask, SWAP, CASH) == top
    assert ask.calls[0].op is Op.PUBLIC


SOUGHT = Sought(plan(Market.SPOT, Side.BUY, OrderType.LIMIT, "0.02", price=Decimal("61000.5")), STAMP_MS)


def test_an_order_is_found_by_our_id_wherever_it_stands() -> None:
    ask = script(("GET", f"/api/v5/trade/order?instId=BTC-USDT&clOrdId={CLIENT_ID}", [ORDER_ROW]))
    assert EXCHANGE.find(ask, SOUGHT, SPOT, CASH) == Found(
        order_id="590908157585625111",
        status=Status.OPEN,
        side=Side.BUY,
        quantity=Decimal("0.02"),
        filled=Decimal("0.005"),
        client_id=CLIENT_ID,
        price=Decimal("61000.5"),
        average=Decimal("61000.4"),
        created_ms=1_700_000_000_500,
    )


def test_the_exchange_id_is_asked_for_where_it_is_known() -> None:
    ask = script(("GET", "/api/v5/trade/order", [ORDER_ROW]))
    assert EXCHANGE.find(ask, Sought(SOUGHT.plan, STAMP_MS, "590908157585625111"), SPOT, CASH)
    assert ask.targets == ["/api/v5/trade/order?instId=BTC-USDT&ordId=590908157585625111"]


def test_an_order_that_okx_does_not_know_is_none() -> None:
    ask = script(("GET", "/api/v5/trade/order", "51603"))
    assert EXCHANGE.find(ask, SOUGHT, SPOT, CASH) is None
    assert ask.finished


@pytest.mark.parametrize("answer", ["50013", "51001", "50113", "51400", []])
def test_only_order_does_not_exist_proves_that_an_order_is_absent(answer: object) -> None:
    with pytest.raises(Failed):
        EXCHANGE.find(script(("GET", "/api/v5/trade/order", answer)), SOUGHT, SPOT, CASH)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("live", Status.OPEN),
        ("partially_filled", Status.OPEN),
        ("filled", Status.FILLED),
        ("canceled", Status.CANCELLED),
        ("mmp_canceled", Status.CANCELLED),
    ],
)
def test_every_documented_state_has_its_status(state: str, status: Status) -> None:
    row = {**ORDER_ROW, "state": state, "cancelSourceReason": "Order canceled by user"}
    found = EXCHANGE.find(script(("GET", "/api/v5/trade/order", [row])), SOUGHT, SPOT, CASH)
    assert found is not None
    assert (found.status, found.reason) == (status, "Order canceled by user")


@pytest.mark.parametrize("field", ["state", "side", "ordId", "accFillSz"])
def test_an_order_that_cannot_be_read_is_not_guessed(field: str) -> None:
    with pytest.raises(Failed):
        EXCHANGE.find(script(("GET", "/api/v5/trade/order", [{**ORDER_ROW, field: ""}])), SOUGHT, SPOT, CASH)


def test_the_fill_of_an_order_in_money_is_counted_in_money() -> None:
    row = {**ORDER_ROW, "ordType": "market", "tgtCcy": "quote_ccy", "sz": "100", "px": "", "state": "filled"}
    row |= {"accFillSz": "0.0016", "avgPx": "62000"}
    found = EXCHANGE.find(script(("GET", "/api/v5/trade/order", [row])), SOUGHT, SPOT, CASH)
    assert found is not None
    assert (found.quantity, found.filled, found.average, found.price) == (
        Decimal(100),
        Decimal("99.2"),
        Decimal(62000),
        None,
    )


def test_an_unfilled_order_in_money_has_no_average_price() -> None:
    row = {**ORDER_ROW, "tgtCcy": "quote_ccy", "accFillSz": "0", "avgPx": ""}
    found = EXCHANGE.find(script(("GET", "/api/v5/trade/order", [row])), SOUGHT, SPOT, CASH)
    assert found is not None
    assert (found.filled, found.average) == (Decimal(0), None)


def test_the_fill_of_a_swap_is_counted_in_contracts() -> None:
    row = {**ORDER_ROW, "instId": "BTC-USDT-SWAP", "sz": "12", "accFillSz": "7", "tgtCcy": ""}
    found = EXCHANGE.find(script(("GET", "/api/v5/trade/order?instId=BTC-USDT-SWAP", [row])), SOUGHT, SWAP, CASH)
    assert found is not None
    assert (found.quantity, found.filled) == (Decimal(12), Decimal(7))


def pages(*sizes: int) -> list[list[dict[str, str]]]:
    numbers = iter(range(sum(sizes), 0, -1))
    return [[{**ORDER_ROW, "ordId": f"{next(numbers):04d}"} for _ in range(size)] for size in sizes]


NO_STOPS: tuple[Step, ...] = (("GET", "/api/v5/trade/orders-algo-pending", []),) * 3


def test_open_orders_are_read_to_the_last_page_with_foreign_ones() -> None:
    first, second = pages(100, 3)
    second[0]["clOrdId"] = ""
    path = "/api/v5/trade/orders-pending?instId=BTC-USDT&limit=100"
    ask = script(*NO_STOPS, ("GET", path, first), ("GET", f"{path}&after=0004", second))
    orders = EXCHANGE.open_orders(ask, SPOT, CASH)
    assert [order.order_id for order in orders] == [f"{number:04d}" for number in range(103, 0, -1)]
    assert orders[100].client_id is None
    assert ask.targets[3] == path


def test_a_full_last_page_is_followed_by_one_more_question() -> None:
    ask = script(*NO_STOPS, *(("GET", "/api/v5/trade/orders-pending", page) for page in pages(100, 0)))
    assert len(EXCHANGE.open_orders(ask, SWAP, CASH)) == 100
    assert ask.finished


def test_a_list_without_an_end_is_not_taken_for_complete() -> None:
    page = pages(100)[0]
    endless = (("GET", "/api/v5/trade/orders-pending", page) for _ in range(50))
    with pytest.raises(Failed, match="open orders"):
        EXCHANGE.open_orders(script(*NO_STOPS, *endless), SPOT, CASH)


@pytest.mark.parametrize("code", ["50011", "51603", "50001"])
def test_open_orders_and_positions_that_cannot_be_listed_are_not_none(code: str) -> None:
    with pytest.raises(Failed):
        EXCHANGE.open_orders(script(*NO_STOPS, ("GET", "/api/v5/trade/orders-pending", code)), SPOT, CASH)
    with pytest.raises(Failed):
        EXCHANGE.positions(script(("GET", "/api/v5/account/positions", code)), SWAP, CASH)
