"""Webhook function: an HTTP API event in, a stored alert or an explained refusal out."""

import base64
import binascii
import json
from typing import Any

from order_relay import bootstrap
from order_relay.service.intake import Intake, Post, Reply

_intake: Intake | None = None


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    global _intake
    try:
        _intake = _intake or bootstrap.webhook()
        if event.get("warm"):
            return {"warm": True}
        reply = _intake.take(_post(event, context))
    except Exception as exc:  # no settings, or an event that no gateway sends: a crash would answer 500
        cause = f"{type(exc).__name__}: {exc}" if isinstance(exc, KeyError) else type(exc).__name__
        print(json.dumps({"level": "ERROR", "message": "webhook_crash", "cause": cause}))
        reply = Reply(503, "error", None, "the webhook is not set up to take alerts")
    headers = {"content-type": "application/json"}
    return {"statusCode": reply.status, "headers": headers, "body": json.dumps(reply.body)}


def _post(event: dict[str, Any], context: Any) -> Post:
    """Read the gateway's event; without its request id and time nothing could be stored safely."""
    request = event["requestContext"]
    path = event.get("pathParameters") or {}
    return Post(
        route=str(path.get("route", "")),
        token=path.get("token"),
        body=_body(event),
        source=str((request.get("http") or {}).get("sourceIp", "")),
        request_id=str(request["requestId"]),
        accepted_at_ms=int(request["timeEpoch"]),
        remaining_ms=context.get_remaining_time_in_millis,
    )


def _body(event: dict[str, Any]) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
