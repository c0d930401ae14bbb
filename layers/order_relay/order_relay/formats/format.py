"""What every alert format provides."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from order_relay.core.alert import Alert
from order_relay.core.route import Route
from order_relay.core.strict_json import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How one kind of body is opened, recognised, authenticated (without a token in the URL) and read.

    opened   the body's bytes as JSON or as text; raises Refusal
    marked   True only for an opened body that is unmistakably of this format; `auto` asks this
    token    the secret inside an opened body, if it carries one
    token_on the same where the route says which field it is; None where every route has it in the same one
    check    refuses a route whose options this format can never use
    read     the alert that an opened body means on a route; raises Refusal naming the field and the limit
    """

    token: Callable[[Any], str | None]
    read: Callable[[Any, Route], Alert]
    marked: Callable[[Any], bool] = lambda body: False
    opened: Callable[[bytes], Any] = load
    token_on: Callable[[Any, Route], str | None] | None = None
    check: Callable[[Route], None] = lambda route: None

    def secret(self, body: Any, route: Route) -> str | None:
        """The secret inside an opened body that is posted to a route."""
        return self.token(body) if self.token_on is None else self.token_on(body, route)
