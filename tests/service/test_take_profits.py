"""Several take-profits with one entry: in whole steps where an exchange takes them, refused by name elsewhere."""

from dataclasses import replace
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.service.bench import Bench
from tests.service.cases import ACCOUNTS, market_buy, venue

PERP = "BTCUSDT.P"
SWAP = "BTC-USDT-SWAP"
MODES = ("one_way", "hedge")
AT_MARKET = {"tpTriggerPxType": "last", "tpOrdPx": "-1"}
OCTOBOT = {"format": "octobot", "accounts": ["okx"]}
WUNDERTRADING = {
    "format": "wundertrading",
    "accounts": ["okx"],
    "options": {"code_map": {"fake-in": {"symbol": PERP, "intent": "enter", "side": "buy"}}},
}


def parted(*steps: tuple[Any, Any], symbol: str = PERP, **more: Any) -> dict[str, Any]:
    """A market buy of 5 OKX contracts, with the price and the percent of each take-profit."""
    levels = [{"price": str(price), "share": str(share)} for price, share in steps]
    return market_buy(symbol, **{"quantity": "0.05", "take_profit": levels, **more})


TWO = parted((65000, 60), (66000, 40), stop_loss="58000")


def mode(bench: Bench, name: str) -> None:
    bench.venues["okx"].accounts["okx"].change({"position_mode": name})


def attached(bench: Bench) -> Any:
    """What the only order that OKX took was asked to bring along."""
    [order] = bench.venues["okx"].orders(bench.venues["okx"].accounts["okx"])
    return order.native["attachAlgoOrds"]


def waiting(bench: Bench) -> list[tuple[str, str]]:
    """Trigger price and size of each exit that waits, in contracts."""
    simulated = bench.venues["okx"]
    held = [one for one in simulated.stops(simulated.accounts["okx"]) if one.state == "waiting"]
    return [(f"{one.trigger_price:f}", f"{one.draft.quantity.normalize():f}") for one in held]


# Where they are taken


@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("kind", [{}, {"type": "limit", "price": "59500"}], ids=["market", "limit"])
def test_an_entry_carries_each_part_and_the_stop_loss_by_itself(bench: Bench, name: str, kind: dict[str, str]) -> None:
    mode(bench, name)
    order = bench.run(TWO | kind, accounts=["okx"])
    assert (order["state"], order["attempts"]) == ("placed", 1), order["reason"]
    assert len(bench.ledger("okx")) == (1 if kind else 4), "one order, and the exits of a filled one"
    assert attached(bench) == [
        {"tpTriggerPx": "65000", **AT_MARKET, "sz": "3"},
        {"tpTriggerPx": "66000", **AT_MARKET, "sz": "2"},
        {"slTriggerPx": "58000", "slTriggerPxType": "last", "slOrdPx": "-1"},
    ]


@pytest.mark.parametrize("name", MODES)
def test_a_short_takes_its_profits_below(bench: Bench, name: str) -> None:
    mode(bench, name)
    order = bench.run(parted((55000.04, 50), (54000, 50), action="sell", stop_loss="62000"), accounts=["okx"])
    assert order["state"] == "placed", order["reason"]
    assert waiting(bench) == [("55000", "2.5"), ("54000", "2.5"), ("62000", "5")]


def test_a_stop_entry_brings_them_along_when_it_triggers(bench: Bench) -> None:
    order = bench.run(TWO | {"type": "stop", "trigger_price": "61000"}, accounts=["okx"])
    assert order["state"] == "placed", order["reason"]
    bench.venues["okx"].set_price("perp", SWAP, "61000")
    assert waiting(bench) == [("65000", "3"), ("66000", "2"), ("58000", "5")]


@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize(
    ("prices", "left"), [(["65000"], "0.02"), (["65000", "66000"], "0"), (["58000"], "0"), (["65000", "58000"], "0")]
)
def test_each_closes_its_part_of_the_position(bench: Bench, name: str, prices: list[str], left: str) -> None:
    mode(bench, name)
    bench.run(TWO, accounts=["okx"])
    for price in prices:
        bench.venues["okx"].set_price("perp", SWAP, price)
        bench.clock.sleep(5)
    assert bench.position("okx") == Decimal(left)


def test_a_list_of_one_is_sent_as_a_single_take_profit(bench: Bench) -> None:
    bench.run(parted((65000, 100)), accounts=["okx"])
    assert attached(bench) == [{"tpTriggerPx": "65000", **AT_MARKET}]


@pytest.mark.parametrize("kind", ["accept_then_drop", "drop_before_accept"])
def test_an_entry_whose_answer_is_lost_is_placed_once_with_every_part(bench: Bench, kind: str) -> None:
    bench.route(accounts=["okx"])
    bench.venues["okx"].add_fault(op="place", kind=kind)
    order = bench.run(TWO | {"valid_for": 600})
    assert order["state"] == "placed", order["reason"]
    assert waiting(bench) == [("65000", "3"), ("66000", "2"), ("58000", "5")]


def test_of_a_flip_the_part_that_opens_brings_them(bench: Bench) -> None:
    bench.run({**market_buy(PERP, quantity="0.02"), "action": "sell"}, accounts=["okx"])
    bench.clock.sleep(40)
    chain = {"prev_position": "short", "prev_position_size": "0.02", "position": "long", "position_size": "0.05"}
    bench.post({**TWO, **chain, "quantity": "0.07"})
    bench.drain()
    assert [one["state"] for one in bench.orders()] == ["placed"] * 3
    assert bench.position("okx") == Decimal("0.05")
    assert waiting(bench) == [("65000", "3"), ("66000", "2"), ("58000", "5")]


# How they are rounded


def test_a_part_ends_at_the_step_below_the_sum_of_the_shares_so_far(bench: Bench) -> None:
    steps = ((65000.01, 33.33), (66000, 33.33), (67000, 33.34))
    order = bench.run(parted(*steps, quantity="0.00107"), accounts=["okx"])
    assert order["state"] == "placed", order["reason"]
    assert [(one["tpTriggerPx"], one["sz"]) for one in attached(bench)] == [
        ("65000.1", "0.03"),
        ("66000", "0.03"),
        ("67000", "0.04"),
    ]


def test_small_parts_lie_one_step_beside_their_share_at_most(bench: Bench) -> None:
    steps = [(65000 + 100 * number, 10) for number in range(10)]
    bench.run(parted(*steps, quantity="0.0019"), accounts=["okx"])
    assert [one["sz"] for one in attached(bench)] == ["0.01", *["0.02"] * 9]


def test_an_even_third_of_three_steps_is_one_step(bench: Bench) -> None:
    prices = ";".join(f"TAKE_PROFIT_PRICE_{number}=6{number}000" for number in (1, 2, 3))
    bench.route(**OCTOBOT)
    assert bench.post(f"SYMBOL={PERP};SIGNAL=BUY;VOLUME=0.0003;{prices}".encode()).status == 202
    bench.drain()
    assert bench.orders()[0]["state"] == "placed", bench.orders()[0]["reason"]
    assert [one["sz"] for one in attached(bench)] == ["0.01"] * 3


@pytest.mark.parametrize(
    ("kind", "levels"),
    [
        ({}, ["60600.2", "61200.2", "58200.1"]),
        ({"orderType": "limit", "price": "59000"}, ["59590", "60180", "57230"]),
    ],
    ids=["an ask of 60000.1", "limit"],
)
def test_fractions_count_from_the_price_of_the_entry(bench: Bench, kind: dict[str, str], levels: list[str]) -> None:
    targets = [{"priceDeviation": "0.01", "portfolio": "0.5"}, {"priceDeviation": "0.02", "portfolio": "0.5"}]
    sized = {"amountPerTrade": "0.05", "amountPerTradeType": "base", "orderType": "market"}
    body = {"code": "fake-in", **sized, "takeProfits": targets, "stopLoss": {"priceDeviation": "0.03"}, **kind}
    order = bench.run(body, **WUNDERTRADING)
    assert order["state"] == "placed", order["reason"]
    first, second, guard = attached(bench)
    assert [first["tpTriggerPx"], second["tpTriggerPx"], guard["slTriggerPx"]] == levels


def test_fractions_of_take_profits_need_no_stop_loss(bench: Bench) -> None:
    targets = [{"priceDeviation": "0.01", "portfolio": "0.5"}, {"priceDeviation": "0.02", "portfolio": "0.5"}]
    body = {"code": "fake-in", "amountPerTrade": "0.05", "amountPerTradeType": "base", "takeProfits": targets}
    bench.run(body, **WUNDERTRADING)
    assert [one["tpTriggerPx"] for one in attached(bench)] == ["60600.2", "61200.2"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            parted((65000, 1), (66000, 99), quantity="0.0099"),
            "limit: take-profit 1 of 2, at 65000, would close 0 contracts, below the minimum of 0.01",
        ),
        (
            parted((65000, 50), (66000, 49.5), (67000, 0.5), quantity="0.0001"),
            "limit: take-profit 1 of 3, at 65000, would close 0 contracts, below the minimum of 0.01",
        ),
        (
            parted((65000.01, 50), (66000, 30), (65000.09, 20)),
            "limit: take-profit 3 of 3, at 65000.1, triggers where another one does",
        ),
        (
            parted((65000, 50), (66000.01, 30), (66000.09, 20)),
            "limit: take-profit 3 of 3, at 66000.1, triggers where another one does",
        ),
        (parted((0.01, 50), (0.02, 50), action="sell"), "limit: a trigger price is less than one tick of 0.1"),
        (parted((65000, 50), (66000, 50), quantity="0.00001"), "limit: 0 contracts after rounding is below"),
        (
            TWO | {"type": "limit", "price": "59000", "time_in_force": "ioc"},
            "unsupported: OKX attaches several take-profits only to what fills whole",
        ),
    ],
    ids=["too small", "too small for three", "one tick", "one tick in a row", "no tick", "nothing", "ioc"],
)
def test_what_okx_would_refuse_is_refused_before_with_the_numbers(
    bench: Bench, body: dict[str, Any], told: str
) -> None:
    order = bench.run(body, accounts=["okx"])
    assert (order["state"], order["attempts"]) == ("rejected", 0)
    assert order["reason"].startswith(told)
    assert not bench.ledger("okx")


@pytest.mark.parametrize(
    ("minimum", "body", "state"),
    [
        ("1", parted((65000, 20), (66000, 80)), "placed"),
        ("1", parted((65000, 19.9), (66000, 80.1)), "rejected"),
        ("1", parted((65000, 80.1), (66000, 19.9)), "placed"),
        ("1", parted((65000, 80), (66000, 10), (67000, 10)), "rejected"),
        ("0", parted((65000, 0.2), (66000, 99.8)), "placed"),
        ("0", parted((65000, 0.19), (66000, 99.81)), "rejected"),
    ],
    ids=str,
)
def test_no_part_is_below_the_minimum_or_a_step(bench: Bench, minimum: str, body: dict[str, Any], state: str) -> None:
    market = bench.venues["okx"].market("perp", SWAP)
    market.instrument = replace(market.instrument, minimum=Decimal(minimum))
    order = bench.run(body, accounts=["okx"])
    assert order["state"] == state, order["reason"]
    least = max(Decimal(minimum), Decimal("0.01"))
    assert state == "placed" or order["reason"].endswith(f"below the minimum of {least}")


def entries() -> st.SearchStrategy[tuple[int, list[int], list[int]]]:
    """Steps of 0.0001 BTC to buy, hundredths of a percent that add up to 100 %, and as many prices in cents."""
    cuts = st.sets(st.integers(1, 9_999), min_size=1, max_size=9).map(lambda found: [0, *sorted(found), 10_000])
    percents = cuts.map(lambda edges: [end - start for start, end in pairwise(edges)])
    prices = st.lists(st.integers(601, 999), min_size=10, max_size=10, unique=True)
    return st.tuples(st.integers(5, 5_000), percents, prices)


@settings(max_examples=80, deadline=None)
@given(entry=entries(), dust=st.integers(0, 9), cents=st.integers(1, 10))
def test_the_parts_are_whole_steps_and_close_exactly_what_the_entry_opens(
    entry: tuple[int, list[int], list[int]], dust: int, cents: int
) -> None:
    bench = Bench()
    whole, percents, prices = entry
    steps = [
        (Decimal(price * 10_000 + cents) / 100, Decimal(percent) / 100)
        for price, percent in zip(prices, percents, strict=False)
    ]
    quantity = Decimal(whole * 10 + dust) / 100_000
    order = bench.run(parted(*steps, quantity=str(quantity)), accounts=["okx"])
    ends = [whole * closed // 10_000 for closed in accumulate(percents, initial=0)]
    parts = [end - start for start, end in pairwise(ends)]
    levels = [Decimal(price * 1_000 + 1) for price, _ in zip(prices, parts, strict=False)]
    wanted = [(level, Decimal(part)) for level, part in zip(levels, parts, strict=True)]
    sent = attached(bench) if min(parts) > 0 else []
    assert [(Decimal(one["tpTriggerPx"]) * 10, Decimal(one["sz"]) * 100) for one in sent] == wanted[: len(sent)]
    assert (order["state"], len(sent)) == (("placed", len(parts)) if min(parts) > 0 else ("rejected", 0))
    assert order["attempts"] == (1 if sent else 0), order["reason"]
    assert bool(bench.ledger("okx")) is bool(sent)


@pytest.mark.parametrize("account", ["okx", "bitget", "bitget_uta", "bitunix"])
@pytest.mark.parametrize(
    "body",
    [
        {"type": "limit", "price": "59990.08", "stop_loss": "59990.02"},
        {"type": "limit", "price": "59990.02", "take_profit": "59990.01", "action": "sell", "stop_loss": "59990.03"},
    ],
    ids=str,
)
def test_levels_that_rounding_puts_on_the_wrong_side_are_refused(
    bench: Bench, account: str, body: dict[str, str]
) -> None:
    order = bench.run({**market_buy(PERP, quantity="0.05"), **body}, accounts=[account])
    assert order["state"] == "rejected", order["reason"]
    assert (order["attempts"], order["reason"].startswith("limit: after rounding")) == (0, True), order["reason"]


# Where an entry is filled only in part


def partly(bench: Bench) -> None:
    """Let the book fill 2 of the 5 contracts."""
    bench.venues["okx"].set_liquidity("perp", SWAP, "2")


@pytest.mark.parametrize("exits", [{}, {"take_profit": "65000"}, {"take_profit": ...}], ids=["two", "one", "none"])
def test_a_human_is_told_that_a_part_may_have_no_exits(bench: Bench, exits: dict[str, Any]) -> None:
    partly(bench)
    body = {name: value for name, value in {**TWO, **exits}.items() if value is not ...}
    order = bench.run(body, accounts=["okx"])
    assert order["state"] == "placed"
    assert "protect it by hand" in order["reason"]
    assert [subject for subject, _ in bench.signals.notices] == ["buy BTCUSDT.P on okx: only a part was filled"]


def test_a_part_that_is_left_by_a_cancel_is_told_too(bench: Bench) -> None:
    bench.run(TWO | {"type": "limit", "price": "59500", "ref": "dip"}, accounts=["okx"])
    partly(bench)
    bench.venues["okx"].set_price("perp", SWAP, "59400")
    bench.clock.sleep(1)
    bench.post({"action": "cancel", "symbol": PERP, "ref": "dip"})
    bench.drain()
    [entry] = [one for one in bench.orders() if one["action"] == "buy"]
    assert entry["state"] == "cancelled"
    assert "protect it by hand" in entry["reason"]
    assert [text for _, text in bench.signals.notices if "protect it by hand" in text] != []


def test_nobody_is_called_for_a_part_that_was_to_have_no_exits(bench: Bench) -> None:
    partly(bench)
    order = bench.run(market_buy(PERP, quantity="0.05"), accounts=["okx"])
    assert order["reason"] == "partly filled, the rest was cancelled"
    assert bench.signals.notices == []


# Where they are not


@pytest.mark.parametrize(
    ("account", "symbol"),
    [(account, symbol) for account in ACCOUNTS for symbol in ("BTCUSDT", PERP) if (account, symbol) != ("okx", PERP)],
)
@pytest.mark.parametrize("kind", [{}, {"type": "limit", "price": "59500"}, {"type": "stop", "trigger_price": "61000"}])
def test_an_exchange_that_does_not_take_them_gets_nothing_and_the_reason_says_what_to_change(
    bench: Bench, account: str, symbol: str, kind: dict[str, str]
) -> None:
    order = bench.run({**TWO, "symbol": symbol, **kind}, accounts=[account])
    assert (order["state"], order["attempts"]) == ("rejected", 0)
    market = "perp" if symbol == PERP else "spot"
    assert order["reason"] == (
        f"unsupported: {venue(account)} cannot part a {market} entry among 2 take-profits;"
        " state one at most, and close parts by alerts of their own"
    )
    assert not bench.ledger(venue(account))


@pytest.mark.parametrize("account", [account for account in ACCOUNTS if account != "okx"])
def test_a_part_too_small_to_send_is_no_reason_where_no_part_can_be_sent(bench: Bench, account: str) -> None:
    order = bench.run(parted((65000, 0.001), (66000, 99.999)), accounts=[account])
    assert order["reason"].startswith(f"unsupported: {venue(account)} cannot part a perp entry")
