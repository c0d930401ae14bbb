"""The words with which other platforms name sides, intents, types, units and markets."""

from collections.abc import Mapping
from typing import TypeVar

from order_relay.core.order import Action, PositionSide, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats.fields import Fields, own_name

Meaning = tuple[Action, PositionSide | None]
_Meaning = TypeVar("_Meaning")
_SHOWN = 8


def _both_ways(verbs: tuple[str, ...], side: PositionSide) -> list[str]:
    """`openlong` and `longopen`: platforms write the side before or behind the verb."""
    return [word for verb in verbs for word in (f"{verb}{side.value}", f"{side.value}{verb}")]


_OPEN, _CLOSE = ("open", "enter", "entry"), ("close", "exit")
SIDES: Mapping[str, Meaning] = {
    **dict.fromkeys(("buy", "long"), (Action.BUY, None)),
    **dict.fromkeys(("sell", "short"), (Action.SELL, None)),
    **dict.fromkeys(("close", "exit", "flat", "closeall", "exitall", "closeposition"), (Action.CLOSE, None)),
    **dict.fromkeys(_both_ways(_OPEN, PositionSide.LONG), (Action.BUY, PositionSide.LONG)),
    **dict.fromkeys(_both_ways(_OPEN, PositionSide.SHORT), (Action.SELL, PositionSide.SHORT)),
    **dict.fromkeys(_both_ways(_CLOSE, PositionSide.LONG), (Action.CLOSE, PositionSide.LONG)),
    **dict.fromkeys(_both_ways(_CLOSE, PositionSide.SHORT), (Action.CLOSE, PositionSide.SHORT)),
    **dict.fromkeys(("sync", "target"), (Action.TARGET, None)),
    "add": (Action.ADD, None),
    "cancelall": (Action.CANCEL_ALL, None),
    "cancel": (Action.CANCEL, None),
}
CLOSES: Mapping[str, bool] = {
    **dict.fromkeys(("open", "enter", "entry", "add"), False),
    **dict.fromkeys(("close", "exit", "flat"), True),
}
"""Words for intent: does it close what the word for side names?"""
TYPES = {
    **dict.fromkeys(("market", "mkt"), "market"),
    **dict.fromkeys(("limit", "lmt"), "limit"),
    **dict.fromkeys(("stop", "stopmarket"), "stop"),
    "stoploss": "stop_loss",
    "stoplimit": "stop_limit",
    **dict.fromkeys(("trailing", "trailingstop"), "trailing"),
}
UNITS: Mapping[str, Unit | None] = {
    **{unit.value.replace("_", ""): unit for unit in Unit},
    **dict.fromkeys(("fixed", "units", "absolute", "coins"), Unit.BASE),
    **dict.fromkeys(("usd", "usdt", "usdc", "cash"), Unit.QUOTE),
    **dict.fromkeys(("percent", "percentage", "pct", "%"), None),
}
"""Words for the unit of a size; None is a percent of something that the word does not name."""
MARKETS = {
    **{market.value: market for market in Market},
    **dict.fromkeys(("swap", "perpetual", "future", "futures", "linear"), Market.PERP),
}


WORDS = frozenset({*SIDES, *CLOSES, *TYPES, *UNITS, *MARKETS})


def folded(text: str) -> str:
    """A word or field name without its case and its separators: `Open Long`, `OPEN_LONG` and `openLong` are one."""
    return text.lower().replace("_", "").replace("-", "").replace(" ", "") if text.isascii() else text


def said(fields: Fields, name: str, words: Mapping[str, _Meaning], route: Route) -> _Meaning | None:
    """What a word means, after the route's own `code_map`; None if the field is not there."""
    word = spoken(fields, name, words, route)
    return None if word is None else words[word]


def spoken(fields: Fields, name: str, words: Mapping[str, _Meaning], route: Route) -> str | None:
    """The known word that a field states, after the route's own `code_map`; None if the field is not there."""
    value = fields.get(name)
    if value is None:
        return None
    text = str(value).lower() if isinstance(value, bool) else value
    known = own_name(text, route, folded) if isinstance(text, str) else text
    if not isinstance(known, str) or folded(known) not in words:
        some = ", ".join([*words][:_SHOWN])
        detail = f"{name} is {str(value)[:40]!a}, which is no known word such as {some}"
        raise Refusal(Word.UNSUPPORTED, f"{detail}; the route's option 'code_map' may say which of them it means")
    return folded(known)
