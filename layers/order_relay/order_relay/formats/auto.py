"""No format named: the one whose mark is unmistakable reads the body, else the usual names of a flat order do."""

from collections.abc import Mapping
from typing import Any

from order_relay.core.alert import Alert
from order_relay.core.guard import token_known
from order_relay.core.refusal import Refusal, Word
from order_relay.core.route import Route
from order_relay.core.strict_json import Number, load
from order_relay.formats import FORMATS, native
from order_relay.formats.format import Format

NAME = "auto"
_BY_NAMES = "alias_map"
_JSON_BEGINS = (b"{", b"[", b'"')
_BLANK = b" \t\r\n\xef\xbb\xbf"
_NATIVE = frozenset(
    {
        "relay", "id", "time", "token", "valid_for", "action", "symbol", "market", "quantity", "unit", "ref", "type",
        "price", "trigger_price", "time_in_force", "reduce_only", "leverage", "margin_mode", "take_profit",
        "stop_loss", "position", "position_size", "prev_position", "prev_position_size", "order_id", "orders",
    }
)  # fmt: skip
"""Fields of the native format: a body of nothing else needs no mark, and costs no look at the other formats."""


def opened(body: bytes) -> Any:
    """JSON if the body begins like JSON, once more if that is a text which holds the JSON; else the text itself."""
    start = body.lstrip(_BLANK)
    if start and not start.startswith(_JSON_BEGINS):
        return _text(body)
    value = load(body)
    quoted = isinstance(value, str) and not isinstance(value, Number)
    return load(value.encode()) if quoted else value


def token(body: Any, route: Route | None = None) -> str | None:
    """The secret where the matching format has it; of several, one that the route knows: its sender is told why."""
    names = matching(body)
    if not names and isinstance(body, str):
        return None
    told = [_secret(FORMATS[name], body, route) for name in names or [_BY_NAMES]]
    if len(told) == 1:
        return told[0]
    known = (*route.tokens, *route.body_secrets) if route else ()
    return next((secret for secret in told if token_known(secret, known)), None)


def _secret(form: Format, body: Any, route: Route | None) -> str | None:
    return form.secret(_as(form, body), route) if route else form.token(_as(form, body))


def read(body: Any, route: Route) -> Alert:
    """Let the one matching format read; raises Refusal `ambiguous` naming them if there are several."""
    names = matching(body)
    if len(names) > 1:
        raise Refusal(Word.AMBIGUOUS, f"the body has the marks of {', '.join(names)}; name one in the route's 'format'")
    if names:
        form = FORMATS[names[0]]
        return form.read(_as(form, body), route)
    if isinstance(body, Mapping):
        return FORMATS[_BY_NAMES].read(body, route)
    raise _unreadable(body)


def _unreadable(body: Any) -> Refusal:
    """A text that is no format's is bad JSON, unless it is a lonely value such as null."""
    try:
        load(str(body).encode("utf-8", "surrogatepass"))
    except Refusal as refusal:
        told = f"{refusal.detail}; nor is it a text with the mark of a format, such as SIGNAL= and SYMBOL="
        return Refusal(Word.INVALID_JSON, told)
    return Refusal(Word.NOT_AN_ORDER, "an alert is a JSON object with action and symbol, or a list of such objects")


def matching(body: Any) -> list[str]:
    """The formats whose mark a body has; what states only fields of the native one is native."""
    if native.marked(body) or _plain(body):
        return ["native"]
    found = [name for name in FORMATS if name != NAME and FORMATS[name].marked(body)]
    return found if found or isinstance(body, str | Mapping) else ["native"]


def _plain(body: Any) -> bool:
    orders = body if isinstance(body, list) else [body]
    return all(isinstance(one, Mapping) and one.keys() <= _NATIVE for one in orders)


def _as(form: Format, body: Any) -> Any:
    """A text is opened by the format itself, which may do more than decode it."""
    return form.opened(body.encode("utf-8", "surrogatepass")) if isinstance(body, str) else body


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Refusal(Word.INVALID_JSON, f"the body is not UTF-8 at byte {exc.start}") from None


def check(route: Route) -> None:
    """Refuse paths that can never be used: `auto` reads by them what has no mark."""
    if route.options.get("paths"):
        FORMATS[_BY_NAMES].check(route)


FORMAT = Format(opened=opened, token=token, token_on=token, read=read, check=check)
