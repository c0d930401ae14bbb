"""What the exchanges answer: limits, busy codes, keys, oddities: rows 19-22, 26, 27, 40, 44, 56, F2-F9."""

from itertools import pairwise

from tests.simulation.hand import BY_HAND
from tests.simulation.rows.catalogue import row
from tests.simulation.scenario import cancel, cancel_all, limit_buy, market_buy
from tests.simulation.simulation import Simulation

THROTTLED = {
    "coinex": ("213", 429), "okx": ("50011", 429), "bitget": ("429", 429), "bitget_uta": ("429", 429),
    "bitunix": ("10006", 200), "jex": ("-1003", 429),
}  # fmt: skip
BUSY = {"coinex": ("3008", "4001", "4002"), "okx": ("50004", "50026"), "bitget": ("40725", "45001"),
        "bitget_uta": ("40010",), "jex": ("-1007",)}  # fmt: skip
DUPLICATE = {"okx": "51016", "bitget": "43118", "bitget_uta": "25212", "bitunix": "30042"}
ROTATED = {"key": "FAKE-ROTATED-KEY", "secret": "FAKE-ROTATED-SECRET-DO-NOT-USE"}


def _order(sim: Simulation, valid_for: int = 600, **more: str) -> None:
    sim.sender.fire(sim.s(sim.rng.uniform(0, 40)), limit_buy(sim, valid_for=str(valid_for), **more))


def _limit(sim: Simulation, name: str, times: int, **more: object) -> None:
    code, status = THROTTLED[sim.place.account]
    said = {"code": code, "message": "Too many requests", "status": status}
    sim.venue.add_fault(row=name, op="place", kind="code", times=times, **said, **more)


def _patient(sim: Simulation) -> str | None:
    """Nobody places for a minute after an answer that says so, but for what was on its way already."""
    if not set(sim.rows) <= {"1", "2", "15", "19", "31", "45", "56"} or _by_hand(sim):
        return None
    times = [(one["at_ms"], one["fault"]) for one in sim.venue.ledger.requests if one["op"] == "place"]
    told = [at_ms for at_ms, fault in times if fault == "code"]
    early = [at_ms - since for since in told for at_ms, _ in times if 1_000 < at_ms - since < 59_000]
    return f"I7: an order was sent {early[0]} ms after the exchange asked for 60 s of peace" if early else None


def _by_hand(sim: Simulation) -> bool:
    return any(sent.intent == BY_HAND for sent in sim.network.sent)


@row("19")
def limited_for_a_minute(sim: Simulation) -> None:
    """A rate limit says Retry-After 60 to an order that is valid for 90 s."""
    _limit(sim, "19", sim.rng.randint(1, 3), headers={"Retry-After": "60"})
    sim.checks.append(lambda: _patient(sim))
    _order(sim, 90)


@row("20")
def limited_without_a_word(sim: Simulation) -> None:
    """A rate limit says no time, or bans the address."""
    if sim.place.account == "jex" and sim.rng.random() < 0.5:
        sim.venue.add_fault(row="20", op="place", kind="code", code="-1003", status=418, times=1)
    else:
        _limit(sim, "20", sim.rng.randint(2, 8))
    _order(sim)


@row("21", accounts=("coinex",))
def cancels_are_busy(sim: Simulation) -> None:
    """CoinEx answers cancels with 3008 and 4001 for half a minute."""
    start_s = sim.rng.uniform(0, 20)
    _order(sim)
    sim.sender.fire(sim.s(start_s), limit_buy(sim, ref="busy"))
    sim.at(start_s + 2, lambda: sim.venue.add_fault(
        row="21", op="cancel", kind=sim.rng.choice(("code", "accept_then_code")), code=sim.rng.choice(("3008", "4001")),
        for_ms=30_000))  # fmt: skip
    sim.sender.fire(sim.s(start_s + 3), cancel(sim, "busy") if sim.rng.random() < 0.6 else cancel_all(sim))


@row("22", accounts=tuple(BUSY))
def placements_are_busy(sim: Simulation) -> None:
    """An exchange says busy to a placement and takes it, or not (CoinEx 3008, 4001)."""
    for _ in range(2):
        kind, code = sim.rng.choice(("code", "accept_then_code")), sim.rng.choice(BUSY[sim.place.account])
        sim.venue.add_fault(row="22", op="place", kind=kind, code=code)
        _order(sim)


@row("26")
def key_rotated(sim: Simulation) -> None:
    """The API key is replaced at the exchange, then in Secrets Manager."""
    _order(sim)
    start_s = sim.rng.uniform(10, 30)
    sim.at(start_s, lambda: sim.venue.accounts[sim.place.account].change(ROTATED))
    name = f"accounts/{sim.place.account}"
    sim.at(start_s + sim.rng.uniform(0, 25), lambda: sim.secrets.update({name: {**sim.secrets[name], **ROTATED}}))
    sim.sender.fire(sim.s(start_s + 1), limit_buy(sim, valid_for="300"))
    sim.watch("26", lambda: sim.recorder.counts.get("AuthHeal"))


@row("27")
def key_revoked(sim: Simulation) -> None:
    """The API key is revoked for good."""
    start_s = sim.rng.uniform(0, 20)
    sim.at(start_s, lambda: sim.venue.accounts[sim.place.account].change({"active": False}))
    sim.sender.fire(sim.s(start_s + 2), limit_buy(sim, valid_for="90"))
    sim.watch("27", lambda: any("keys refused" in (one["reason"] or "") for one in sim.store.data("order#")))
    if sim.rows == ["27"]:
        sim.checks.append(lambda: _insistent(sim, sim.s(start_s + 5)))


def _insistent(sim: Simulation, since_ms: int) -> str | None:
    """Keys that were refused are shown again at most every 30 s, unless a worker died before it could say so."""
    if sim.plan.hits["noise"]:
        return None
    mine = (sent for sent in sim.network.sent if sent.intent != BY_HAND)
    times = [sent.at_ms for sent in mine if sent.at_ms > since_ms]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return f"I7: revoked keys were tried again after {min(gaps)} ms" if gaps and min(gaps) < 25_000 else None


@row("40", accounts=tuple(DUPLICATE))
def duplicate_client_id(sim: Simulation) -> None:
    """The exchange says that the client order id is taken."""
    code = DUPLICATE[sim.place.account]
    if sim.place.account == "bitget" and sim.place.market == "perp":
        code = "45034"
    kind = sim.rng.choice(("code", "accept_then_code"))
    sim.venue.add_fault(row="40", op="place", kind=kind, code=code, times=sim.rng.randint(1, 2))
    _order(sim)


@row("44")
def secret_echoed(sim: Simulation) -> None:
    """The exchange repeats the key in an error."""
    sim.venue.add_fault(row="44", op=sim.rng.choice(("place", "query", "cancel", "any")), kind="echo_secret", times=2)
    _order(sim)


@row("56")
def placements_limited_while_cancels_flow(sim: Simulation) -> None:
    """Placements are rate-limited while cancels go on."""
    start_s = sim.rng.uniform(0, 10)
    sim.sender.fire(sim.s(start_s), limit_buy(sim, ref="first", valid_for="60"))
    sim.at(start_s + 4, lambda: _limit(sim, "56", 6, headers={"Retry-After": "60"}))
    sim.checks.append(lambda: _patient(sim))
    for wait_s in (5, 6):
        sim.sender.fire(sim.s(start_s + wait_s), limit_buy(sim, ref="second", valid_for="300"))
    sim.sender.fire(sim.s(start_s + 9), cancel(sim, "first"))


@row("F2", accounts=("coinex",))
def key_too_young(sim: Simulation) -> None:
    """CoinEx does not know a key that is younger than ten minutes."""
    age_ms = sim.rng.randint(400_000, 590_000)
    sim.venue.accounts["coinex"].change({"key_created_ms": sim.scheduler.now_ms - age_ms})
    _order(sim)
    sim.watch("F2", lambda: sim.recorder.counts.get("KeysRefused"))


@row("F3", accounts=("coinex",))
def long_period_limit(sim: Simulation) -> None:
    """CoinEx's long-period limit: one placement a second, cancels exempt."""
    sim.venue.add_fault(row="F3", op="place", kind="code", code="4213", times=2,
                        headers={"X-RateLimit-LongPeriod-1H-Remaining": "0"})  # fmt: skip
    start_s = sim.rng.uniform(0, 30)
    for _ in range(4):
        sim.sender.fire(sim.s(start_s + sim.rng.uniform(0, 1)), limit_buy(sim, valid_for="300"))


@row("F4", accounts=("jex",), markets=("perp",))
def entrusting(sim: Simulation) -> None:
    """A JEX contract order is only entrusted, and may fail on margin later."""
    wait_ms, fails = sim.rng.choice((1_000, 8_000, 60_000)), sim.rng.random() < 0.4
    sim.venue.add_fault(row="F4", op="place", kind="entrusting_ms", ms=wait_ms, fail=fails, times=2)
    sim.sender.fire(sim.s(sim.rng.uniform(0, 30)), market_buy(sim, valid_for="300"))


@row("F5", accounts=("jex",))
def wrong_parameter_order(sim: Simulation) -> None:
    """JEX answers -1022."""
    sim.venue.add_fault(row="F5", op=sim.rng.choice(("place", "query")), kind="code", code="-1022")
    _order(sim)


@row("F6", accounts=("bitunix",))
def success_without_an_id(sim: Simulation) -> None:
    """Bitunix answers code 0 without an order id."""
    body = {"code": 0, "data": {}, "msg": "Success"}
    sim.venue.add_fault(row="F6", op="place", kind="status", status=200, body=body)
    _order(sim)


@row("F7", accounts=("okx",))
def refused_inside_a_success(sim: Simulation) -> None:
    """OKX answers HTTP 200 with sCode 51008."""
    sim.venue.add_fault(row="F7", op="place", kind="code", code="51008")
    _order(sim)


@row("F8", accounts=("okx", "bitget", "bitget_uta"))
def wrong_environment(sim: Simulation) -> None:
    """A demo key meets the live environment."""
    code = "50101" if sim.place.account == "okx" else "40099"
    sim.venue.add_fault(row="F8", op=sim.rng.choice(("place", "account", "any")), kind="code", code=code)
    _order(sim)


@row("F9", accounts=("okx", "bitget"))
def passphrase_missing(sim: Simulation) -> None:
    """The account secret says `nan` where the passphrase belongs."""
    name = f"accounts/{sim.place.account}"
    whole = sim.secrets[name]
    sim.at(sim.rng.uniform(0, 30), lambda: sim.secrets.update({name: {**whole, "passphrase": "nan"}}))
    if sim.rng.random() < 0.5:
        sim.at(45, lambda: sim.secrets.update({name: whole}))
    _order(sim)
    sim.watch("F9", lambda: any("passphrase" in (one["reason"] or "") for one in sim.store.data("order#")))
