"""JEX's words as data: error codes with their meaning and source, order statuses, position directions."""

from collections.abc import Mapping

from order_relay.core.exchange import Status
from order_relay.core.order import PositionSide
from order_relay.core.outcome import Key, Op, Rule, Rules, Verdict
from order_relay.core.symbol import Market

DIRECTIONS = {"longs": PositionSide.LONG, "shorts": PositionSide.SHORT}
COIN_STATUSES = {
    "NEW": Status.OPEN,
    "PARTIALLY_FILLED": Status.OPEN,
    "PENDING_CANCEL": Status.OPEN,
    "FILLED": Status.FILLED,
    "CANCELED": Status.CANCELLED,
    "CANCLEFILLED": Status.CANCELLED,
    "EXPIRED": Status.CANCELLED,
    "REJECTED": Status.FAILED,
    "FAIL": Status.FAILED,
}
CONTRACT_STATUSES = {
    "": Status.WAITING,
    "ENTRUSTING": Status.WAITING,
    "ENTRUSTED": Status.OPEN,
    "PARTFILLED": Status.OPEN,
    "CANCEL": Status.CANCELLED,
}
STATUSES: Mapping[Market, Mapping[str, Status]] = {
    Market.SPOT: COIN_STATUSES,
    Market.OPTION: COIN_STATUSES,
    Market.PERP: COIN_STATUSES | CONTRACT_STATUSES,
}


def _rows(verdict: Verdict, source: str, meanings: Mapping[Key, str]) -> dict[Key, Rule]:
    return {key: Rule(verdict, meaning, source) for key, meaning in meanings.items()}


RULES: Rules = {
    **_rows(
        Verdict.THROTTLED,
        "rest-api.md, General API Information and LIMITS",
        {"429": "request limit broken", "418": "this address is banned for ignoring the request limit"},
    ),
    **_rows(
        Verdict.THROTTLED,
        "errors_CN.md, 10xx",
        {"-1003": "too many requests", "-1015": "too many orders placed or cancelled"},
    ),
    **_rows(Verdict.SKEWED, "errors_CN.md, 10xx", {"-1021": "the timestamp is outside of the receive window"}),
    **_rows(
        Verdict.BUSY,
        "errors_CN.md, 10xx",
        {
            "-1000": "unknown error",
            "-1001": "internal disconnection",
            "-1006": "unexpected internal answer, order status unknown",
            "-1007": "internal timeout, order status unknown",
            "-1016": "the server is offline",
        },
    ),
    **_rows(
        Verdict.BUSY,
        "errors_CN.md, 7xxx",
        {
            "-7004": "the order failed, try it later",
            "-7005": "the cancel failed, try it later",
            "-7019": "closing the position failed",
        },
    ),
    **_rows(Verdict.BUSY, "errors_CN.md, first rows; for orders unconfirmed", {"-1": "failed without a reason"}),
    **_rows(
        Verdict.DENIED,
        "errors_CN.md",
        {
            "-5": "calls from this address are not allowed",
            "-6": "this kind of call is not allowed",
            "-1002": "the key is not authorised",
            "-1022": "the signature is wrong or the user does not exist",
            "-2014": "the API key has a wrong format",
            "-2015": "wrong API key, address or permissions",
            "-6000": "this account may not trade",
        },
    ),
    **_rows(
        Verdict.GONE,
        "errors_CN.md, 20xx; rest-api.md, cancel and check orders",
        {
            (Op.CANCEL, "-2011"): "the cancel was rejected",
            (Op.CANCEL, "-2012"): "the order does not exist",
            (Op.CANCEL, "-2013"): "the order does not exist",
            (Op.READ, "-2012"): "the order does not exist",
            (Op.READ, "-2013"): "the order does not exist",
            (Op.CANCEL, "-1010"): "the matching engine does not know the order",
        },
    ),
    **_rows(Verdict.GONE, "errors_CN.md, 7xxx", {(Op.READ, "-7020"): "there is no position"}),
    **_rows(Verdict.FLAT, "errors_CN.md, 7xxx", {"-7020": "there is no position"}),
    **_rows(
        Verdict.REJECTED,
        "errors_CN.md, 10xx and 11xx",
        {
            "-1014": "unsupported combination of order parameters",
            "-1020": "unsupported operation",
            "-1100": "illegal characters in a parameter",
            "-1101": "too many or repeated parameters",
            "-1102": "a mandatory parameter is missing or malformed",
            "-1103": "unknown parameter",
            "-1104": "more parameters were sent than are read",
            "-1105": "a parameter is empty",
            "-1106": "a parameter was sent that is not required",
            "-1111": "more decimal places than the symbol allows",
            "-1112": "the order book is empty",
            "-1114": "a time in force was sent that is not required",
            "-1115": "wrong time in force",
            "-1116": "wrong order type",
            "-1117": "wrong side",
            "-1118": "the new client order id is empty",
            "-1119": "the original client order id is empty",
            "-1120": "wrong interval",
            "-1121": "there is no such symbol",
            "-1125": "there is no such listen key",
            "-1127": "wrong time range",
            "-1128": "wrong combination of optional parameters",
            "-1129": "more decimal places than this parameter allows",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        "errors_CN.md, -1010, 20xx and 9xxx",
        {
            "-1010": "the matching engine refused the order",
            "-2010": "the order was refused",
            "-2016": "the symbol has no trading window",
            "-2019": "too many open orders of this kind",
            "-9000": "the order breaks a rule for price, quantity or number of orders",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        "errors_CN.md, 7xxx",
        {
            "-7001": "the margin could not be transferred",
            "-7002": "the leverage could not be set",
            "-7003": "the risk limit could not be set",
            "-7006": "over the risk limit",
            "-7007": "not enough of the asset",
            "-7008": "not enough margin",
            "-7009": "the platform's own limit for this option is reached",
            "-7010": "the leverage is too large",
            "-7011": "the leverage is too small",
            "-7012": "there is no such option",
            "-7013": "the option's exercise time has passed",
            "-7014": "there is no issued option to redeem",
            "-7015": "more options to redeem than were issued",
            "-7016": "the frozen margin is abnormal, ask JEX support",
            "-7017": "the leverage must be smaller than 100",
            "-7018": "the leverage must be larger than 1",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        "errors_CN.md, 8xxx (withdrawals)",
        {
            "-8000": "wrong withdrawal amount",
            "-8001": "withdrawals are forbidden",
            "-8002": "wrong withdrawal fee",
            "-8003": "wrong withdrawal address",
            "-8004": "not enough of the asset to withdraw",
            "-8005": "over the daily withdrawal limit",
            "-8006": "the asset is wrong or cannot be withdrawn",
        },
    ),
}
