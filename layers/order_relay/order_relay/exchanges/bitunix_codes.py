"""Bitunix's error table. A spot code is written `spot:N`: the two hosts number their errors independently."""

from order_relay.core.outcome import Key, Op, Rule, Rules, Verdict

_FUTURES = "sheet 11: official futures list"
_SPOT = "sheet 11: spot, seen live"
_UNCONFIRMED = "unconfirmed on this host"


def _rows(verdict: Verdict, source: str, meanings: dict[str, str], prefix: str = "") -> dict[Key, Rule]:
    return {prefix + code: Rule(verdict, meaning, source) for code, meaning in meanings.items()}


def _spot(verdict: Verdict, meanings: dict[str, str], source: str = _SPOT) -> dict[Key, Rule]:
    return _rows(verdict, source, meanings, "spot:")


def _for(ops: tuple[Op, ...], verdict: Verdict, meanings: dict[str, str]) -> dict[Key, Rule]:
    return {(op, code): Rule(verdict, meaning, _FUTURES) for op in ops for code, meaning in meanings.items()}


_NETWORK = {"10001": "network error, outcome unknown (also answered to a wrong HTTP method)"}
_LIMITS = {"10005": "too many requests", "10006": "requests too frequent"}
_KEYS = {
    "403": "the key may not do this",
    "10003": "API key missing",
    "10004": "address not on the key's IP list",
    "10007": "signature refused",
}
_REQUEST = {"10002": "parameter error", "10008": "a value breaks the rules of its field"}

_GENERAL: dict[Key, Rule] = {
    **_rows(Verdict.BUSY, _FUTURES, _NETWORK),
    **_spot(Verdict.BUSY, _NETWORK, _UNCONFIRMED),
    **_rows(Verdict.THROTTLED, "sheet 10, design 4.3", _LIMITS),
    **_spot(Verdict.THROTTLED, _LIMITS, _UNCONFIRMED),
    **_rows(Verdict.DENIED, _FUTURES, _KEYS),
    **_spot(Verdict.DENIED, _KEYS, _UNCONFIRMED),
    **_rows(Verdict.REJECTED, _FUTURES, _REQUEST),
    **_spot(Verdict.REJECTED, _REQUEST, _UNCONFIRMED),
    **_rows(Verdict.THROTTLED, _UNCONFIRMED, {"110041": "requests too fast"}),
    **_rows(Verdict.SKEWED, _UNCONFIRMED, {"100008": "request time expired"}),
}

_SPOT_ONLY: dict[Key, Rule] = {
    **_spot(Verdict.BUSY, {"500": "system error"}),
    **_spot(Verdict.THROTTLED, {"110041": "requests too fast"}),
    **_spot(Verdict.SKEWED, {"100008": "request time expired, refused before execution"}),
    **_spot(
        Verdict.DENIED,
        {
            "100004": "API key unknown",
            "100005": "signature refused",
            "10016": "user does not exist",
            "110033": "the key lacks this permission",
        },
    ),
    **_spot(
        Verdict.REJECTED,
        {
            "2": "parameter error (unknown symbol, zero volume)",
            "70003": "missing parameters",
            "10034": "insufficient balance",
            "10058": "too many decimals in the volume",
        },
    ),
}

_FUTURES_ONLY: dict[Key, Rule] = {
    **_rows(
        Verdict.BUSY,
        _FUTURES,
        {
            "40004": "do not repeat the operation (an earlier one may have been taken)",
            "40007": "settlement is being processed",
        },
    ),
    **_rows(
        Verdict.DENIED,
        _FUTURES,
        {
            "20011": "account not allowed to trade",
            "20013": "account is about to be deleted",
            "20014": "account deleted",
            "30040": "futures trading prohibited for this account",
        },
    ),
    **_rows(Verdict.DUPLICATE, _FUTURES, {"30042": "client order id used before"}),
    **_rows(
        Verdict.FLAT,
        _FUTURES,
        {"30004": "position does not exist", "30018": "no position for a reduce-only order"},
    ),
    **_rows(Verdict.SMALLER, _FUTURES, {"30038": "amount larger than the position"}),
    **_rows(
        Verdict.REJECTED,
        _FUTURES,
        {
            "20001": "market does not exist",
            "20002": "position limit exceeded",
            "20003": "insufficient balance",
            "20004": "insufficient trader",
            "20005": "invalid leverage",
            "20006": "leverage and margin mode are locked while orders are open",
            "20008": "insufficient amount",
            "20009": "position mode is locked while positions are open",
            "20010": "activation failed, balance too low for the coupon",
            "20012": "this contract does not allow trading",
            "20015": "this contract is not supported",
            "20016": "too many orders in one batch",
            "30001": "would be liquidated at once",
            "30002": "price below the liquidation price",
            "30003": "price above the liquidation price",
            "30012": "already a favourite",
            "30013": "above the maximum order quantity",
            "30014": "above the maximum buy price",
            "30015": "below the minimum sell price",
            "30016": "quantity too small",
            "30017": "quantity below the minimum",
            "30019": "reduce-only order in the direction of the position",
            "30039": "quantity above the maximum",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        "sheet 11: official futures list, take profit and stop loss",
        {
            "30005": "trigger price too close to the market",
            "30006": "neither take profit nor stop loss chosen",
            "30007": "take-profit trigger above the entry price",
            "30008": "take-profit trigger below the entry price",
            "30009": "stop-loss trigger below the entry price",
            "30010": "stop-loss trigger above the entry price",
            "30020": "take-profit trigger must be above the mark price",
            "30021": "take-profit trigger must be below the mark price",
            "30022": "stop-loss trigger must be above the mark price",
            "30023": "stop-loss trigger must be below the mark price",
            "30024": "stop-loss trigger must be below the liquidation price",
            "30025": "stop-loss trigger must be above the liquidation price",
            "30026": "take profit must be above the last price",
            "30027": "take profit must be above the mark price",
            "30028": "stop loss must be below the last price",
            "30029": "stop loss must be below the mark price",
            "30030": "stop loss must be above the last price",
            "30031": "stop loss must be above the mark price",
            "30032": "take profit must be below the last price",
            "30033": "take profit must be below the mark price",
            "30034": "take profit must be below the mark price",
            "30035": "stop loss must be above the trigger price",
            "30036": "take profit must be above the trigger price",
            "30037": "take profit must be above the trigger price",
            "30041": "trigger price must be above 0",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        "sheet 11: official futures list, copy trading",
        {
            "40001": "open orders and positions block leaving lead trading",
            "40002": "lead amount too low",
            "40003": "lead order amount too high",
            "40005": "not available for this kind of user",
            "40006": "too many sub-accounts",
            "40008": "balance would fall below the order amount",
        },
    ),
}

_GONE: dict[Key, Rule] = {
    **_for((Op.CANCEL, Op.READ), Verdict.GONE, {"20007": "order not found"}),
    **_for(
        (Op.CANCEL,),
        Verdict.GONE,
        {"10013": "the order's state allows no cancel", "30011": "the order's state allows no cancel"},
    ),
    **_for((Op.PUBLIC,), Verdict.GONE, {"20001": "market does not exist"}),
}

_NO_ORDER_ID = {"0": "code 0, but neither an order id nor a reason"}
_HIDDEN: dict[Key, Rule] = {
    **_rows(Verdict.AMBIGUOUS, "sheet 4a", _NO_ORDER_ID),
    **_spot(Verdict.AMBIGUOUS, _NO_ORDER_ID, "sheet 4b"),
}

RULES: Rules = {**_GENERAL, **_SPOT_ONLY, **_FUTURES_ONLY, **_GONE, **_HIDDEN}
