"""How an account stands, as far as its exchange tells: permissions, bound addresses, modes."""

from collections.abc import Iterator, Mapping
from typing import Any

from order_relay.core.call import Credentials, get
from order_relay.core.exchange import Profile
from order_relay.core.outcome import Failed
from order_relay.core.symbol import Market
from order_relay.service.desk import Desk
from order_relay.service.later import Later
from tools.relayctl.advice import Check
from tools.relayctl.findings import Finding, fine, note, problem

_LEVELS = {"1": "spot", "2": "futures", "3": "multi-currency margin", "4": "portfolio margin"}
_GENERATIONS = {"v2": "a Classic account (API v2)", "v3": "a Unified account (API v3)"}
_HEDGES = frozenset({"okx", "bitget", "bitunix"})
_FROM_HERE = "This machine's address is allowed; the functions on AWS call from other ones."


def standing(desk: Desk, keys: Credentials, profiles: Mapping[Market, Profile]) -> Iterator[Finding]:
    """Findings about a key that works."""
    name = desk.exchange.name
    if name == "okx":
        yield from _okx(desk)
    else:
        advice = "See on its website that the key may trade and may not withdraw."
        yield note(Check.PERMISSIONS, f"{name} does not tell what a key may do.", advice)
        yield fine(Check.ADDRESS, _FROM_HERE)
    yield from _modes(name, keys, profiles)


def _modes(name: str, keys: Credentials, profiles: Mapping[Market, Profile]) -> Iterator[Finding]:
    known = list(profiles.values())
    generation = next((_GENERATIONS[profile.api] for profile in known if profile.api in _GENERATIONS), None)
    if generation:
        set_by = "found by asking" if keys.api == "auto" else f"api is {keys.api} in the secret"
        yield fine(Check.MODE, f"The key belongs to {generation}; {set_by}.")
    perp = profiles.get(Market.PERP)
    if perp is None:
        return
    if name not in _HEDGES:
        yield fine(Check.MODE, f"{name} has one position per perpetual; there is no mode to choose.")
        return
    mode = "hedge mode, long and short side by side" if perp.hedge else "one-way mode"
    margin = f", {perp.trade_mode} margin" if perp.trade_mode in ("crossed", "isolated") else ""
    yield fine(Check.MODE, f"Perpetuals are in {mode}{margin}; the relay follows it.")


def _okx(desk: Desk) -> Iterator[Finding]:
    """OKX tells permissions, bound addresses and account level (docs-v5, get account configuration)."""
    try:
        row: Mapping[str, Any] = desk.ask(get("/api/v5/account/config")).data[0]
    except (Failed, Later, LookupError, TypeError):
        yield note(Check.PERMISSIONS, "OKX did not tell what the key may do.", "Run doctor again.")
        return
    yield _permissions({one.strip() for one in str(row.get("perm", "")).split(",")} - {""})
    bound = [one for one in str(row.get("ip", "")).split(",") if one.strip()]
    if bound:
        yield fine(Check.ADDRESS, f"The key is bound to {len(bound)} address(es). {_FROM_HERE}")
    else:
        advice = "OKX ends an unbound key that may trade after 14 days without use: docs/security.md."
        yield note(Check.ADDRESS, "The key is bound to no address.", advice)
    level = str(row.get("acctLv"))
    says = f"The account level is {level} ({_LEVELS.get(level, 'unknown')})."
    if level == "1":
        yield note(Check.MODE, says, "Perpetuals cannot be traded in spot mode: choose futures mode on OKX's website.")
    else:
        yield fine(Check.MODE, says)


def _permissions(granted: set[str]) -> Finding:
    told = ", ".join(sorted(granted)) or "nothing"
    if "withdraw" in granted:
        return problem(Check.PERMISSIONS, f"The key may withdraw ({told}).", "Make a key that may read and trade only.")
    if "trade" not in granted:
        return problem(Check.PERMISSIONS, f"The key may not trade (it has {told}).", "Give it the permission to trade.")
    return fine(Check.PERMISSIONS, f"The key may trade and not withdraw ({told}).")
