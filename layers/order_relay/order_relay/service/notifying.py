"""The notifier's use case: every notification of the topic goes to every target, whatever becomes of the others."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from order_relay.core.ports import Signals

TEXT_AT_MOST = 1_500
REMEMBERED = 200

Send = Callable[[str, str, str], bool]
"""Send a title and a text to a URL; False, or any exception, if the target did not take it."""


class NotDelivered(Exception):
    """Some targets did not take a notification; the text counts them and never names them."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message of the topic: what a function published, or a CloudWatch alarm."""

    message_id: str
    subject: str
    text: str


@dataclass(slots=True, kw_only=True)
class Notifier:
    """Forwards notices; a repeated one goes only to the targets that have not taken it in this process."""

    urls: Callable[[], Sequence[str]]
    send: Send
    signals: Signals
    _taken: dict[tuple[str, str], None] = field(default_factory=dict)

    def forward(self, notices: Iterable[Notice]) -> int:
        """Tell every target of every notice; raises NotDelivered once all were tried, so that Lambda tries again."""
        urls = self.urls()
        tried = [(notice, number) for notice in notices for number in range(len(urls))]
        failed = [pair for pair in tried if not self._told(*pair, urls[pair[1]])]
        if failed:
            raise NotDelivered(f"{len(failed)} of {len(tried)} deliveries failed")
        return len(tried)

    def _told(self, notice: Notice, number: int, url: str) -> bool:
        if (notice.message_id, url) in self._taken:
            return True
        cause = "the target did not take it"
        try:
            taken = self.send(url, *readable(notice))
        except Exception as exc:  # one target must not stop the others
            taken, cause = False, type(exc).__name__
        if taken:
            self._remember(notice.message_id, url)
        else:
            self.signals.log("notify_failed", target=number + 1, cause=cause)
        return taken

    def _remember(self, message_id: str, url: str) -> None:
        self._taken[message_id, url] = None
        for oldest in list(self._taken)[:-REMEMBERED]:
            del self._taken[oldest]


def readable(notice: Notice) -> tuple[str, str]:
    """Title and text for a human; of an alarm, what it means and why it went off."""
    alarm = _object(notice.text)
    text = notice.text
    if "AlarmName" in alarm:
        told = (alarm.get("AlarmDescription"), alarm.get("NewStateReason"))
        text = "\n".join(str(one) for one in told if one)
    return notice.subject or "order-relay", text[:TEXT_AT_MOST] or notice.subject or "order-relay"


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
