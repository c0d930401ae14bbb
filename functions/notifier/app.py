"""Notifier function: the topic's notifications in, messages to chats and mailboxes out; it raises to be tried again."""

import logging
from typing import Any

from apprise import Apprise, NotifyFormat

from order_relay import bootstrap
from order_relay.service.notifying import Notice, Notifier

_notifier: Notifier | None = None


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    global _notifier
    _notifier = _notifier or bootstrap.notifier(_send)
    return {"delivered": _notifier.forward([_notice(record["Sns"]) for record in event["Records"]])}


def _notice(message: dict[str, Any]) -> Notice:
    return Notice(str(message["MessageId"]), str(message.get("Subject") or ""), str(message["Message"]))


def _send(url: str, title: str, text: str) -> bool:
    """Send to one target, with every log silenced: libraries write URLs, and a chat's URL is its key."""
    logging.disable(logging.CRITICAL)
    try:
        target = Apprise()
        return target.add(url) and bool(target.notify(body=text, title=title, body_format=NotifyFormat.TEXT))
    finally:
        logging.disable(logging.NOTSET)
