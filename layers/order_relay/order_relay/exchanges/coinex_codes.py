"""What CoinEx's error codes mean. Sources: the v2 docs' error page, the CoinEx API FAQ, the v1 code lists."""

from order_relay.core.outcome import Key, Op, Rule, Rules, Verdict

NOT_FOUND = "3600"
_DOCS = "docs: api/v2/error"
_FAQ = "CoinEx API FAQ Q3"
_SEEN = "seen in answers to public clients"
_V1 = "v1 and perpetual code lists, unconfirmed for v2"


def _rows(verdict: Verdict, source: str, meanings: dict[str, str], *ops: Op) -> dict[Key, Rule]:
    """Make one row per code, or one per code and operation where the meaning holds for those operations only."""
    rules: dict[Key, Rule] = {}
    for code, meaning in meanings.items():
        keys: list[Key] = [(op, code) for op in ops] if ops else [code]
        rules.update(dict.fromkeys(keys, Rule(verdict, meaning, source)))
    return rules


RULES: Rules = {
    **_rows(
        Verdict.THROTTLED, "FAQ Q5, docs: api/v2/rate-limit", {"213": "too many requests", "4213": "too many requests"}
    ),
    **_rows(Verdict.THROTTLED, _SEEN, {"4123": "too many requests"}),
    **_rows(Verdict.BUSY, _FAQ, {"3008": "the exchange is too busy", "4001": "the exchange is not available"}),
    **_rows(
        Verdict.BUSY,
        _DOCS,
        {"4002": "the exchange timed out, the outcome is unknown", "4003": "internal error of the exchange"},
    ),
    **_rows(
        Verdict.BUSY,
        _V1,
        {
            "3": "internal error of the exchange",
            "35": "the exchange is not available",
            "36": "the exchange timed out, the outcome is unknown",
            "3007": "not available while funding fees are settled",
            "3132": "the position is just being closed",
        },
    ),
    **_rows(Verdict.BUSY, _DOCS, {"3610": "orders cannot be cancelled during the call auction"}, Op.CANCEL),
    **_rows(
        Verdict.SKEWED,
        _DOCS,
        {"4010": "the request arrived outside its time window", "4017": "the signature has expired"},
    ),
    **_rows(Verdict.SKEWED, "FAQ Q5, v1 code list", {"227": "the timestamp is more than a minute off"}),
    **_rows(
        Verdict.DENIED,
        _DOCS,
        {
            "4005": "the API key does not exist (a new one works after 10 minutes, an unbound one for 90 days)",
            "4006": "the signature is wrong",
            "4007": "this IP address is not allowed for the key",
            "4008": "the signature is malformed",
            "4011": "the account is not allowed to do this",
            "4018": "this endpoint is no longer open to the account",
            "4115": "the account is banned from trading",
            "4512": "the sub-account lacks the permission",
        },
    ),
    **_rows(
        Verdict.DENIED,
        _V1,
        {
            "23": "this IP address is not allowed for the key",
            "24": "the API key does not exist",
            "25": "the signature is wrong",
            "34": "the API key has expired",
            "158": "the API key lacks the permission",
            "4016": "the API key may only read",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        _DOCS,
        {
            "3109": "the balance is not enough",
            "3127": "the amount is below the minimum",
            "3606": "the price is too far from the last price",
            "3612": "the estimated price is below the lowest ask allowed, reduce the amount",
            "3613": "the estimated price is above the highest bid allowed, reduce the amount",
            "3614": "the estimated price is too far from the index price, reduce the amount",
            "3615": "the price is too far from the index price",
            "3616": "the price is above the highest bid allowed",
            "3617": "the price is below the lowest ask allowed",
            "3618": "the price is too far from the index price",
            "3619": "the price is too far from the trigger price",
            "3620": "the market has too little depth for a market order",
            "3621": "the order could not be filled completely and was cancelled",
            "3622": "the order would have taken liquidity and was cancelled",
            "3627": "the book is too thin, reduce the amount",
            "3628": "the book is too thin, reduce the amount",
            "3629": "the book is too thin, reduce the amount",
            "3632": "the price is above the highest bid allowed",
            "3633": "the price is below the lowest ask allowed",
            "3634": "the estimated price is too far from the index price, reduce the amount",
            "3635": "the estimated price is too far from the index price, reduce the amount",
            "3638": "protection period: only post-only orders and cancels are accepted",
            "3639": "a parameter is invalid",
            "4004": "a parameter is wrong",
            "4009": "the request method is wrong",
            "4117": "trading in this market is suspended",
            "4130": "futures trading is suspended",
            "4158": "trading is suspended",
            "4159": "this market is closed to API orders",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        _V1,
        {
            "2": "a parameter is invalid",
            "107": "the balance is not enough",
            "602": "the amount is below the minimum",
            "606": "the price is too far from the last price",
            "3101": "the market does not exist",
            "3108": "the amount is above the limit",
            "3113": "the leverage is not allowed",
            "3116": "the order could not be filled at once and was killed",
            "3117": "the order would lead to liquidation",
            "3118": "the price is beyond the liquidation price",
            "3119": "the price is beyond the liquidation price",
            "3128": "the price is not a multiple of the tick",
            "3129": "the order would have taken liquidity",
            "3130": "the market is closed",
        },
    ),
    **_rows(Verdict.FLAT, _SEEN, {"3105": "there is no position"}),
    **_rows(Verdict.FLAT, _V1, {"3120": "there is no position"}),
    **_rows(Verdict.SMALLER, _V1, {"3136": "the amount to close is more than the position"}),
    **_rows(Verdict.GONE, _SEEN, {NOT_FOUND: "order not found (filled, or cancelled before)"}, Op.CANCEL, Op.READ),
    **_rows(
        Verdict.GONE,
        _V1,
        {"600": "order not found", "601": "the order belongs to another account", "3103": "order not found"},
        Op.CANCEL,
        Op.READ,
    ),
    **_rows(Verdict.GONE, _SEEN, {"3105": "there is no position"}, Op.READ),
    **_rows(Verdict.GONE, _V1, {"3120": "there is no position"}, Op.READ),
    **_rows(Verdict.GONE, _DOCS, {"3639": "there is no such market"}, Op.PUBLIC),
    **_rows(Verdict.GONE, _V1, {"3101": "there is no such market"}, Op.PUBLIC),
}
