"""The tool's two ways to tell a reading: one JSON object, or numbered steps."""

import json
from collections.abc import Iterator

from order_relay.service.intake import BODY_AT_MOST
from tools.explain_alert.orders import as_data, as_sentence
from tools.explain_alert.reading import Reading
from tools.explain_alert.route_file import RouteFile


def as_json(reading: Reading) -> str:
    alert = reading.alert
    explicit = alert.explicit_id if alert else None
    told = [as_sentence(leg) for leg in reading.legs]
    decision = {
        "decision": "refuse" if reading.word else "accept",
        "reason": reading.word,
        "detail": reading.detail or "; ".join([*told, *(alert.notes if alert else ())]),
        "format": reading.format,
        "orders": [as_data(leg, explicit) for leg in reading.legs],
        "notes": [reading.proof.told, *reading.proof.notes, *(alert.notes if alert else ())],
    }
    return json.dumps(decision, ensure_ascii=True, indent=2)


def as_steps(reading: Reading, body: bytes, file: RouteFile) -> str:
    return "\n".join(f"{number}. {step}" for number, step in enumerate(_steps(reading, body, file), 1))


def _steps(reading: Reading, body: bytes, file: RouteFile) -> Iterator[str]:
    yield f"Size: {len(body)} bytes, at most {BODY_AT_MOST} are read."
    if reading.word != "too_large":
        yield f"Authentication: {reading.proof.told}."
    if reading.word not in ("too_large", "unauthenticated"):
        yield f"Format: {_format(reading, file)}."
    for number, leg in enumerate(reading.legs, 1):
        yield f"Order {number}: {as_sentence(leg)}."
    alert = reading.alert
    if alert is not None and alert.explicit_id is not None:
        yield f"Identity: the alert's own id {alert.explicit_id!a}; a second alert with it does nothing."
    for note in (*reading.proof.notes, *(alert.notes if alert else ())):
        yield f"Note: {note}."
    if reading.legs:
        dry = "; the route is a dry run, so nothing would be sent" if file.route.limits.dry_run else ""
        yield f"Checked later, by the worker: what the exchange takes, the account, limits and halts{dry}."
    yield f"Decision: refused, {reading.word}: {reading.detail}" if reading.word else "Decision: accepted."


def _format(reading: Reading, file: RouteFile) -> str:
    if file.route.format != "auto":
        return f"{reading.format}, as the route says"
    if reading.format == "auto":
        return "auto, and the body has the mark of no single format"
    return f"{reading.format}, recognised by its fields"
