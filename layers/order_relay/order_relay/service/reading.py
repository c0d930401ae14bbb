"""From the bytes of a body to the alert it means on a route; the webhook and the explaining tool both read so."""

from order_relay.core.alert import Alert, refuse_placeholders
from order_relay.core.route import Route
from order_relay.formats import FORMATS


def read_alert(body: bytes, route: Route) -> Alert:
    """Read a body as the route's format has it; raises Refusal naming the field and the limit."""
    refuse_placeholders(body)
    form = FORMATS[route.format]
    return form.read(form.opened(body), route)
