"""No order leaves with a size or price that the exchange would have to round, whatever the alert counted."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service.bench import Bench
from tests.service.cases import MARKETS, venue

AMOUNTS = {
    "base": st.decimals("0.002", "2", places=7),
    "quote": st.decimals("100", "50000", places=5),
    "percent_equity": st.decimals("0.02", "3", places=5),
    "percent_available": st.decimals("0.02", "3", places=5),
}


def orders() -> st.SearchStrategy[dict[str, Any]]:
    prices = st.none() | st.decimals("50000", "59999", places=6)
    sized = st.sampled_from(list(AMOUNTS)).flatmap(lambda unit: st.tuples(st.just(unit), AMOUNTS[unit]))
    return st.tuples(st.sampled_from(["buy", "sell"]), sized, prices).map(_body)


def _body(drawn: tuple[str, tuple[str, Decimal], Decimal | None]) -> dict[str, Any]:
    action, (unit, amount), price = drawn
    limit = {} if price is None else {"type": "limit", "price": str(price)}
    return {"action": action, "quantity": str(amount), "unit": unit, **limit}


@pytest.mark.parametrize(("account", "symbol"), MARKETS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=orders())
def test_sizes_are_whole_steps_and_prices_whole_ticks(account: str, symbol: str, body: dict[str, Any]) -> None:
    bench = Bench()
    order = bench.run({**body, "symbol": symbol}, accounts=[account])
    simulated = bench.venues[venue(account)]
    if order["state"] == "rejected":
        assert order["attempts"] == 0, "the exchange had to refuse what the relay could have known"
        return
    product = "perp" if symbol.endswith(".P") else "spot"
    [sent] = bench.ledger(venue(account))
    rules = simulated.market(product, sent["symbol"]).instrument
    by_money = sent["type"] == "market" and body["unit"] != "base" and product == "spot"
    assert by_money or Decimal(sent["quantity"]) % rules.step == 0
    assert Decimal(sent["quantity"]) > 0
    assert sent["price"] is None or Decimal(sent["price"]) % rules.tick == 0
