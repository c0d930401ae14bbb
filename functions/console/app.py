"""Console function: the content of a CloudWatch dashboard's custom widget; it reads and never changes anything."""

from typing import Any

from order_relay import bootstrap
from order_relay.page.widget import Widget

_widget: Widget | None = None


def lambda_handler(event: dict[str, Any], context: Any) -> str:
    global _widget
    _widget = _widget or bootstrap.widget()
    return _widget.show(event, context.invoked_function_arn)
