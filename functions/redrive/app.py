"""Redrive function: an operator's command in, what was decided out; it changes nothing unless told to apply."""

from typing import Any

from order_relay import bootstrap
from order_relay.core.ports import Unavailable
from order_relay.service.redriving import Redrive
from order_relay.service.switching import BadCommand

_redrive: Redrive | None = None


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    global _redrive
    _redrive = _redrive or bootstrap.redrive()
    try:
        return _redrive.run(event)
    except BadCommand as exc:
        return {"error": str(exc)}
    except Unavailable as exc:
        return {"error": f"try again: {exc}"}
