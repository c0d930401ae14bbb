"""Worker function of both lanes: SQS records in, batch item failures out; it never raises."""

from typing import Any

from order_relay import bootstrap
from order_relay.core.ports import Delivery
from order_relay.service.later import Later
from order_relay.service.worker import Worker

_deadline = bootstrap.Deadline()
_worker: Worker | None = None
_CRASH_PAUSE_S = 5


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    global _worker
    _deadline.left = context.get_remaining_time_in_millis
    _worker = _worker or bootstrap.worker(_deadline)
    if event.get("warm"):
        return {"warm": True}
    records = event.get("Records", [])
    for place, record in enumerate(records):
        if not _done(_worker, _delivery(record)):
            return {"batchItemFailures": [{"itemIdentifier": rest["messageId"]} for rest in records[place:]]}
    return {"batchItemFailures": []}


def _done(worker: Worker, delivery: Delivery) -> bool:
    """Work one message; False: it must be delivered again, after the pause asked for."""
    try:
        worker.work(delivery)
    except Later as later:
        worker.signals.log("later", seconds=round(later.seconds, 1), why=later.why)
        worker.inbox.defer(delivery.receipt, later.seconds)
        return False
    except Exception as exc:  # counted as a crash: three without an outcome quarantine the message
        worker.signals.count("WorkerError")
        worker.signals.log("crash", cause=type(exc).__name__, where=_where(exc))
        worker.inbox.defer(delivery.receipt, _CRASH_PAUSE_S)
        return False
    return True


def _where(exc: BaseException) -> str:
    """File and line of a crash, never its values."""
    trace = exc.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""


def _delivery(record: dict[str, Any]) -> Delivery:
    attributes = record.get("attributes", {})
    return Delivery(
        body=record["body"],
        receipt=record["receiptHandle"],
        message_id=record["messageId"],
        group=str(attributes.get("MessageGroupId", "")),
        receives=int(attributes.get("ApproximateReceiveCount", 1)),
    )
