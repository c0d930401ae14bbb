"""Any body: the route's option `paths` says once where the fields of JSON stand, or the usual names are taken.

Text is read by the option `patterns`.
"""

from collections.abc import Mapping
from typing import Any

from order_relay.core.alert import Alert, refuse_credentials
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.strict_json import load
from order_relay.formats import alias_text
from order_relay.formats import fields as of
from order_relay.formats.alias_leg import NAMES, leg
from order_relay.formats.alias_prices import SEVERAL
from order_relay.formats.alias_text import Line
from order_relay.formats.alias_words import WORDS, folded
from order_relay.formats.common_aliases import common, secret_field, usual_name
from order_relay.formats.fields import Fields
from order_relay.formats.format import Format

NAME = "alias_map"
_OF_THE_ALERT = frozenset({"time", "id", "secret", "account"})
_KNOWN = NAMES | _OF_THE_ALERT
_EXITS = ("take_profit", "stop_loss")


def opened(body: bytes) -> Any:
    """JSON where it is that, else the text itself; raises Refusal `invalid_json` for what is not UTF-8."""
    try:
        return load(body)
    except Refusal:
        return Line(of.opened_text(body))


def token(body: Any, route: Route | None = None) -> str | None:
    """The secret at the route's path; without one, the one field of the body that is named like a secret."""
    if route and isinstance(body, Line):
        return alias_text.secret_in(body, route, _KNOWN)
    if not isinstance(body, Mapping):
        return None
    mapped = _paths(route).get("secret") if route else None
    path = mapped or secret_field(body)
    value = at(body, path) if isinstance(path, str) else None
    return value if isinstance(value, str) else None


def read(body: Any, route: Route) -> Alert:
    """Read one order from the mapped fields; whatever is not mapped is not looked at."""
    if isinstance(body, Line):
        found, names, note = _line(body, route)
        return _alert(found, names, route, note)
    if not isinstance(body, Mapping):
        raise Refusal(Word.NOT_AN_ORDER, "the body is not a JSON object, so no path such as 'side' leads anywhere")
    paths = _paths(route)
    if not paths:
        return read_common(body, route)
    refuse_credentials(body, own=_own(paths))
    found = {name: _value(body, name, path) for name, path in paths.items()}
    silent = [name for name in _EXITS if name in paths and found[name] is None]
    return _alert(found, frozenset(paths), route, *(f"{name} is mapped, and this body has none" for name in silent))


def check(route: Route) -> None:
    """Raise Refusal `unsupported` for a path or pattern that can never be used, or a word with two meanings."""
    _paths(route)
    alias_text.usable(route, _KNOWN)
    _one_meaning_each(route)


def _one_meaning_each(route: Route) -> None:
    meanings: dict[str, Any] = {}
    for name, meant in route.options.get("code_map", {}).items():
        one = folded(name.casefold())
        word = isinstance(meant, str) and folded(meant) in WORDS and any(map(str.isalpha, one))
        if word and meanings.setdefault(one, meant) != meant:
            detail = f"the route's option 'code_map' has {name[:40]!a} twice, in two spellings and with two meanings"
            raise Refusal(Word.UNSUPPORTED, detail)


def _line(line: Line, route: Route) -> tuple[dict[str, Any], frozenset[str], str]:
    """The fields of a text; what begins like JSON is bad JSON, as is every text on a route without patterns."""
    if not route.options.get("patterns") or line.lstrip().startswith(("{", "[")):
        load(line.encode())
    return alias_text.fields_in(line, route, _KNOWN)


def _alert(found: Fields, names: frozenset[str], route: Route, *noted: str) -> Alert:
    fields = of.stated(found)
    _same_account(fields, route)
    explicit, fired_ms = of.text(fields, "id", 128), of.time(fields)
    order, notes = leg(fields, names, route)
    return Alert((order,), explicit, fired_ms, format=NAME, notes=(*noted, *notes))


def read_common(body: Fields, route: Route) -> Alert:
    """Read one order by the usual names, each thing stated exactly once and unmistakably."""
    fields, notes = common(body, route)
    order, more = leg(fields, frozenset(fields) | {"side", "quantity"}, route)
    return Alert((order,), time_ms=of.time(fields), format=NAME, notes=(*notes, *more))


def _value(body: Fields, name: str, path: str | list[str]) -> Any:
    """What stands at a path; at a list of paths, what stands at each if there is anything at one of them."""
    found = [at(body, one, name) for one in ([path] if isinstance(path, str) else path)]
    if isinstance(path, str):
        return found[0]
    return found if any(value is not None for value in found) else None


def at(body: Any, path: str, name: str = "the path") -> Any:
    """What stands at a path such as `order.legs.0.side`; None if it leads nowhere.

    Raises Refusal `unsupported` where it goes on behind a text or a number: there stands something else than was meant.
    """
    if isinstance(body, Mapping) and path in body:
        return body[path]
    first, _, rest = path.partition(".")
    if isinstance(body, Mapping):
        inner = body.get(first)
    elif isinstance(body, list):
        inner = body[int(first)] if _place(first, len(body)) else None
    else:
        raise Refusal(Word.UNSUPPORTED, f"{name} is looked for at {path[:40]!a} inside of a text, number or flag")
    return inner if not rest or inner is None else at(inner, rest, name)


def _place(text: str, length: int) -> bool:
    return len(text) <= 3 and text.isascii() and text.isdigit() and int(text) < length


def _paths(route: Route) -> dict[str, Any]:
    """The route's paths by the names of this page, `qty` is `quantity`; raises Refusal for what can never be used."""
    found: dict[str, Any] = {}
    for told, path in (route.options.get("paths") or {}).items():
        name = told if told in _KNOWN else usual_name(told)
        if name not in _KNOWN:
            known = ", ".join(sorted(_KNOWN))
            raise Refusal(Word.UNSUPPORTED, f"the route's option 'paths' maps {told[:40]!a}; known: {known}")
        if name in found:
            raise Refusal(Word.UNSUPPORTED, f"the route's option 'paths' maps {name} twice, once as {told[:40]!a}")
        several = name in SEVERAL and isinstance(path, list)
        if not all(isinstance(one, str) and one for one in (path if several else [path])) or path == []:
            detail = f"the route's option 'paths' must map {name} to a path such as 'order.side'"
            raise Refusal(Word.UNSUPPORTED, f"{detail}{', or to a list of such' if name in SEVERAL else ''}")
        found[name] = path
    return found


def _own(paths: Mapping[str, str]) -> frozenset[str]:
    """Fields that the operator declares to be no exchange key: the relay's secret, and the name of an account."""
    return frozenset(paths[name] for name in ("secret", "account") if name in paths)


def _same_account(fields: Fields, route: Route) -> None:
    told, wanted = of.text(fields, "account"), route.options.get("account")
    if told is not None and told != wanted:
        raise Refusal(Word.UNSUPPORTED, "account is not the one that the route's option 'account' names")


FORMAT = Format(opened=opened, token=token, token_on=token, read=read, check=check)
