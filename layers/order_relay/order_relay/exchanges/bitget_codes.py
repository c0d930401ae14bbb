"""Bitget's error codes as rows: what each means for an order, and where that is documented (v2 and v3 share them)."""

from collections.abc import Mapping

from order_relay.core.outcome import Key, Op, Rule, Rules, Verdict

CLASSIC = "error-code/restapi (contract, spot and margin tables)"
UTA = "uta/error-code/restapi"
SEEN = "seen live, not in the tables of 2025-12: unconfirmed"
LEGACY = "error codes of the old v1 API: unconfirmed"


def _rows(verdict: Verdict, source: str, meanings: Mapping[str, str], *ops: Op) -> dict[Key, Rule]:
    """Make one row per code, or one per operation and code where the code is limited to operations."""
    keys: dict[str, list[Key]] = {code: [(op, code) for op in ops] or [code] for code in meanings}
    return {key: Rule(verdict, meaning, source) for code, meaning in meanings.items() for key in keys[code]}


_LIMITS: Rules = {
    **_rows(Verdict.THROTTLED, "common/quick-start, rate limits", {"429": "too many requests"}),
    **_rows(Verdict.THROTTLED, SEEN, {"1001": "too many requests"}),
    **_rows(Verdict.THROTTLED, UTA, {"25004": "the operation is repeated too often"}),
}

_BUSY: Rules = {
    **_rows(
        Verdict.BUSY,
        CLASSIC,
        {
            "22035": "the demo account opens positions too often",
            "31006": "the order is still being placed",
            "40015": "the system is abnormal, try later",
            "40908": "another operation runs at the same time",
            "43059": "the request failed, try again",
            "45129": "an order may be cancelled once a second",
            "50031": "system error",
            "50066": "the position is being closed",
            "70228": "the operation is repeated too often",
            "80002": "system error",
        },
    ),
    **_rows(
        Verdict.BUSY,
        "contract/trade/Place-Order and uta/trade/Place-Order, note on unknown results",
        {
            "40010": "the request timed out inside the exchange",
            "40725": "a service inside the exchange failed",
            "45001": "unknown error",
        },
    ),
    **_rows(
        Verdict.BUSY,
        CLASSIC + ", result unknown",
        {
            "40910": "the operation timed out",
            "43002": "the order failed while pending",
            "43003": "the order failed while pending",
            "45023": "creating the order failed",
            "45024": "cancelling the order failed",
            "70229": "placing the order failed",
        },
    ),
    **_rows(
        Verdict.BUSY,
        CLASSIC + ", maintenance",
        {
            "40200": "the server is being upgraded",
            "40844": "the contract is under maintenance",
            "41114": "the pair is under maintenance",
            "43115": "the pair opens soon",
            "43119": "trading is not open",
            "43120": "the symbol is not open for trading",
            "45043": "trading is suspended for settlement or maintenance",
            "50025": "the pair is unavailable now",
            "50026": "the pair is unavailable now",
            "50027": "the pair is suspended for maintenance",
        },
    ),
    **_rows(
        Verdict.BUSY,
        UTA,
        {
            "25000": "system error",
            "25001": "the operation timed out",
            "25003": "another operation runs at the same time",
            "25101": "the pair is not open for trading",
            "25102": "the pair is closed for maintenance",
            "25103": "the pair opens soon",
            "25106": "trading is suspended for settlement or maintenance",
            "25113": "cancels are in progress",
            "25114": "modifications are in progress",
            "25239": "closing failed, try later",
            "25572": "too many modifications are pending",
            "25653": "the order has changed meanwhile",
        },
    ),
    **_rows(Verdict.BUSY, SEEN, {"40308": "the contract is under maintenance", "40604": "the server is busy"}),
}

_CLOCK: Rules = {
    **_rows(
        Verdict.SKEWED,
        CLASSIC,
        {
            "40005": "the timestamp is invalid",
            "40008": "the timestamp is more than 30 s off",
            "40078": "the request came outside its receive window and was not taken",
        },
    ),
    **_rows(Verdict.SKEWED, SEEN, {"40004": "the timestamp is more than 30 s off"}),
    **_rows(Verdict.SKEWED, LEGACY, {"30005": "the timestamp is invalid", "30008": "the timestamp has expired"}),
}

_KEYS: Rules = {
    **_rows(
        Verdict.DENIED,
        CLASSIC,
        {
            "22010": "the key must be bound to an IP address",
            "40001": "the key is missing",
            "40002": "the signature is missing",
            "40003": "the signature is missing",
            "40006": "the key is invalid",
            "40009": "the signature is wrong",
            "40011": "the passphrase is missing",
            "40012": "the key or the passphrase is wrong",
            "40014": "the key lacks a permission",
            "40018": "this IP address is not allowed",
            "40036": "the passphrase is wrong",
            "40037": "the key does not exist",
            "40038": "this IP address is not on the key's list",
            "40040": "the key's permissions are set wrongly",
            "40041": "the key does not exist",
            "40048": "the key must belong to the parent account",
            "40301": "the key has no permission for this yet",
        },
    ),
    **_rows(Verdict.DENIED, UTA, {"25620": "permission denied"}),
    **_rows(
        Verdict.DENIED,
        SEEN,
        {
            "40084": "the key belongs to a Classic account: set api to v2 (or auto) in the account secret",
            "40085": "the key belongs to a Unified account: set api to v3 (or auto) in the account secret",
            "40099": "a live key met demo trading or a demo key live trading: check environment in the account secret",
        },
    ),
    **_rows(
        Verdict.DENIED,
        UTA,
        {"25245": "the account is not a Unified account: set api to v2 (or auto) in the account secret"},
    ),
    **_rows(
        Verdict.DENIED,
        LEGACY,
        {
            "30001": "the key is missing",
            "30002": "the signature is missing",
            "30003": "the timestamp is missing",
            "30004": "the passphrase is missing",
            "30006": "the key is invalid",
            "30010": "the key could not be verified",
            "30011": "this IP address is not allowed",
            "30012": "the key is not authorised",
            "30013": "the signature is wrong",
            "30015": "the passphrase is wrong",
        },
    ),
}

_ACCOUNT: Rules = {
    **_rows(
        Verdict.DENIED,
        CLASSIC,
        {
            "40000": "Bitget does not serve this region",
            "40013": "the account's status is abnormal",
            "40016": "the account must be bound to a phone or an authenticator first",
            "40022": "the account's business is restricted",
            "40023": "the account may not use the API",
            "40024": "the account is frozen",
            "40025": "the account lacks this permission",
            "40026": "the account is disabled",
            "40031": "the account was closed",
            "40035": "the account must complete KYC",
            "40061": "sub-accounts may not do this",
            "40068": "sub-account access is disabled",
            "40100": "identity verification is required from this address",
            "40101": "the account must complete KYC",
            "40103": "Bitget does not serve this IP address's region",
            "40104": "the account is not a verified one",
            "40111": "this region requires KYC",
            "40199": "lead traders may not use the API",
            "40710": "the account is frozen",
            "40752": "this business is disabled for the account",
            "40753": "contract trading is disabled for the account",
            "40760": "the account's status is abnormal",
            "40916": "futures are restricted for the account",
            "45009": "the account is at risk and may not trade for now",
            "50013": "the account is suspended",
        },
    ),
    **_rows(
        Verdict.DENIED,
        UTA,
        {
            "25006": "the account's status is abnormal",
            "25007": "the account's status is irregular",
            "25008": "the account is in forced liquidation",
            "25012": "the account is at risk and may not trade for now",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        CLASSIC,
        {
            "22004": "the symbol cannot be traded by API",
            "45107": "the account may not open positions by API",
            "45108": "the account may not close positions by API",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        UTA,
        {
            "25013": "the symbol cannot be traded by API",
            "95005": "the loan's limit is exceeded: opening contracts is not allowed",
            "95006": "the loan's limit is exceeded: buying spot is not allowed",
        },
    ),
}

_SET_UP: Rules = {
    **_rows(
        Verdict.REJECTED,
        CLASSIC,
        {
            "22005": "the symbol has no cross margin",
            "22030": "demo trading does not have this",
            "40081": "demo spot accounts have only spot and spot trigger orders",
            "40105": "demo spot trading does not have this",
            "40110": "demo trading does not have this",
            "40716": "the pair has no cross margin",
            "40778": "the pair does not take this coin as margin",
            "40920": "the position mode cannot change while a position or order is open",
            "43049": "this margin coin is not allowed",
            "43075": "the order does not fit the account's position mode",
            "45021": "the order does not fit the account's one-way mode",
            "45025": "the pair does not take this coin as margin",
            "45109": "the order does not fit the account's hedge mode",
            "45117": "the margin mode cannot change while a position or order is open",
            "50001": "the coin has no cross margin",
            "50002": "the symbol has no isolated margin",
            "50003": "the coin has no isolated margin",
            "50004": "the symbol has no cross margin",
        },
    ),
    **_rows(Verdict.REJECTED, SEEN, {"40774": "the order does not fit the account's position mode (one-way or hedge)"}),
    **_rows(
        Verdict.REJECTED,
        UTA,
        {
            "25236": "the position side is wrong for the account's position mode",
            "25237": "closing orders exist only in hedge mode",
            "25238": "two fields exclude each other",
        },
    ),
}

_REQUEST: Rules = {
    **_rows(
        Verdict.REJECTED,
        CLASSIC,
        {
            "00171": "a parameter is wrong",
            "00172": "a parameter is wrong",
            "40007": "the content type is wrong",
            "40017": "a parameter is wrong",
            "400172": "a parameter is wrong",
            "40019": "a parameter is missing",
            "40020": "a parameter is wrong",
            "40034": "a parameter's value is unknown, often the symbol",
            "40053": "a value is out of range",
            "40057": "a parameter does not meet its specification",
            "40058": "a parameter has too many values",
            "40059": "a parameter is too large",
            "40064": "a parameter is wrong",
            "40072": "the symbol is not a contract",
            "40079": "the receive window must be below 60 s",
            "40102": "the symbol does not exist",
            "40304": "the client order id is longer than 50 characters",
            "40305": "the client order id is too long or has forbidden characters",
            "40306": "a batch has more than 20 orders",
            "40309": "the contract was delisted",
            "40402": "an order id has a wrong format",
            "40404": "the request address does not exist",
            "40409": "a format is wrong",
            "40724": "a parameter is empty",
            "40805": "the operation is not supported",
            "40808": "a parameter is wrong, often a number with too many decimals",
            "40811": "a parameter is missing",
            "40812": "a condition is not met",
            "40813": "a parameter is empty",
            "40845": "the contract was delisted",
            "40912": "a batch cancel has more than 50 orders",
            "40913": "one of two parameters is needed",
            "40924": "an order id or a client order id is needed",
            "41100": "the request is wrong",
            "41101": "a parameter is wrong",
            "41103": "a parameter is wrong",
            "41113": "the symbol is offline",
            "42016": "the symbol is not a spot pair",
            "43011": "a parameter does not meet its specification",
            "43111": "a parameter is wrong",
            "45056": "this type of order cannot be cancelled",
            "48001": "a parameter is wrong",
            "48002": "a parameter is missing",
            "50011": "a parameter is wrong",
            "50061": "a parameter is wrong",
        },
    ),
    **_rows(Verdict.REJECTED, "sheet 11, not in the tables: unconfirmed", {"41102": "a parameter is wrong"}),
    **_rows(
        Verdict.REJECTED,
        UTA,
        {
            "25002": "the operation is not supported",
            "25100": "the symbol does not exist",
            "25104": "the contract was delisted",
            "25200": "a parameter is wrong",
            "25240": "the symbol does not support this operation",
        },
    ),
    **_rows(
        Verdict.GONE,
        "error-code/restapi, uta/error-code/restapi: asked for a symbol that is not listed",
        {
            "25100": "the symbol does not exist",
            "40034": "the symbol does not exist",
            "40072": "the symbol is not a contract",
            "40102": "the symbol does not exist",
            "42016": "the symbol is not a spot pair",
        },
        Op.PUBLIC,
    ),
}

_SIZE_AND_PRICE: Rules = {
    **_rows(
        Verdict.REJECTED,
        CLASSIC,
        {
            "22006": "the limit price is above the risk price",
            "22007": "the limit price is below the risk price",
            "22008": "the market price is above the risk price",
            "22009": "the market price is below the risk price",
            "22034": "the order's value is below the minimum",
            "22038": "the quantity is not a multiple of the step",
            "22045": "the market has too little liquidity",
            "40706": "the price is wrong",
            "40715": "the quantity is above what may be opened",
            "40723": "too many open orders",
            "40761": "too many open orders",
            "40762": "the order is larger than the balance or the position limit allows",
            "40815": "the price is above the allowed band",
            "40816": "the price is below the allowed band",
            "40921": "the order is larger than the position level allows",
            "40928": "the order is larger than risk control allows",
            "40939": "reduce-only orders already cover the position: cancel one first",
            "43005": "too many open orders",
            "43006": "the quantity is below the minimum",
            "43007": "the quantity is above the maximum",
            "43008": "the price is below the allowed band",
            "43009": "the price is above the allowed band",
            "43010": "the order's value is below the minimum",
            "43027": "the order's value is below the minimum",
            "43028": "the price is not a multiple of the tick",
            "43039": "the price is above the allowed band",
            "43040": "the price is below the allowed band",
            "43041": "the order's value is above the maximum",
            "43128": "too many open orders on this pair",
            "45035": "the price is not a multiple of the tick",
            "45110": "the order's value in USDT is below the minimum",
            "45111": "the quantity is below the minimum",
            "45112": "the quantity is above the maximum",
            "45113": "the order's value is above the maximum",
            "45114": "the order is below the minimum",
            "45115": "the price is not a multiple of the tick",
            "45118": "too many open orders",
            "45119": "the symbol does not allow opening positions now",
            "45120": "the order is larger than what may be opened",
            "70220": "the market has too little liquidity",
        },
    ),
    **_rows(Verdict.REJECTED, SEEN, {"41117": "the price is outside the allowed band"}),
    **_rows(
        Verdict.REJECTED,
        UTA,
        {
            "25105": "the contract does not allow opening positions now",
            "25205": "the price is below the allowed band",
            "25206": "the price is above the allowed band",
            "25207": "the quantity is below the minimum",
            "25208": "the quantity is above the maximum",
            "25209": "the market has too little liquidity",
            "25210": "the price moves too fast for this order",
            "25211": "too many open orders",
            "25230": "the order is larger than what may be opened",
            "25232": "reduce-only orders already cover the position: cancel one first",
            "25233": "the order is larger than the position level allows",
            "25235": "the order is larger than risk control allows",
            "25244": "the price is not a multiple of the tick",
            "25574": "reduce-only protection refused the order",
            "25610": "the order's value has too many decimals",
            "25611": "the order's value is below the minimum",
        },
    ),
}

_FUNDS: Rules = {
    **_rows(
        Verdict.REJECTED,
        CLASSIC,
        {
            "40754": "the balance is not enough",
            "40756": "the locked balance is not enough",
            "40798": "the contract account's balance is not enough",
            "40800": "the margin is not enough",
            "43012": "the balance is not enough",
            "43132": "the balance is not enough",
            "45002": "the balance is not enough",
            "45004": "the locked balance is not enough",
            "45008": "the account holds no such asset",
            "49023": "the balance is not enough",
            "50020": "the balance is not enough",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        UTA,
        {
            "25202": "the balance is not enough",
            "25203": "the margin is not enough",
            "25219": "the initial margin would exceed the available assets",
        },
    ),
}

_UNCHANGED: Rules = {
    **_rows(Verdict.REJECTED, CLASSIC, {"40814": "the leverage is unchanged", "45054": "the leverage is unchanged"}),
    **_rows(
        Verdict.GONE, CLASSIC, {"40814": "the leverage is unchanged", "45054": "the leverage is unchanged"}, Op.SET
    ),
    **_rows(Verdict.REJECTED, UTA, {"25571": "price and quantity are unchanged"}),
}

_LEVERAGE: Rules = {
    **_rows(
        Verdict.REJECTED,
        CLASSIC,
        {
            "22020": "the leverage of the open position cannot change",
            "40730": "orders must be cancelled before the leverage can change",
            "40869": "lead traders cannot change the leverage",
            "40872": "positions and orders must be closed before this can change",
            "40880": "the leverage cannot change while a risk is being handled",
            "40893": "the margin is not enough for this leverage",
            "43050": "the leverage is out of range",
            "45044": "the leverage is out of range",
            "45045": "the leverage is above the maximum",
            "45089": "the leverage cannot change while copying trades",
            "45097": "orders must be cancelled before the leverage can change",
            "45099": "the margin mode cannot be isolated while other coins are margin",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        UTA,
        {"25223": "the leverage is above the maximum", "25228": "the margin is not enough for this leverage"},
    ),
}

_TRIGGERS: Rules = {
    **_rows(
        Verdict.REJECTED,
        CLASSIC,
        {
            "22042": "a trigger order in one-way mode cannot be reduce-only",
            "31004": "take-profit must be above the price",
            "31053": "the execution price is too far from the trigger price",
            "40829": "take-profit of a long position must be above its average price",
            "40830": "take-profit of a long position must be above the price",
            "40831": "take-profit of a short position must be below its average price",
            "40832": "take-profit of a short position must be below the price",
            "40833": "stop-loss of a long position must be below its average price",
            "40834": "stop-loss of a long position must be below the price",
            "40835": "stop-loss of a short position must be above its average price",
            "40836": "stop-loss of a short position must be above the price",
            "40889": "the contract has too many trigger orders",
            "40890": "the contract has too many take-profits and stop-losses",
            "40891": "the position is too small for a take-profit or stop-loss",
            "40915": "take-profit of a long position must be above the mark price",
            "43013": "take-profit must be above the price",
            "43014": "take-profit must be below the price",
            "43015": "stop-loss must be below the price",
            "43016": "stop-loss must be above the price",
            "43034": "the trigger price must not be above the market",
            "43035": "the trigger price must not be below the market",
            "43071": "the pair has too many trigger orders",
            "45052": "the trigger price is wrong",
        },
    ),
    **_rows(
        Verdict.REJECTED,
        UTA,
        {
            "25579": "take-profit of a long position must be above its average price",
            "25580": "stop-loss of a long position must be below its average price",
            "25581": "take-profit of a short position must be below its average price",
            "25582": "stop-loss of a short position must be above its average price",
            "25585": "take-profit of a long position must be above the price",
            "25586": "stop-loss of a long position must be below the price",
            "25587": "take-profit of a short position must be below the price",
            "25588": "stop-loss of a short position must be above the price",
            "25593": "no take-profit or stop-loss on this kind of trading",
            "25595": "take-profits and stop-losses add up to more than the position",
            "25599": "the symbol has too many take-profits and stop-losses",
            "25606": "the take-profit is not a multiple of the tick",
            "25607": "the stop-loss is not a multiple of the tick",
            "25608": "the take-profit's order price is not a multiple of the tick",
            "25609": "the stop-loss's order price is not a multiple of the tick",
            "25612": "only opening orders take a take-profit and a stop-loss along",
            "25650": "stop-loss of a long position must be below the price",
            "25651": "take-profit of a short position must be below the price",
            "25652": "take-profit of a long position must be above the price",
        },
    ),
    **_rows(Verdict.FLAT, CLASSIC, {"31008": "there is no position for a take-profit or stop-loss"}),
    **_rows(Verdict.FLAT, UTA, {"25601": "there is no position for a take-profit or stop-loss"}),
}

_DUPLICATES: Rules = {
    **_rows(
        Verdict.DUPLICATE,
        CLASSIC,
        {
            "43118": "the client order id is taken (spot)",
            "45034": "the client order id is taken (futures)",
            "50060": "the client order id is taken (margin)",
        },
    ),
    **_rows(Verdict.DUPLICATE, UTA, {"25212": "the client order id is taken by an open order"}),
    **_rows(Verdict.DUPLICATE, SEEN, {"40786": "the client order id is taken (older futures)"}),
}

_NOT_THERE = {
    "31007": "the order does not exist",
    "40109": "the order cannot be found",
    "43001": "the order does not exist",
    "45057": "the order does not exist",
    "80011": "the order does not exist",
}

_GONE: Rules = {
    **_rows(Verdict.GONE, CLASSIC, _NOT_THERE, Op.CANCEL, Op.READ),
    **_rows(Verdict.GONE, UTA, {"25204": "the order does not exist"}, Op.CANCEL, Op.READ),
    **_rows(Verdict.GONE, UTA, {"25597": "the stop does not exist or has ended"}, Op.CANCEL),
    **_rows(
        Verdict.GONE,
        SEEN,
        {"24056": "the order does not exist", "40768": "the order does not exist"},
        Op.CANCEL,
        Op.READ,
    ),
    **_rows(
        Verdict.GONE,
        CLASSIC,
        {
            "22001": "there is no order to cancel",
            "31054": "there is no order to cancel",
            "43004": "there is no order to cancel",
            "43020": "the take-profit or stop-loss order does not exist",
            "43021": "the take-profit or stop-loss order has ended",
            "43025": "the trigger order does not exist",
            "43026": "the trigger order has ended",
            "43033": "the trailing order does not exist",
            "45031": "the order has ended",
            "45055": "the order's state does not allow a cancel any more",
            "50062": "the order is cancelled or filled",
        },
        Op.CANCEL,
    ),
    **_rows(Verdict.GONE, SEEN, {"40819": "the trigger order does not exist"}, Op.CANCEL),
    **_rows(
        Verdict.GONE,
        "contract/trade/Batch-Cancel-Orders, errorMsg of a failureList entry without a code",
        {"notExistend": "the order does not exist"},
        Op.CANCEL,
    ),
}

_POSITION: Rules = {
    **_rows(
        Verdict.FLAT,
        CLASSIC,
        {
            "22002": "there is no position to close",
            "40837": "there is no position",
            "43043": "there is no position",
            "45014": "there is no position",
        },
    ),
    **_rows(Verdict.FLAT, UTA, {"25227": "there is no position to close"}),
    **_rows(
        Verdict.SMALLER,
        CLASSIC,
        {
            "40746": "the order is larger than what can be closed",
            "40755": "the open position is smaller than the order",
            "40757": "the position is smaller than the order",
            "40804": "the order is larger than the position",
            "43029": "the order is larger than what can be closed",
            "45003": "the position is smaller than the order",
            "45005": "the available position is smaller than the order",
            "45006": "the position is smaller than the order",
            "45007": "the locked position is smaller than the order",
            "45012": "the remaining position is smaller than the order",
        },
    ),
    **_rows(
        Verdict.SMALLER,
        UTA,
        {
            "25225": "the available position is smaller than the order",
            "25226": "the position is smaller than the order",
            "25231": "the order is larger than the position",
            "25242": "the order is larger than what can be reduced",
        },
    ),
}

RULES: Rules = {
    **_LIMITS,
    **_BUSY,
    **_CLOCK,
    **_KEYS,
    **_ACCOUNT,
    **_SET_UP,
    **_REQUEST,
    **_SIZE_AND_PRICE,
    **_FUNDS,
    **_UNCHANGED,
    **_LEVERAGE,
    **_TRIGGERS,
    **_DUPLICATES,
    **_GONE,
    **_POSITION,
}
