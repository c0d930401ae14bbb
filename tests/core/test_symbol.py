"""Every usual spelling becomes one name; nothing is guessed from a spelling that says too little."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market, quoted, read_symbol, split
from tests.core.bounded import bounded


@pytest.mark.parametrize(
    "spelling",
    [
        "BTCUSDT.P",
        "btcusdt.p",
        "OKX:BTCUSDT.P",
        "BITGET:BTCUSDT.P",
        "BTC/USDT:USDT",
        "OKX:BTC/USDT:USDT",
        "BTC-USDT-SWAP",
        "BTCUSDT-SWAP",
        "BTCUSDTPERP",
        "BTC-USDT-PERP",
        "BTC_USDT_PERP",
        "BTCUSDT:USDT",
        "OKX:BTCUSDT:USDT",
    ],
)
def test_a_perpetual_says_so_in_its_spelling(spelling: str) -> None:
    assert read_symbol(spelling) == ("BTCUSDT", Market.PERP)


@pytest.mark.parametrize(
    "spelling",
    ["BTCUSDT", "btcusdt", "BINANCE:BTCUSDT", "OKX_DLY:BTCUSDT", "BTC/USDT", "COINEX:BTC/USDT", "BTC-USDT", "BTC_USDT"],
)
def test_a_bare_pair_says_nothing_about_the_market(spelling: str) -> None:
    assert read_symbol(spelling) == ("BTCUSDT", None)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("PERPUSDT", "PERPUSDT"), ("1000PEPEUSDT", "1000PEPEUSDT"), ("SWAPUSDT", "SWAPUSDT"), ("ETHBTC", "ETHBTC")],
)
def test_a_coin_that_sounds_like_a_marker_stays_a_coin(spelling: str, name: str) -> None:
    assert read_symbol(spelling) == (name, None)


def test_an_inverse_perpetual_keeps_its_quote() -> None:
    assert read_symbol("BTC/USD:BTC") == read_symbol("BTCUSD.P") == ("BTCUSD", Market.PERP)


@pytest.mark.parametrize("spelling", ["BTC.P", "OKX:BTC.P", "SOL-SWAP", "OKX:USDT", "BTCUSD:USDT"])
def test_a_perpetual_without_its_quote_is_ambiguous(spelling: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_symbol(spelling)
    assert caught.value.word is Word.AMBIGUOUS


def test_a_perpetual_that_settles_in_neither_of_its_coins_is_ambiguous() -> None:
    with pytest.raises(Refusal) as caught:
        read_symbol("BTC/USDT:USDC")
    assert caught.value.word is Word.AMBIGUOUS


@pytest.mark.parametrize(
    "spelling",
    [
        "",
        " ",
        "B",
        " BTCUSDT",
        "BTCUSDT ",
        "BTC USDT",
        "BTCUSDT\n",
        "BTC/USDT/EUR",
        "BTC/",
        "/USDT",
        "BTC//USDT",
        "BTCUSDT.P.P",
        "BTC-USDT-251226",
        "BTC/USDT:USDT-251226",
        "BTC/USDT.P",
        "BINANCE_USDT_BTC",
        "BTC-USDT-SWAP-X",
        "A:B:C:BTCUSDT",
        "OKX:",
        ":BTCUSDT",
        "BTCUSDT#",
        "BTCUSDT'; DROP",
        "../v5/trade",
        "BTC%2FUSDT",
        "\uff22\uff34\uff23\uff35\uff33\uff24\uff34",  # full-width letters
        "\u0412TCUSDT",  # a Cyrillic letter
        "BTCUSD\u0422",
        "BTC\u200bUSDT",
        "\u212aASUSDT",  # the Kelvin sign
        "BTCUSDT\U0001f680",
        "A" * 41,
    ],
    ids=ascii,
)
def test_other_spellings_are_refused_as_unsupported(spelling: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_symbol(spelling)
    assert caught.value.word is Word.UNSUPPORTED
    assert caught.value.reason.isascii()


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("BTCUSDT", ("BTC", "USDT")),
        ("BTCFDUSD", ("BTC", "FDUSD")),
        ("ETHBTC", ("ETH", "BTC")),
        ("USDCUSDT", ("USDC", "USDT")),
        ("USDT", None),
        ("XYZ", None),
    ],
)
def test_a_name_splits_at_its_longest_known_quote(name: str, pair: tuple[str, str] | None) -> None:
    assert split(name) == pair


@bounded
@given(st.text(max_size=45) | st.text(alphabet="ABTCUSD1:/._-P", max_size=20))
def test_any_text_ends_in_a_plain_name_or_a_refusal(text: str) -> None:
    name, word = "NAME", None
    try:
        name, _ = read_symbol(text)
    except Refusal as refusal:
        word = refusal.word
    assert word in (None, Word.UNSUPPORTED, Word.AMBIGUOUS)
    assert re.fullmatch(r"[A-Z0-9]+", name)


@pytest.mark.parametrize("spelling", ["ETH-PERP", "ETHPERP", "FTX:ETH_PERP"])
def test_a_perpetual_that_names_no_quote_keeps_its_name_until_a_route_completes_it(spelling: str) -> None:
    assert read_symbol(spelling) == ("ETHPERP", Market.PERP)
    assert quoted("ETHPERP", "USDT") == "ETHUSDT"
    assert quoted("ETHPERP", None) == "ETHPERP"
    assert quoted("ETHUSDT", "USDC") == "ETHUSDT"
