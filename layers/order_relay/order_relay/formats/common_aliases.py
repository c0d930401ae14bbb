"""The usual names of an order's fields, for a flat body on a route that maps none: each may be stated once."""

import re
from collections.abc import Mapping
from typing import Any

from order_relay.core.alert import refuse_credentials
from order_relay.core.guard import token_known
from order_relay.core.money import number, plain
from order_relay.core.order import Action
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.formats import fields as of
from order_relay.formats.alias_words import SIDES, folded, said
from order_relay.formats.fields import Fields

_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("side", "action", "orderaction", "signal"), "side"),
    **dict.fromkeys(("symbol", "ticker", "instrument", "pair"), "symbol"),
    **dict.fromkeys(("quantity", "qty", "size", "contracts", "amount", "ordercontracts"), "quantity"),
    **dict.fromkeys(("unit", "sizetype", "quantitytype", "amounttype"), "unit"),
    **dict.fromkeys(("type", "ordertype"), "type"),
    **dict.fromkeys(("price", "limitprice"), "price"),
    **dict.fromkeys(("triggerprice", "stopprice"), "trigger_price"),
    **dict.fromkeys(("takeprofit", "tp"), "take_profit"),
    **dict.fromkeys(("stoploss", "sl"), "stop_loss"),
    **dict.fromkeys(("positionsize", "marketpositionsize"), "position_size"),
    "market": "market",
    "leverage": "leverage",
    "marginmode": "margin_mode",
    "reduceonly": "reduce_only",
    "positionside": "position_side",
    "marketposition": "position",
    "prevmarketposition": "prev_position",
    "prevmarketpositionsize": "prev_position_size",
    **dict.fromkeys(("timenow", "firedat", "firetime", "firingtime"), "time"),
}
_NUMBERS = (
    "quantity", "price", "trigger_price", "leverage", "take_profit", "stop_loss", "position_size", "prev_position_size",
)  # fmt: skip
_TOLD_ONLY = frozenset(
    {
        "exchange", "comment", "message", "note", "strategy", "strategyname", "interval", "timeframe", "tf",
        "orderid", "alertid", "id", "source", "indicator", "alertname", "time", "timestamp", "priceclose",
    }
)  # fmt: skip
_NOT_OF_THE_FIRING = frozenset({"time", "timestamp", "id", "orderid", "alertid"})
"""May be those of the bar or of the script's order, the same at every firing."""
_BAR = frozenset({"open", "high", "low", "close", "volume"})
_SECRET = re.compile(
    r"(?:webhook|connector|shared|auth|access|api)?(?:token|passphrase|password)"
    r"|(?:webhook|connector|shared|auth)?secret|(?:webhook|auth|secret)?key|pin"
)


def usual_name(field: str) -> str | None:
    """What a field of this name usually holds; a name that could be a secret's is one."""
    return _NAMES.get(folded(field)) or ("secret" if _SECRET.fullmatch(folded(field)) else None)


def secret_field(body: Fields) -> str | None:
    """The one field of a body that is named like a webhook's own secret; None if there are none or several."""
    named = [field for field, value in body.items() if isinstance(value, str) and _SECRET.fullmatch(folded(field))]
    return named[0] if len(named) == 1 else None


def common(body: Fields, route: Route) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The fields by their known names; raises Refusal for what is stated twice, unclear or not known."""
    secret = _refused_keys(body, route)
    found: dict[str, str] = {}
    for field in of.stated(body):
        name = _NAMES.get(folded(field))
        if name in found:
            detail = f"the fields {found[name][:40]!a} and {field[:40]!a} both state the {name}; send one of them"
            raise Refusal(Word.AMBIGUOUS, detail)
        if name is not None:
            found[name] = field
    fields = {name: body[field] for name, field in found.items()}
    _numbers(fields)
    _complete(fields, route)
    _all_known(body, secret)
    _unmistakable(fields, found)
    names = ", ".join(f"{name} is {field!a}" for name, field in found.items())
    return fields, (f"no format's mark, read by the usual names: {names}", *_not_used(body))


def _not_used(body: Fields) -> tuple[str, ...]:
    """Say that no time and no id was taken: who wrote them may count on them."""
    unused = [field[:40] for field in of.stated(body) if folded(field) in _NOT_OF_THE_FIRING]
    told = f"{' and '.join(unused)} {'are' if len(unused) > 1 else 'is'} not used"
    return (f"{told}: the moment of firing is timenow",) if unused else ()


def _refused_keys(body: Fields, route: Route) -> str | None:
    """Exchange keys are refused; a field is the relay's own secret if its value is one that the route knows."""
    secret = secret_field(body)
    own = secret is not None and token_known(body[secret], (*route.tokens, *route.body_secrets))
    refuse_credentials(body, own={secret} if own and secret else ())
    return secret


def _numbers(fields: Fields) -> None:
    for name in _NUMBERS:
        value = fields.get(name)
        if value is not None:
            number(value.strip("%") if isinstance(value, str) else value, name)


def _complete(fields: Fields, route: Route) -> None:
    """What an order must have, in the order in which a sender would look for it."""
    if "side" not in fields:
        raise Refusal(Word.NOT_AN_ORDER, "the body has no side (side, action, order_action or signal)")
    action, _ = said(fields, "side", SIDES, route) or (Action.BUY, None)
    if "symbol" not in fields and "symbol" not in route.defaults:
        raise Refusal(Word.MISSING_SYMBOL, "the body has no symbol (symbol, ticker, instrument or pair)")
    sized = "quantity" in fields or "quantity" in route.defaults
    if action in (Action.BUY, Action.SELL, Action.ADD) and not sized:
        raise Refusal(Word.MISSING_SIZE, "the body has no quantity (quantity, qty, size, contracts or amount)")


def _all_known(body: Fields, secret: str | None) -> None:
    for field, value in of.stated(body).items():
        name = folded(field)
        if isinstance(value, Mapping | list):
            raise Refusal(Word.UNSUPPORTED, f"the field {field[:40]!a} is not flat; map its parts with alias_map")
        if name in _BAR:
            number(value, field)
        elif field != secret and name not in _NAMES and name not in _TOLD_ONLY:
            detail = f"the field {field[:40]!a} is not known; leave it out, or map the others with alias_map"
            raise Refusal(Word.UNSUPPORTED, detail)


def _unmistakable(fields: Fields, found: Mapping[str, str]) -> None:
    """Refuse a price that may or may not be a limit, and positions whose sign is not told."""
    if "trigger_price" in fields and "type" not in fields:
        detail = f"there is {found['trigger_price'][:40]!a} but no type: is it the order's trigger or its stop-loss?"
        raise Refusal(Word.AMBIGUOUS, f"{detail} say type stop, or stop_loss as the field")
    if "price" in fields and "type" not in fields:
        raise Refusal(Word.AMBIGUOUS, "there is a price but no type: say limit, or market if it is a reference")
    size = found.get("position_size", "")
    unsigned = "prev_position_size" in fields and "prev_position" not in fields
    if unsigned or (folded(size) == "marketpositionsize" and "position" not in fields):
        raise Refusal(Word.AMBIGUOUS, "the size of a position needs market_position or prev_market_position beside it")
    if size and "position" not in fields:
        _own_sign(fields, size)


def _own_sign(fields: Fields, field: str) -> None:
    """A signed position must lie on the order's own side: 0 or the other side asks for a word that confirms it."""
    held = number(fields["position_size"], field)
    buys = folded(str(fields["side"])) in ("buy", "long")
    if not held or (held > 0) is not buys:
        detail = f"{field} is {plain(held)} after a {str(fields['side'])[:20]!a}"
        raise Refusal(Word.AMBIGUOUS, f"{detail}; add market_position, or map the fields with alias_map")
