"""Where the sender of a body is taken to prove itself: by the token in the URL, or by the secret in the body."""

from dataclasses import dataclass

from order_relay.core.guard import token_known
from order_relay.core.refusal import Refusal
from order_relay.formats import FORMATS
from tools.explain_alert.route_file import RouteFile

PLACES = ("url", "body")
_NATIVE = "native"


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the secret is looked for in the body, how that is told, and what the route file lacks."""

    in_body: bool
    told: str
    notes: tuple[str, ...] = ()


def proven(body: bytes, file: RouteFile, form: str, told: str | None) -> Proof:
    """Take the told place, else assume the one where the webhook could find a secret of the route."""
    in_body = told == "body" if told else _in_body(body, file, form)
    said = "the secret is looked for in the body" if in_body else "the token in the URL is taken for right"
    known = file.route.tokens or file.route.body_secrets
    bare = () if known else ("the route file has no token_sha256 and no body_secret_sha256; the webhook needs one",)
    why = (
        "as --token-in says" if told else f"which is assumed; --token-in {'url' if in_body else 'body'} asks otherwise"
    )
    return Proof(in_body, f"{said}, {why}", bare)


def _in_body(body: bytes, file: RouteFile, form: str) -> bool:
    """A route of body secrets asks for one if the body carries any, or no token may stand in the URL.

    On a route of tokens a sender's own passphrase means nothing, unless it is the token; the native field is ours.
    """
    route, secret = file.route, _secret(body, file)
    if route.body_secrets or secret is None:
        return bool(route.body_secrets) and (secret is not None or not route.tokens)
    return token_known(secret, route.tokens) or (file.plain_token and form == _NATIVE)


def _secret(body: bytes, file: RouteFile) -> str | None:
    form = FORMATS[file.route.format]
    try:
        return form.secret(form.opened(body), file.route)
    except Refusal:
        return None
