"""Reading the fields of an alert: every format states where they stand, this file what they may be."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from order_relay.core.age import read_time
from order_relay.core.money import number, plain, ratio
from order_relay.core.order import MarginMode, Unit
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import VALID_FOR_MAX_S, Route
from order_relay.core.symbol import Market, quoted, read_symbol
from order_relay.core.take_profits import Share, shares

Fields = Mapping[str, Any]
HUNDRED = Decimal(100)
_REF = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_Choice = TypeVar("_Choice", bound=StrEnum)
_Meaning = TypeVar("_Meaning")


def opened_text(body: bytes) -> str:
    """The body of a format that is no JSON; raises Refusal `invalid_json` with the place."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Refusal(Word.INVALID_JSON, f"the body is not UTF-8 at byte {exc.start}") from None


def stated(fields: Fields, *names: str) -> dict[str, Any]:
    """The fields that say something: neither absent nor null. Without names, all of them."""
    return {name: fields[name] for name in names or fields if fields.get(name) is not None}


def only(fields: Fields, known: Iterable[str], where: str) -> None:
    """Refuse a field that nobody reads: a typo must not be ignored where money is."""
    known = frozenset(known)
    for name in fields:
        if name not in known:
            raise Refusal(Word.UNSUPPORTED, f"the field {name[:40]!a} is not known {where}")


def readable(fields: Fields, names: Iterable[str]) -> None:
    """Refuse what is no number before anything else is refused: a 400 comes before a 422."""
    for name in names:
        if fields.get(name) is not None:
            number(fields[name], name)


def text(fields: Fields, name: str, longest: int = 64) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
        raise Refusal(Word.UNSUPPORTED, f"{name} must be a text of 1 to {longest} printable characters")
    return value


def ref(fields: Fields, name: str = "ref") -> str | None:
    """The name of an order, by which a later cancel can name it."""
    value = text(fields, name)
    if value is not None and not _REF.fullmatch(value):
        raise Refusal(Word.UNSUPPORTED, f"{name} takes 1 to 64 letters, digits and _ . : -")
    return value


def choice(kind: type[_Choice], fields: Fields, name: str) -> _Choice | None:
    value = fields.get(name)
    if value is None:
        return None
    known = [one.value for one in kind]
    if not isinstance(value, str) or not value.isascii() or value.lower() not in known:
        raise Refusal(Word.UNSUPPORTED, f"{name} is {str(value)[:40]!a}; this version knows {', '.join(known)}")
    return kind(value.lower())


def word(fields: Fields, name: str, words: Mapping[str, _Meaning]) -> _Meaning | None:
    """What a word of a closed list stands for, whatever its case; None if the field is not there."""
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.isascii() or value.lower() not in words:
        raise Refusal(Word.UNSUPPORTED, f"{name} is {str(value)[:40]!a}; this version knows {', '.join(words)}")
    return words[value.lower()]


def flag(fields: Fields, name: str) -> bool:
    value = fields.get(name, False)
    said = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(said, bool):
        raise Refusal(Word.UNSUPPORTED, f"{name} must be true or false, not {str(value)[:40]!a}")
    return said


def price(fields: Fields, name: str) -> Decimal | None:
    """A price above 0; a price of 0 or less is a contradiction, not a way to say *not set*."""
    if fields.get(name) is None:
        return None
    value = number(fields[name], name)
    if value <= 0:
        raise Refusal(Word.AMBIGUOUS, f"{name} is {plain(value)}; it must be more than 0")
    return value


def fraction(fields: Fields, name: str) -> Decimal | None:
    """A percent above 0 and below 100, as the fraction that it is: 1 percent is 0.01."""
    percent = price(fields, name)
    if percent is not None and percent >= HUNDRED:
        raise Refusal(Word.AMBIGUOUS, f"{name} is {plain(percent)} percent; it must be less than 100")
    return None if percent is None else ratio(percent, HUNDRED)


def protection(fields: Fields, route: Route, take: str = "take_profit", stop: str = "stop_loss") -> dict[str, Any]:
    """What a leg knows of take-profit and stop-loss, counted as the route's option `sl_tp` says."""
    told, counted = stated(fields, take, stop), route.options.get("sl_tp")
    if told and counted is None:
        name, value = next(iter(told.items()))
        asked = f"{name} is {str(value)[:40]!a}: a price or a percent? say so in the route's option 'sl_tp'"
        raise Refusal(Word.AMBIGUOUS, asked)
    if counted == "percent":
        return {"take_profit_rate": fraction(fields, take), "stop_loss_rate": fraction(fields, stop)}
    return {"take_profit": price(fields, take), "stop_loss": price(fields, stop)}


def share(fields: Fields, name: str, whole: Decimal) -> Decimal:
    """The fraction of an entry that a take-profit closes, counted out of `whole`: 100 of percents, 1 of fractions."""
    part = price(fields, name)
    if part is None:
        raise Refusal(Word.AMBIGUOUS, f"{name} is missing; each of several take-profits states its share of the entry")
    if part > whole:
        raise Refusal(Word.AMBIGUOUS, f"{name} is {plain(part)}; it must be at most {plain(whole)}")
    return ratio(part, whole)


def take_profits(found: Sequence[Share], name: str) -> dict[str, Any]:
    """What a leg knows of the take-profits found: nothing, the one that closes everything, or several."""
    checked = shares(found, name) if found else ()
    if len(checked) == 1:
        return {"take_profit": checked[0].price, "take_profit_rate": checked[0].rate}
    return {"take_profits": checked}


def size(value: object, name: str, unit: Unit = Unit.BASE) -> Decimal:
    """A size above 0, as a percent of a position at most 100."""
    amount = number(value, name)
    if amount <= 0:
        raise Refusal(Word.MISSING_SIZE, f"{name} must be more than 0, not {plain(amount)}")
    if unit is Unit.PERCENT_POSITION and amount > HUNDRED:
        raise Refusal(Word.LIMIT, f"{name} is {plain(amount)} percent of a position; at most 100 can be closed")
    return amount


def sized(fields: Fields, name: str, route: Route, unit: Unit | None = None) -> tuple[Decimal, Unit]:
    """The size that an alert states, else the route's default; `unit` is what the alert's own number counts."""
    default_unit = Unit(route.defaults.get("unit", Unit.BASE))
    if fields.get(name) is not None:
        return size(fields[name], name, unit or default_unit), unit or default_unit
    if "quantity" not in route.defaults:
        raise Refusal(Word.MISSING_SIZE, f"the body has no {name} and the route has no default")
    return size(route.defaults["quantity"], "the route's default quantity", default_unit), default_unit


def leverage(fields: Fields, route: Route, name: str = "leverage") -> Decimal | None:
    """At least 1, from the alert or else from the route's defaults."""
    value = fields.get(name, route.defaults.get("leverage"))
    if value is None:
        return None
    times = number(value, name)
    if times < 1:
        raise Refusal(Word.AMBIGUOUS, f"{name} is {plain(times)}; it must be 1 or more")
    return times


def settings(fields: Fields, route: Route, market: Market, name: str = "leverage") -> dict[str, Any]:
    """Leverage and margin mode of an opening on contracts; there the route's defaults stand in."""
    if market is not Market.PERP:
        if fields.get(name) is not None:
            raise Refusal(Word.UNSUPPORTED, f"{name} is for perp, not for {market.value}; leave it out")
        return {}
    return {"leverage": leverage(fields, route, name), "margin_mode": choice(MarginMode, route.defaults, "margin_mode")}


def size_unit(route: Route, otherwise: Unit) -> Unit:
    """What the size of an order counts where the body cannot say it: the route's option, else the format's own unit."""
    unit = Unit(route.options.get("size_unit") or otherwise)
    if unit is Unit.PERCENT_POSITION:
        raise Refusal(Word.UNSUPPORTED, "option 'size_unit' is percent_position, which only a close can count")
    return unit


def seconds(fields: Fields, name: str = "valid_for") -> int | None:
    if fields.get(name) is None:
        return None
    value = number(fields[name], name)
    if value != value.to_integral_value() or not 1 <= value <= VALID_FOR_MAX_S:
        raise Refusal(Word.LIMIT, f"{name} must be a whole number of seconds from 1 to {VALID_FOR_MAX_S}")
    return int(value)


def instrument(
    fields: Fields, route: Route, name: str = "symbol", stated_market: Market | None = None
) -> tuple[str, Market, str]:
    """The canonical symbol, its market, and the symbol as sent; what the parts say of the market must agree.

    The route's `code_map` may say what a sender's own name for a symbol means.
    """
    sent = text(fields, name, 40) or route.defaults.get("symbol")
    if not isinstance(sent, str) or not sent:
        raise Refusal(Word.MISSING_SYMBOL, f"the body has no {name}")
    own = own_name(sent, route)
    canonical, form = read_symbol(own if isinstance(own, str) else sent)
    told = {"the body": stated_market, "the symbol": form, "the route": route.market}
    said = {who: market for who, market in told.items() if market is not None}
    if len(set(said.values())) > 1:
        words = ", ".join(f"{who} says {market.value}" for who, market in said.items())
        raise Refusal(Word.AMBIGUOUS, f"the market of {sent!a} is unclear: {words}")
    return quoted(canonical, route.defaults.get("quote")), next(iter(said.values()), Market.SPOT), sent


def own_name(text: str, route: Route, alike: Callable[[str], str] = str) -> Any:
    """What a sender's word or symbol means by the route's `code_map`, whatever its case; else the text itself.

    `alike` makes one of further spellings that count as the same. Codes without a letter, such as -1, have only one.
    """
    codes: Mapping[str, Any] = route.options.get("code_map", {})
    if text in codes or not any(map(str.isalpha, text)):
        return codes.get(text, text)
    wanted = alike(text.casefold())
    return next((meant for name, meant in codes.items() if alike(name.casefold()) == wanted), text)


def time(fields: Fields, name: str = "time") -> int | None:
    return None if fields.get(name) is None else read_time(fields[name], name)


SIGNS = {"long": 1, "short": -1, "flat": 0}


def position(fields: Fields, direction: str, amount: str) -> Decimal | None:
    """A signed position from a word (long, short, flat) and a size, signed or not; None if it is not fully stated."""
    said = word(fields, direction, SIGNS)
    held = None if fields.get(amount) is None else number(fields[amount], amount)
    if said is None or (held is None and said):
        return Decimal(0) if held == 0 and said is None else None
    if held is None or not said:
        if held:
            raise Refusal(Word.AMBIGUOUS, f"{direction} is flat but {amount} is {plain(held)}")
        return Decimal(0)
    if held == 0 or said > 0 > held:
        raise Refusal(Word.AMBIGUOUS, f"{direction} is {fields[direction]!a} but {amount} is {plain(held)}")
    return abs(held) * said
