"""OKX v5 on the wire: sealing requests, opening answers, and the rows inside them."""

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from order_relay.core.call import Call, Credentials, Request, decimal, decode
from order_relay.core.clock import iso_ms
from order_relay.core.outcome import Answer, Failed, Op, Outcome, Reading, Verdict
from order_relay.core.signature import hmac_sha256
from order_relay.exchanges.okx_codes import RULES

Row = Mapping[str, Any]

LIFETIME_MS = 10_000
ORDER = "/api/v5/trade/order"
ALGO = "/api/v5/trade/order-algo"


def sign(call: Call, credentials: Credentials, stamp_ms: int, nonce: str) -> Request:
    """Seal a call (sheet 3); a placement is dropped by OKX when it arrives 10 s after its stamp (`expTime`)."""
    headers = {} if call.op is Op.PUBLIC else _proof(call, credentials, iso_ms(stamp_ms))
    headers["Content-Type"] = "application/json"
    if credentials.demo:
        headers["x-simulated-trading"] = "1"
    if call.op is Op.PLACE:
        headers["expTime"] = str(stamp_ms + LIFETIME_MS)
    return Request(call.method, call.target, call.body.encode(), headers)


def _proof(call: Call, credentials: Credentials, stamp: str) -> dict[str, str]:
    sealed = f"{stamp}{call.method}{call.target}{call.body}"
    digest = hmac_sha256(credentials.secret, sealed)
    return {
        "OK-ACCESS-KEY": credentials.key,
        "OK-ACCESS-SIGN": base64.b64encode(digest).decode(),
        "OK-ACCESS-TIMESTAMP": stamp,
        "OK-ACCESS-PASSPHRASE": credentials.passphrase,
    }


def read(call: Call, answer: Answer) -> Reading | None:
    """Open the envelope; a row's sCode wins over the top-level code (sheet 4 and 11), `error_code` is the v3 API's."""
    body = decode(answer.body)
    top = _code(body.get("error_code", body.get("code"))) if isinstance(body, dict) else None
    if top is None:
        return None
    data = body.get("data")
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    refused = _refused(rows)
    code = _code(refused["sCode"]) if refused else _overall(top, rows)
    if code is None and not _documented(call, data):
        return None
    return Reading(code, _message(body, refused or {}), data)


def _code(value: object) -> str | None:
    """Read a code as the digits before its sub-code (`51008_1000`); v3 sent integers."""
    digits = str(value).partition("_")[0] if isinstance(value, str | int) else ""
    return digits if digits.isascii() and digits.isdigit() else None


def _refused(rows: Sequence[Row]) -> Row | None:
    """Pick the row that speaks for all: the first real refusal, or *gone* if every single row says so."""
    refused = [row for row in rows if _code(row.get("sCode")) not in (None, "0")]
    serious = [row for row in refused if not _gone(_code(row["sCode"]))]
    return next(iter(serious or (refused if len(refused) == len(rows) else ())), None)


def _overall(top: str, rows: Sequence[Row]) -> str | None:
    """Read the top-level code where no row refused: a batch done in part (2) is done if only ended orders were not."""
    in_part = top == "2" and any(row.get("sCode") == "0" for row in rows)
    return None if top == "0" or in_part else top


def _gone(code: str | None) -> bool:
    rule = RULES.get((Op.CANCEL, code or ""))
    return rule is not None and rule.verdict is Verdict.GONE


def _documented(call: Call, data: object) -> bool:
    """Tell whether a success looks as documented: a placement names its order or stop, a cancel answers for each."""
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        return False
    if call.op is Op.PLACE:
        identity = "algoId" if call.target == ALGO else "ordId"
        return len(data) == 1 and data[0].get("sCode") == "0" and _identity(data[0], identity) is not None
    return call.op is not Op.CANCEL or (bool(data) and all(_code(row.get("sCode")) for row in data))


def _message(body: Row, refused: Row) -> str:
    told = (refused.get("sMsg"), body.get("msg"), body.get("error_message"), body.get("message"))
    text = next((one.strip() for one in told if isinstance(one, str) and one.strip()), "")
    sub_code = refused.get("subCode") or str(refused.get("sCode", "")).partition("_")[2]
    return f"{text} (sub-code {sub_code})" if sub_code else text


def placed(data: Any) -> str | None:
    """Take the id of the order, or of the stop."""
    return _identity(data[0], "ordId") or _identity(data[0], "algoId")


def _identity(row: Row, field: str) -> str | None:
    value = row.get(field)
    return value if isinstance(value, str) and value else None


def read_clock(answer: Answer, reading: Reading | None) -> tuple[int, int] | None:
    """Read `ts`, Unix milliseconds as text (sheet 2)."""
    rows = reading.data if reading and reading.code is None else None
    text = str(rows[0].get("ts")) if rows else ""
    return (int(text), 1) if text.isascii() and text.isdigit() else None


def listed(outcome: Outcome, what: str) -> Sequence[Row]:
    """Return the rows of an answered list; *gone* is no answer to a list."""
    if outcome.verdict is not Verdict.ACCEPTED:
        raise unreadable(f"the {what}")
    rows: Sequence[Row] = outcome.data
    return rows


def first(outcome: Outcome, what: str) -> Row:
    rows = listed(outcome, what)
    if not rows:
        raise unreadable(f"the {what}")
    return rows[0]


def number(row: Row, field: str) -> Decimal:
    amount = decimal(row.get(field))
    if amount is None:
        raise unreadable(field)
    return amount


def unreadable(what: str) -> Failed:
    return Failed(Outcome(Verdict.AMBIGUOUS, meaning=f"OKX answered without {what}"))
