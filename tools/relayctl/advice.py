"""What to do about an exchange's refusal, by its code and where no code says enough, by its verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from order_relay.core.outcome import Outcome, Rules, Verdict


class Check(StrEnum):
    """What doctor looks at, in this order."""

    SECRET = "secret"
    CLOCK = "clock"
    KEY = "key"
    PERMISSIONS = "permissions"
    ADDRESS = "address"
    MODE = "mode"
    INSTRUMENTS = "instruments"
    LATENCY = "latency"


@dataclass(frozen=True, slots=True)
class Advice:
    """Which check a refusal belongs to, what to do, and who says so."""

    check: Check
    text: str
    source: str = ""


_AGAIN = "Copy the {what} from the exchange anew with `relayctl init`; if it is lost, make a new key."
_SECRET = _AGAIN.format(what="secret")
_PASSPHRASE = "Put the passphrase chosen when the key was made into the secret; it is not the login password."
_KEY = _AGAIN.format(what="key")
_IP = (
    "Add this machine's address to the key's list, or take the list off. The functions on AWS call from addresses "
    "that change: docs/security.md, address binding."
)
_TRADE = "Give the key permission to read and trade, never to withdraw."
_CLOCK = "The relay corrects its stamps by the exchange's clock; if this stays, correct this machine's clock."
_DEMO = (
    "Make environment in the secret say what the key is: live for a key of the real account, demo for one made in "
    "demo trading."
)
_CLASSIC = "The key belongs to a Classic account: set api to v2 (or auto) in the secret."
_UNIFIED = "The key belongs to a Unified account: set api to v3 (or auto) in the secret."
_REGION = "The key was deleted, or made on another regional site: set region in the secret (global, eea, us or tr)."
_YOUNG = (
    "A new CoinEx key takes up to 10 minutes to work: if it is younger, wait and run doctor again. "
    "Otherwise it was deleted or copied wrongly, or ended after 90 days without a bound address."
)


def _rows(exchange: str, source: str, check: Check, text: str, *codes: str) -> dict[tuple[str, str], Advice]:
    return {(exchange, code): Advice(check, text, source) for code in codes}


_OKX = "okx.com/docs-v5, error codes, REST API public"
_BITGET = "bitget.com/api-doc, REST API error codes"
_SEEN = "answered by the live exchange, see docs/exchanges.md"
_COINEX = "docs.coinex.com/api/v2/error"
_COINEX_FAQ = "docs.coinex.com/api/v2/error; CoinEx FAQ on new and unbound keys"
_BITUNIX = "openapidoc.bitunix.com, futures error codes; spot as seen live"
_JEX = "JEX API documentation, errors_CN.md"

ADVICE: Mapping[tuple[str, str], Advice] = {
    **_rows("coinex", _COINEX_FAQ, Check.KEY, _YOUNG, "4005", "24"),
    **_rows("coinex", _COINEX, Check.KEY, _SECRET, "4006", "4008", "25"),
    **_rows("coinex", _COINEX, Check.ADDRESS, _IP, "4007", "23"),
    **_rows("coinex", _COINEX_FAQ, Check.KEY, "The key has expired: bind the next one to an address.", "34"),
    **_rows("coinex", _COINEX, Check.PERMISSIONS, _TRADE, "4011", "4512", "158", "4016"),
    **_rows("coinex", _COINEX, Check.CLOCK, _CLOCK, "227", "4010", "4017"),
    **_rows("okx", _OKX, Check.MODE, _DEMO, "50101", "50038", "50053"),
    **_rows("okx", _OKX, Check.KEY, _PASSPHRASE, "50105", "50104"),
    **_rows("okx", _OKX, Check.ADDRESS, _IP, "50110", "50035"),
    **_rows("okx", _OKX, Check.ADDRESS, "Run the relay where OKX serves you; no setting changes this.", "50121"),
    **_rows("okx", _OKX, Check.KEY, _KEY, "50111", "50103", "50114"),
    **_rows("okx", _OKX, Check.KEY, _SECRET, "50113", "50106"),
    **_rows("okx", _OKX, Check.KEY, _REGION, "50119", "50067"),
    **_rows("okx", _OKX, Check.KEY, "The key is frozen: ask OKX support, or make a new one.", "50100"),
    **_rows("okx", _OKX, Check.PERMISSIONS, _TRADE, "50120", "50030"),
    **_rows("okx", _OKX, Check.CLOCK, _CLOCK, "50102", "50112"),
    **_rows("bitget", _SEEN, Check.MODE, _CLASSIC, "40084"),
    **_rows("bitget", _BITGET, Check.MODE, _CLASSIC, "25245"),
    **_rows("bitget", _SEEN, Check.MODE, _UNIFIED, "40085"),
    **_rows("bitget", _SEEN, Check.MODE, _DEMO, "40099"),
    **_rows("bitget", _BITGET, Check.KEY, f"{_PASSPHRASE} If it is right, the key is not.", "40012"),
    **_rows("bitget", _BITGET, Check.KEY, _PASSPHRASE, "40036", "40011"),
    **_rows("bitget", _BITGET, Check.KEY, _KEY, "40001", "40006", "40037", "40041"),
    **_rows("bitget", _BITGET, Check.KEY, _SECRET, "40002", "40003", "40009"),
    **_rows("bitget", _BITGET, Check.ADDRESS, _IP, "40018", "40038"),
    **_rows("bitget", _BITGET, Check.ADDRESS, "Bind the key to an address: this call needs it.", "22010"),
    **_rows("bitget", _BITGET, Check.ADDRESS, "Run the relay where Bitget serves you.", "40000", "40103"),
    **_rows("bitget", _BITGET, Check.PERMISSIONS, _TRADE, "40014", "40040", "40301", "25620"),
    **_rows("bitget", _BITGET, Check.CLOCK, _CLOCK, "40004", "40005", "40008", "40078"),
    **_rows("bitunix", _BITUNIX, Check.KEY, _KEY, "10003", "100004", "10016"),
    **_rows("bitunix", _BITUNIX, Check.KEY, _SECRET, "10007", "100005"),
    **_rows("bitunix", _BITUNIX, Check.ADDRESS, _IP, "10004"),
    **_rows("bitunix", _BITUNIX, Check.PERMISSIONS, _TRADE, "403", "110033"),
    **_rows("bitunix", _BITUNIX, Check.CLOCK, _CLOCK, "100008"),
    **_rows("jex", _JEX, Check.KEY, f"{_KEY} {_IP} {_TRADE}", "-2015"),
    **_rows("jex", _JEX, Check.KEY, _KEY, "-2014", "-1002"),
    **_rows("jex", _JEX, Check.KEY, _SECRET, "-1022"),
    **_rows("jex", _JEX, Check.ADDRESS, _IP, "-5"),
    **_rows("jex", _JEX, Check.CLOCK, _CLOCK, "-1021"),
}

BY_VERDICT: Mapping[Verdict, Advice] = {
    Verdict.DENIED: Advice(Check.KEY, "Look at the key and at the account's notices on the exchange's website."),
    Verdict.SKEWED: Advice(Check.CLOCK, _CLOCK),
    Verdict.THROTTLED: Advice(Check.KEY, "Too many calls: wait a minute, and see what else uses this key or address."),
    Verdict.BUSY: Advice(Check.KEY, "A passing fault of the exchange: run doctor again in a minute."),
    Verdict.NOT_SENT: Advice(Check.KEY, "Check this machine's network and the EXCHANGE_URL_* settings."),
    Verdict.AMBIGUOUS: Advice(
        Check.KEY, "The answer is none that is documented: run doctor again, then look at the exchange's status page."
    ),
}
_OTHERWISE = Advice(Check.KEY, "Look the code up in the exchange's documentation.")


def advise(exchange: str, rules: Rules, outcome: Outcome) -> Advice:
    """Advice for a refusal, from the table, else from what the verdict means."""
    code = (outcome.code or "").removeprefix("spot:")
    known = ADVICE.get((exchange, code))
    if known:
        return known
    general = BY_VERDICT.get(outcome.verdict, _OTHERWISE)
    rule = rules.get(outcome.code or "")
    return Advice(general.check, general.text, rule.source if rule else "")
