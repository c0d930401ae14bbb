"""WunderTrading's signal bots (and 3Commas' newer ones): a code, which the route maps to symbol and intent."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from order_relay.core.alert import Alert, refuse_credentials
from order_relay.core.chain import refuse_contradiction
from order_relay.core.money import number, plain, product
from order_relay.core.order import Action, Leg, OrderType, PositionSide, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.core.take_profits import Share
from order_relay.formats import fields as of
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format

NAME = "wundertrading"
_PLACED = "placeConditionalOrdersOnExchange"
_SIZE = frozenset({"amountPerTrade", "amountPerTradeType"})
_PROTECTION = frozenset({"takeProfits", "stopLoss"})
_KNOWN = _SIZE | _PROTECTION | {"code", "orderType", "price", "leverage", "reduceOnly", _PLACED}
_NUMBERS = ("amountPerTrade", "price", "leverage")
_TYPES = {"market": OrderType.MARKET, "limit": OrderType.LIMIT}
_UNITS = {
    "quote": Unit.QUOTE,
    "base": Unit.BASE,
    "contracts": Unit.CONTRACTS,
    "percents": Unit.PERCENT_EQUITY,
}  # percents are a fraction of the portfolio: wundertrading.com/docs/mcp, place_strategy_trade
_LONG, _SHORT = PositionSide.LONG, PositionSide.SHORT
_INTENTS: Mapping[str, tuple[bool, PositionSide | None]] = {
    **dict.fromkeys(("enter", "entry", "open"), (True, None)),
    **dict.fromkeys(("enter_long", "open_long", "buy", "long"), (True, _LONG)),
    **dict.fromkeys(("enter_short", "open_short", "sell", "short"), (True, _SHORT)),
    **dict.fromkeys(("exit", "close", "exit_all", "close_all"), (False, None)),
    **dict.fromkeys(("exit_long", "close_long"), (False, _LONG)),
    **dict.fromkeys(("exit_short", "close_short"), (False, _SHORT)),
}
_OPENING = {"buy": _LONG, "sell": _SHORT, "long": _LONG, "short": _SHORT}
_CLOSING = {"sell": _LONG, "buy": _SHORT, "long": _LONG, "short": _SHORT}
_POSITIONS = {"long": _LONG, "short": _SHORT}


def marked(body: Any) -> bool:
    return isinstance(body, Mapping) and "code" in body and ("orderType" in body or "amountPerTrade" in body)


def token(body: Any) -> str | None:
    code = body.get("code") if isinstance(body, Mapping) else None
    return code if isinstance(code, str) else None


def read(body: Any, route: Route) -> Alert:
    """Read an entry or an exit of the bot behind the code; raises Refusal naming the field and the limit."""
    if not isinstance(body, Mapping) or token(body) is None:
        raise Refusal(Word.NOT_AN_ORDER, "an alert is a JSON object with the code of a bot")
    fields = of.stated(body)
    refuse_credentials(body)
    mapped = _mapped(fields["code"], route)
    enters, side = _intent(mapped)
    if enters:
        of.readable(fields, _NUMBERS)
    of.only(fields, _KNOWN, "to this format")
    symbol, market, sent = of.instrument(mapped, route, "code_map.symbol")
    if market is Market.SPOT and side is _SHORT:
        raise Refusal(Word.UNSUPPORTED, "option 'code_map' means a short position, and a spot market holds none")
    named = Leg(Action.CLOSE, symbol, market, sent, position_side=side if market is Market.PERP else None)
    return _entry(fields, named, side, route) if enters and side else _exit(fields, named)


def _mapped(code: str, route: Route) -> dict[str, Any]:
    """What the route says of a code; the code itself is a secret and stays out of every sentence."""
    mapped = (route.options.get("code_map") or {}).get(code)
    if not isinstance(mapped, Mapping):
        raise Refusal(Word.UNSUPPORTED, "code is not in the route's option 'code_map'; add it as the bot shows it")
    of.only(mapped, ("symbol", "intent", "side", "position_side"), "in option 'code_map'")
    return {f"code_map.{name}": value for name, value in of.stated(mapped).items()}


def _intent(mapped: Fields) -> tuple[bool, PositionSide | None]:
    """Whether the code enters, and on which side; its words must not contradict each other."""
    intent = mapped.get("code_map.intent")
    words = {**mapped, "code_map.intent": intent.replace("-", "_") if isinstance(intent, str) else intent}
    enters, direction = of.word(words, "code_map.intent", _INTENTS) or (False, None)
    if intent is None:
        raise Refusal(Word.AMBIGUOUS, "option 'code_map' has no intent for this code; say enter or exit")
    ordered = of.word(mapped, "code_map.side", _OPENING if enters else _CLOSING)
    sides = {direction, ordered, of.word(mapped, "code_map.position_side", _POSITIONS)} - {None}
    if len(sides) > 1 or (enters and not sides):
        raise Refusal(Word.AMBIGUOUS, "option 'code_map' must say one side for this code, in intent or in side")
    return enters, next(iter(sides), None)


def _exit(fields: Fields, leg: Leg) -> Alert:
    """An exit closes everything at market; amounts in its template are those of the entry."""
    if of.word(fields, "orderType", _TYPES) is OrderType.LIMIT or "price" in fields:
        raise Refusal(Word.UNSUPPORTED, "orderType is limit, but an exit closes at market; say market, without a price")
    unused = sorted((_SIZE | _PROTECTION | {"leverage"}).intersection(fields))
    notes = (f"an exit closes everything: {', '.join(unused)} not used",) if unused else ()
    return Alert((leg,), format=NAME, notes=notes)


def _entry(fields: Fields, named: Leg, side: PositionSide, route: Route) -> Alert:
    if of.flag(fields, "reduceOnly"):
        raise Refusal(Word.AMBIGUOUS, "reduceOnly is true on an entry, which could then not open; leave it out there")
    kind = of.word(fields, "orderType", _TYPES) or OrderType.MARKET
    price = of.price(fields, "price")
    if (kind is OrderType.LIMIT) != (price is not None):
        raise Refusal(Word.AMBIGUOUS, "orderType limit and price go together; one of them is missing")
    quantity, unit = _size(fields, route)
    leg = replace(
        named,
        action=Action(side.opening.value),
        type=kind,
        quantity=quantity,
        unit=unit,
        price=price,
        **_protection(fields),
        **of.settings(fields, route, named.market),
    )
    refuse_contradiction(leg)
    managed = _PLACED in fields and not of.flag(fields, _PLACED)
    return Alert((leg,), format=NAME, notes=("take-profit and stop-loss rest on the exchange",) if managed else ())


def _size(fields: Fields, route: Route) -> tuple[Decimal, Unit]:
    """The amount in its own unit; percents are a fraction of 1."""
    unit = of.word(fields, "amountPerTradeType", _UNITS)
    if "amountPerTrade" in fields and unit is None:
        told = route.options.get("size_unit") or route.defaults.get("unit")
        if told is None:
            raise Refusal(Word.AMBIGUOUS, "amountPerTradeType is missing; say quote, base, contracts or percents")
        return of.sized(fields, "amountPerTrade", route, of.size_unit(route, Unit(told)))
    quantity, counted = of.sized(fields, "amountPerTrade", route, unit)
    if "amountPerTrade" not in fields or unit is not Unit.PERCENT_EQUITY:
        return quantity, counted
    if quantity > 1:
        raise Refusal(Word.AMBIGUOUS, f"amountPerTrade is {plain(quantity)}; as percents it is at most 1, 0.1 for 10 %")
    return product(quantity, of.HUNDRED), counted


def _protection(fields: Fields) -> dict[str, Any]:
    targets, stop = fields.get("takeProfits", []), fields.get("stopLoss")
    if not isinstance(targets, list) or not all(isinstance(one, Mapping) for one in targets):
        raise Refusal(Word.UNSUPPORTED, "takeProfits must be a list of objects with priceDeviation and portfolio")
    alone = {"portfolio": "1"} if len(targets) == 1 else {}
    steps = [_step({**alone, **of.stated(one)}, f"takeProfits[{index}]") for index, one in enumerate(targets)]
    found = of.take_profits(steps, "takeProfits")
    if stop is not None:
        found["stop_loss"], found["stop_loss_rate"] = _stop(stop, "stopLoss")
    return found


def _step(step: Fields, where: str) -> Share:
    """A take-profit and the fraction of the position that it closes."""
    told = _known(step, where)
    price, rate = _level(told, where)
    return Share(of.share(told, f"{where}.portfolio", Decimal(1)), price, rate)


def _stop(stop: Any, where: str) -> tuple[Decimal | None, Decimal | None]:
    told = _known(stop, where)
    if number(told.get(f"{where}.portfolio", "1"), f"{where}.portfolio") != 1:
        raise Refusal(Word.UNSUPPORTED, f"{where}.portfolio must be 1; a stop-loss closes everything")
    return _level(told, where)


def _known(level: Any, where: str) -> Fields:
    told = {f"{where}.{name}": value for name, value in of.stated(level).items()} if isinstance(level, Mapping) else {}
    of.only(told, (f"{where}.price", f"{where}.priceDeviation", f"{where}.portfolio"), "to this format")
    return told


def _level(told: Fields, where: str) -> tuple[Decimal | None, Decimal | None]:
    """A price, or how far from the entry it lies as a fraction."""
    price, rate = of.price(told, f"{where}.price"), of.price(told, f"{where}.priceDeviation")
    if (price is None) == (rate is None):
        raise Refusal(Word.AMBIGUOUS, f"{where} must be an object with either priceDeviation or price")
    if rate is not None and rate >= 1:
        raise Refusal(Word.AMBIGUOUS, f"{where}.priceDeviation is {plain(rate)}; it is a fraction, 0.01 for 1 %")
    return price, rate


FORMAT = Format(marked=marked, token=token, read=read)
