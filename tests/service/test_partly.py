"""Orders that are filled only in part: what is left over is told, and nothing is built on it."""

from dataclasses import replace
from typing import Any

import pytest

from order_relay.core.call import Request
from order_relay.core.outcome import Answer
from tests.service.bench import Bench
from tests.service.cases import ACCOUNTS, market_buy, venue

PERP = "BTCUSDT.P"
LEFT = "a part of what was to be closed is still open"
CLOSES: list[dict[str, Any]] = [
    {"action": "close", "symbol": PERP},
    {"action": "sell", "symbol": PERP, "quantity": "0.05", "reduce_only": True},
    {"action": "target", "symbol": PERP, "quantity": "0"},
    {"action": "target", "symbol": PERP, "quantity": "0.01"},
]


def holding(bench: Bench, account: str) -> None:
    """Hold 0.05 BTC on a perpetual whose book takes no more than two fifths of that."""
    simulated = bench.venues[venue(account)]
    assert bench.run(market_buy(PERP, quantity="0.05"), accounts=[account])["state"] == "placed"
    bench.clock.sleep(60)
    symbol, least = ("BTC-USDT-SWAP", "2") if account == "okx" else ("BTCUSDT", "0.02")
    simulated.set_liquidity("perp", symbol, least)


def notices(bench: Bench) -> list[str]:
    return [text for _, text in bench.signals.notices if LEFT in text]


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("body", CLOSES, ids=lambda body: body["action"])
def test_a_close_that_the_book_cut_short_is_told(bench: Bench, account: str, body: dict[str, Any]) -> None:
    holding(bench, account)
    order = bench.run(body, accounts=[account])
    assert (order["state"], LEFT in order["reason"]) == ("placed", True), order["reason"]
    assert len(notices(bench)) == 1


@pytest.mark.parametrize("account", ACCOUNTS)
def test_nothing_is_opened_behind_a_close_that_is_not_finished(bench: Bench, account: str) -> None:
    holding(bench, account)
    bench.post([CLOSES[0], {"action": "buy", "symbol": PERP, "quantity": "0.01"}])
    bench.drain()
    close, opening = bench.orders()[-2:]
    assert (close["state"], opening["state"], opening["attempts"]) == ("placed", "rejected", 0)
    assert "an earlier leg failed" in opening["reason"]


@pytest.mark.parametrize("account", ["okx", "bitget", "bitunix"])
def test_the_other_side_of_a_flip_is_not_opened_behind_half_a_close(bench: Bench, account: str) -> None:
    holding(bench, account)
    bench.post({"action": "target", "symbol": PERP, "quantity": "-0.02"})
    bench.drain()
    states = {one["side"]: (one["state"], one["attempts"]) for one in bench.orders()[-2:]}
    assert sorted(states.values()) == [("placed", 1), ("rejected", 0)]
    assert len(notices(bench)) == 1


def test_a_spot_sale_that_is_cancelled_by_an_alert_is_no_unfinished_close(bench: Bench) -> None:
    bench.run(market_buy(quantity="0.05"), accounts=["okx"])
    bench.clock.sleep(60)
    sale = {"action": "sell", "symbol": "BTCUSDT", "type": "limit", "price": "70000", "quantity": "0.04", "ref": "x"}
    bench.run(sale)
    bench.venues["okx"].set_liquidity("spot", "BTC-USDT", "0.01")
    bench.venues["okx"].set_price("spot", "BTC-USDT", "70000")
    bench.run({"action": "cancel", "symbol": "BTCUSDT", "ref": "x"})
    assert notices(bench) == []


@pytest.mark.parametrize(
    "kind", [{}, {"type": "limit", "price": "60100", "time_in_force": "ioc"}], ids=["market", "ioc"]
)
def test_an_order_that_the_exchange_still_works_on_is_looked_at_again(bench: Bench, kind: dict[str, str]) -> None:
    """The first look shows the order in the middle of its fills; the end comes a moment later."""
    send, seen = bench.wire.send, iter([True])

    def early(base_url: str, request: Request) -> Answer:
        answer = send(base_url, request)
        if request.method == "GET" and "/trade/order?" in request.target and next(seen, False):
            body = answer.body.replace(b'"canceled"', b'"partially_filled"')
            assert body != answer.body
            return replace(answer, body=body)
        return answer

    bench.wire.send = early  # type: ignore[method-assign]
    bench.venues["okx"].set_liquidity("perp", "BTC-USDT-SWAP", "2")
    body = market_buy(PERP, quantity="0.05", take_profit="65000", stop_loss="58000", **kind)
    order = bench.run(body, accounts=["okx"])
    assert (order["state"], order["filled_quantity"]) == ("placed", "0.02")
    assert "protect it by hand" in order["reason"]


@pytest.mark.parametrize("account", ["okx", "bitunix"])
def test_a_close_that_never_ends_is_told_with_what_is_known_and_nothing_goes_behind_it(
    bench: Bench, account: str
) -> None:
    holding(bench, account)
    send = bench.wire.send

    def stuck(base_url: str, request: Request) -> Answer:
        answer = send(base_url, request)
        for ended, live in ((b'"canceled"', b'"partially_filled"'), (b'"PART_FILLED_CANCELED"', b'"PART_FILLED"')):
            answer = replace(answer, body=answer.body.replace(ended, live))
        return answer

    bench.wire.send = stuck  # type: ignore[method-assign]
    began_ms = bench.clock.true_ms
    bench.post([CLOSES[0], {"action": "buy", "symbol": PERP, "quantity": "0.01"}])
    bench.drain()
    close, opening = bench.orders()[-2:]
    assert (close["state"], close["filled_quantity"], opening["state"]) == ("placed", "0.02", "rejected")
    assert close["reason"].startswith("still open")
    assert bench.clock.true_ms - began_ms < 30_000
    assert [text for _, text in bench.signals.notices if text.startswith("still open")] != []
