"""Clock function: every five minutes, how far each exchange's clock is from ours."""

from typing import Any

from order_relay import bootstrap
from order_relay.service.timekeeping import Timekeeper

_deadline = bootstrap.Deadline()
_timekeeper: Timekeeper | None = None


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    global _timekeeper
    _deadline.left = context.get_remaining_time_in_millis
    _timekeeper = _timekeeper or bootstrap.timekeeper(_deadline)
    return {"offsets_ms": _timekeeper.measure()}
