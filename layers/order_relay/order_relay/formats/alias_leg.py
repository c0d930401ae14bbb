"""From fields with known names to one order: what the words of other platforms mean, and what goes together."""

from dataclasses import replace
from functools import partial

from order_relay.core.chain import refuse_contradiction
from order_relay.core.money import number, plain, product
from order_relay.core.order import Action, Leg, MarginMode, OrderType, PositionSide, TimeInForce, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.symbol import Market
from order_relay.formats import fields as of
from order_relay.formats.alias_prices import priced, protected
from order_relay.formats.alias_words import CLOSES, MARKETS, SIDES, UNITS, Meaning, folded, said, spoken
from order_relay.formats.fields import Fields
from order_relay.formats.strategy import Size, Sizing, Stand, refuse_short_on_spot, stand, told

NAMES = frozenset(
    {
        "side", "intent", "symbol", "market", "quantity", "unit", "type", "price", "trigger_price", "trail",
        "time_in_force", "reduce_only", "position_side", "leverage", "margin_mode", "take_profit", "stop_loss",
        "take_profit_share", "position", "position_size", "prev_position", "prev_position_size", "ref", "order_id",
        "valid_for",
    }
)  # fmt: skip
_NUMBERS = ("price", "trigger_price", "leverage", "position_size", "prev_position_size")
_NOT_OF_A_TARGET = (
    "quantity",
    "take_profit",
    "take_profit_share",
    "stop_loss",
    "reduce_only",
    "trail",
    "time_in_force",
)
_CHAIN = "position_size and prev_position_size"
_POSITION_SIDES = {"long": PositionSide.LONG, "short": PositionSide.SHORT}
Read = tuple[Leg, tuple[str, ...]]


def leg(fields: Fields, mapped: frozenset[str], route: Route) -> Read:
    """Read one order; `mapped` are the names that the route looks for, whether or not this body states them."""
    fields = _in_percent(fields)
    of.readable(fields, _NUMBERS)
    action, side = _meaning(fields, mapped, route)
    market = of.word(fields, "market", MARKETS)
    one = Leg(action, *of.instrument(fields, route, stated_market=market), position_side=side)
    one = replace(one, ref=of.ref(fields), valid_for=of.seconds(fields))
    refuse_short_on_spot(one, side or _named(fields, route))
    if action.cancels:
        return _cancel(fields, one), ()
    notes = ("order_id is not used: it goes with a cancel",) if fields.get("order_id") is not None else ()
    target = action is Action.TARGET or _follows(action, mapped)
    made, told = (_target if target else _order)(fields, one, mapped, route)
    return made, (*notes, *told)


def _in_percent(fields: Fields) -> Fields:
    """Sizes as a percent: 3 times the equity is 300 percent of it."""
    if folded(str(fields.get("unit"))) != "timesequity":
        return fields
    sizes = of.stated(fields, "quantity") or of.stated(fields, "position_size", "prev_position_size")
    percents = {name: plain(product(number(size, name), of.HUNDRED)) for name, size in sizes.items()}
    return {**fields, **percents, "unit": Unit.PERCENT_EQUITY.value}


def _cancel(fields: Fields, one: Leg) -> Leg:
    order_id = of.ref(fields, "order_id")
    named = sum(name is not None for name in (one.ref, order_id))
    if named != (1 if one.action is Action.CANCEL else 0):
        detail = "a cancel names one order by ref or by order_id; cancelall names none"
        raise Refusal(Word.AMBIGUOUS, f"{detail} and cancels all of a symbol")
    return replace(one, order_id=order_id, valid_for=None, position_side=None)


def _meaning(fields: Fields, mapped: frozenset[str], route: Route) -> Meaning:
    """What is to be done, and with which side of the account, from the words for side and intent."""
    if "side" not in mapped and {"position", "position_size"} & mapped:
        return Action.TARGET, None
    action, side = said(fields, "side", SIDES, route) or (None, None)
    named = side or _named(fields, route)
    stated_side = of.word(fields, "position_side", _POSITION_SIDES)
    if named is not None and stated_side not in (None, named):
        raise Refusal(Word.AMBIGUOUS, f"side names the {named.value} position, position_side the other one")
    closes = said(fields, "intent", CLOSES, route)
    if closes and side is not None and action in (Action.BUY, Action.SELL):
        raise Refusal(Word.AMBIGUOUS, f"intent closes and side is {str(fields['side'])[:40]!a}, which opens")
    if closes:
        return _closing(action, named or stated_side)
    if closes is None and "intent" in mapped and side is None and action in (Action.BUY, Action.SELL):
        raise Refusal(Word.AMBIGUOUS, "the body has no intent where the route looks for it: does it open or close?")
    if action is None:
        raise Refusal(Word.NOT_AN_ORDER, "the body has no side where the route looks for it")
    if closes is False and action not in (Action.BUY, Action.SELL):
        raise Refusal(Word.AMBIGUOUS, f"intent opens but side is {str(fields['side'])[:40]!a}")
    return action, side or stated_side


def _named(fields: Fields, route: Route) -> PositionSide | None:
    """The position that the word for side names: `short` is one, `sell` is none."""
    return _POSITION_SIDES.get(spoken(fields, "side", SIDES, route) or "")


def _closing(action: Action | None, named: PositionSide | None) -> Meaning:
    """The word for side names the position to close: `buy` could also be the order that closes it."""
    if action not in (None, Action.BUY, Action.SELL, Action.CLOSE):
        raise Refusal(Word.AMBIGUOUS, f"intent closes and side is {action.value}; which of the two is meant?")
    if named is None and action in (Action.BUY, Action.SELL):
        detail = f"intent closes and side is {action.value}: is that the order, or the position that it closes?"
        raise Refusal(Word.AMBIGUOUS, f"{detail} say long or short, or map position_side")
    return Action.CLOSE, named


def _follows(action: Action, mapped: frozenset[str]) -> bool:
    """True if the route maps a position but no quantity: the position is what to hold, the side says nothing more."""
    return action in (Action.BUY, Action.SELL) and "position_size" in mapped and "quantity" not in mapped


def _stand(fields: Fields, mapped: frozenset[str], word: str) -> Stand | None:
    """Where the strategy stands; a size whose word is not mapped is signed."""
    amount = f"{word}_size"
    if word in mapped or amount not in fields:
        return stand(fields, word, amount)
    return Stand.of(number(fields[amount], amount))


def _target(fields: Fields, one: Leg, mapped: frozenset[str], route: Route) -> Read:
    """Bring the position to the size that the body tells, 0 is flat."""
    after, before = _stand(fields, mapped, "position"), _stand(fields, mapped, "prev_position")
    if after is None or after.size is None:
        raise Refusal(Word.MISSING_SIZE, "the size to hold is missing: position_size, with position for its side")
    shape, notes = priced(fields, route)
    foreign = [*of.stated(fields, *_NOT_OF_A_TARGET)] or (["type"] if shape["type"] is not OrderType.MARKET else [])
    if foreign:
        raise Refusal(Word.UNSUPPORTED, f"{foreign[0]} does not go with a position to hold; do not map it")
    one = _chained(one, before, after)
    refuse_contradiction(one)
    unit = (_unit(fields, one, route) if "unit" in fields else None) or Unit.BASE
    if unit is Unit.PERCENT_POSITION:
        raise Refusal(Word.AMBIGUOUS, "unit says percent_position, and a position to hold is no percent of itself")
    if unit not in (Unit.BASE, Unit.CONTRACTS):
        one = replace(one, prev_position=None, next_position=None)
    made = replace(one, action=Action.TARGET, quantity=after.size, unit=unit, position_side=None)
    refuse_contradiction(made)
    return _configured(fields, made, route), notes


def _chained(one: Leg, before: Stand | None, after: Stand | None) -> Leg:
    return replace(one, prev_position=before.size if before else None, next_position=after.size if after else None)


def _order(fields: Fields, one: Leg, mapped: frozenset[str], route: Route) -> Read:
    before, after = _stand(fields, mapped, "prev_position"), _stand(fields, mapped, "position")
    shape, notes = priced(fields, route)
    one = replace(one, **shape, time_in_force=_force(fields, shape["type"]))
    one = _stopping(fields, one, route) if one.reduce_only else replace(one, reduce_only=_shrinks(fields, one))
    if one.reduce_only and said(fields, "intent", CLOSES, route) is False:
        raise Refusal(Word.AMBIGUOUS, "intent opens, and the rest of the body says that the order only reduces")
    if one.action is Action.CLOSE:
        one = _closed(fields, _chained(one, before, after), after, route)
    elif one.action is Action.ADD:
        one = _added(fields, one, route)
    else:
        sizing = Sizing(fields.get("quantity") is not None, partial(_size, fields, one, route), _CHAIN)
        one = told(one, before, after, sizing, route)
    if one.action is Action.CLOSE:
        unused = [name for name in ("take_profit", "stop_loss") if fields.get(name) is not None]
        return one, (*notes, *(f"{name} is not used: this order closes" for name in unused))
    one = replace(one, **protected(fields, route))
    refuse_contradiction(one)
    return _configured(fields, one, route), notes


def _force(fields: Fields, kind: OrderType) -> TimeInForce:
    force = of.choice(TimeInForce, fields, "time_in_force") or TimeInForce.GTC
    if kind is not OrderType.LIMIT and force not in (TimeInForce.GTC, TimeInForce.IOC):
        raise Refusal(Word.AMBIGUOUS, f"time_in_force is {force.value}, which goes with type limit only")
    return force if kind is OrderType.LIMIT else TimeInForce.GTC


def _shrinks(fields: Fields, one: Leg) -> bool:
    """True if the body says so, or sells from the long position (buys from the short one)."""
    against = one.position_side is not None and one.action.value == one.position_side.closing.value
    return of.flag(fields, "reduce_only") or against


def _stopping(fields: Fields, one: Leg, route: Route) -> Leg:
    """A stop-loss takes from the position against which it trades; raises Refusal if the body says otherwise."""
    if one.action is Action.CLOSE:
        return replace(one, reduce_only=of.flag(fields, "reduce_only"))
    closed = PositionSide.LONG if one.action is Action.SELL else PositionSide.SHORT
    opens = one.position_side not in (None, closed) or _named(fields, route) not in (None, closed)
    if opens or ("reduce_only" in fields and not of.flag(fields, "reduce_only")):
        raise Refusal(Word.AMBIGUOUS, "type is a stop-loss, which only reduces, but the body says that the order opens")
    return replace(one, position_side=closed)


def _closed(fields: Fields, one: Leg, after: Stand | None, route: Route) -> Leg:
    if after is not None and after.sign:
        raise Refusal(Word.AMBIGUOUS, "side closes the position, but position says that one is left")
    if fields.get("quantity") is None or after is not None:
        return one
    quantity, unit = _size(fields, one, route)
    return replace(one, quantity=quantity, unit=unit)


def _added(fields: Fields, one: Leg, route: Route) -> Leg:
    if of.stated(fields, "position", "position_size", "prev_position", "prev_position_size"):
        raise Refusal(Word.AMBIGUOUS, "side is add, and position tells where the strategy stands; send buy or sell")
    quantity, unit = _size(fields, one, route)
    return replace(one, quantity=quantity, unit=unit)


def _size(fields: Fields, one: Leg, route: Route) -> Size:
    """A quantity as a number, as `5%` or `%5`, or as `@0.01` (base coins)."""
    text, unit = fields.get("quantity"), _unit(fields, one, route)
    if text is None and fields.get("unit") is not None:
        raise Refusal(Word.AMBIGUOUS, "unit is there, and no quantity that it could count")
    if isinstance(text, str) and text.startswith("@"):
        text, unit = text[1:], _marked(fields, Unit.BASE, unit)
    elif isinstance(text, str) and "%" in (text[:1], text[-1:]):
        text, unit = text.strip("%"), _marked(fields, _percent(one, route, "quantity"), unit)
    quantity, unit = of.sized({"quantity": text}, "quantity", route, unit)
    closes = one.action is Action.CLOSE
    if unit.percent and closes is not (unit is Unit.PERCENT_POSITION):
        detail = f"quantity counts {unit.value}, which does not go with {one.action.value}"
        raise Refusal(Word.AMBIGUOUS, f"{detail}; change the unit or the route's option 'size_unit'")
    return quantity, unit


def _marked(fields: Fields, marked: Unit, stated: Unit | None) -> Unit:
    """The unit that the quantity's own mark says; a word for another one contradicts it."""
    if fields.get("unit") is not None and stated is not marked:
        raise Refusal(Word.AMBIGUOUS, f"quantity is marked as {marked.value}, and unit is {str(fields['unit'])[:40]!a}")
    return marked


def _unit(fields: Fields, one: Leg, route: Route) -> Unit | None:
    """What a bare number counts: the body's word for it, else the route's option."""
    if fields.get("unit") is not None:
        return said(fields, "unit", UNITS, route) or _percent(one, route, "unit")
    stated = route.options.get("size_unit")
    return Unit(stated) if stated else None


def _percent(one: Leg, route: Route, name: str) -> Unit:
    """A percent: of the position when it closes, else of what the route's option says."""
    if one.action is Action.CLOSE:
        return Unit.PERCENT_POSITION
    stated = route.options.get("size_unit")
    if stated not in (Unit.PERCENT_EQUITY, Unit.PERCENT_AVAILABLE):
        detail = f"{name} says percent: of what? set the route's option 'size_unit' to percent_equity"
        raise Refusal(Word.AMBIGUOUS, f"{detail} or percent_available")
    return Unit(stated)


def _configured(fields: Fields, one: Leg, route: Route) -> Leg:
    """Leverage and margin mode, for what opens a position on a perpetual market; an addition has that position's."""
    if one.action is Action.CLOSE or one.reduces:
        return one
    if one.action is Action.ADD:
        of.only(of.stated(fields, "leverage", "margin_mode"), (), "with side add, which takes that of the position")
        return one
    mode = of.choice(MarginMode, fields, "margin_mode")
    if mode and one.market is not Market.PERP:
        raise Refusal(Word.UNSUPPORTED, f"margin_mode is for perp, not for {one.market.value}; leave it out")
    one = replace(one, **of.settings(fields, route, one.market))
    return replace(one, margin_mode=mode or one.margin_mode)
