"""CoinEx: all of an asset, and leverage with margin mode, which only an open position tells."""

from decimal import Decimal
from typing import Any

import pytest

from order_relay.core.exchange import Instrument, Wanted
from order_relay.core.order import MarginMode
from order_relay.core.outcome import Failed, Op
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges.coinex import EXCHANGE
from tests.exchanges.coinex_cases import PERP, POSITION, PROFILE, SPOT, page, script
from tests.exchanges.scripted import Script

POSITIONS = "/v2/futures/pending-position?market=BTCUSDT&market_type=FUTURES&page=1&limit=100"
HELD = POSITION | {"leverage": "10", "margin_mode": "cross"}
FIVE, CROSS, ISOLATED = Decimal(5), MarginMode.CROSS, MarginMode.ISOLATED


def arranged(ask: Script, wanted: Wanted, instrument: Instrument = PERP) -> list[str]:
    assert EXCHANGE.arrange is not None
    calls = EXCHANGE.arrange(ask, wanted, instrument, PROFILE)
    assert ask.finished
    assert all((call.op, call.target) == (Op.SET, "/v2/futures/adjust-position-leverage") for call in calls)
    return [call.body for call in calls]


def setting(mode: str, leverage: int) -> list[str]:
    return [f'{{"market":"BTCUSDT","market_type":"FUTURES","margin_mode":"{mode}","leverage":{leverage}}}']


@pytest.mark.parametrize(
    ("wanted", "bodies"),
    [
        (Wanted(FIVE), setting("cross", 5)),
        (Wanted(None, ISOLATED), setting("isolated", 10)),
        (Wanted(FIVE, ISOLATED), setting("isolated", 5)),
        (Wanted(Decimal("10.0"), CROSS), []),
        (Wanted(Decimal(10)), []),
        (Wanted(None, CROSS), []),
    ],
)
def test_a_position_tells_what_still_has_to_change(wanted: Wanted, bodies: list[str]) -> None:
    assert arranged(script(("GET", POSITIONS, page(HELD))), wanted) == bodies


def test_without_a_position_both_are_set_whatever_they_were() -> None:
    assert arranged(script(("GET", POSITIONS, page())), Wanted(FIVE, CROSS)) == setting("cross", 5)


@pytest.mark.parametrize("wanted", [Wanted(FIVE), Wanted(None, CROSS)])
def test_without_a_position_half_of_it_would_be_a_guess(wanted: Wanted) -> None:
    with pytest.raises(Refusal, match="unsupported: leverage and margin_mode must be given together"):
        arranged(script(("GET", POSITIONS, page())), wanted)


def test_nothing_wanted_asks_nothing() -> None:
    assert arranged(script(), Wanted()) == arranged(script(), Wanted(), SPOT) == []


@pytest.mark.parametrize("leverage", ["2.5", "0", "0.5", "-3"])
def test_leverage_is_a_whole_number(leverage: str) -> None:
    with pytest.raises(Refusal, match=r"unsupported: .*whole numbers"):
        arranged(script(), Wanted(Decimal(leverage), CROSS))


@pytest.mark.parametrize("wanted", [Wanted(FIVE), Wanted(None, CROSS)])
def test_spot_has_neither(wanted: Wanted) -> None:
    with pytest.raises(Refusal, match="unsupported: spot has no leverage"):
        arranged(script(), wanted, SPOT)


@pytest.mark.parametrize("change", [{"leverage": None}, {"margin_mode": "portfolio"}, {"leverage": "ten"}])
def test_a_setting_that_cannot_be_read_is_not_guessed(change: dict[str, Any]) -> None:
    with pytest.raises(Failed, match="undocumented position"):
        arranged(script(("GET", POSITIONS, page(HELD | change))), Wanted(FIVE))


BALANCES = [
    {"ccy": "CET", "available": "1", "frozen": "2"},
    {"ccy": "USDT", "available": "45.5", "frozen": "50", "margin": "36.25", "unrealized_pnl": "18"},
]


@pytest.mark.parametrize(
    ("market", "segment", "all_of_it"), [(Market.SPOT, "spot", "95.5"), (Market.PERP, "futures", "131.75")]
)
def test_equity_counts_what_orders_and_positions_hold(market: Market, segment: str, all_of_it: str) -> None:
    ask = script(*[("GET", f"/v2/assets/{segment}/balance", BALANCES)] * 2)
    assert EXCHANGE.equity(ask, "USDT", market, PROFILE) == Decimal(all_of_it)
    assert EXCHANGE.equity(ask, "BTC", market, PROFILE) == 0


@pytest.mark.parametrize("row", [{"available": "1"}, {"available": "1", "frozen": "1", "margin": "none"}])
def test_an_equity_that_cannot_be_read_is_not_taken_for_less(row: dict[str, str]) -> None:
    ask = script(("GET", "/v2/assets/futures/balance", [row | {"ccy": "USDT"}]))
    with pytest.raises(Failed, match="undocumented balance"):
        EXCHANGE.equity(ask, "USDT", Market.PERP, PROFILE)
