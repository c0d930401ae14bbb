"""Ordinary trading: what alerts say when nothing is wrong."""

from typing import Any

from tests.simulation.hand import cancel_by_id, hold, trade_by_hand
from tests.simulation.sender import TOKEN
from tests.simulation.simulation import Simulation
from tests.simulation.strategies import addition, control, link, protected, protection, sized, stop, target

Body = dict[str, Any]

SWITCHES_RESENT = 0.2
"""How often a halt is delivered again: not yet, a resend still counts as a new word (`Run._control`)."""


def limit_buy(sim: Simulation, **more: Any) -> Body:
    """A buy that rests below the market; its price makes it unlike any other of the run."""
    price = str(50_000 - sim.next_number())
    return {"action": "buy", "symbol": sim.place.symbol, "type": "limit", "price": price, "quantity": "0.01", **more}


def limit_sell(sim: Simulation, **more: Any) -> Body:
    return {**limit_buy(sim), "action": "sell", "price": str(70_000 + sim.next_number()), **more}


def market_buy(sim: Simulation, **more: Any) -> Body:
    identity = f"market-{sim.next_number()}"
    return {"action": "buy", "symbol": sim.place.symbol, "quantity": "0.01", **more, "id": identity}


def close(sim: Simulation, **more: Any) -> Body:
    return {"action": "close", "symbol": sim.place.symbol, "id": f"close-{sim.next_number()}", **more}


def cancel(sim: Simulation, ref: str, **more: Any) -> Body:
    return {"action": "cancel", "symbol": sim.place.symbol, "ref": ref, "id": f"cancel-{sim.next_number()}", **more}


def cancel_all(sim: Simulation, **more: Any) -> Body:
    return {"action": "cancel_all", "symbol": sim.place.symbol, "id": f"cancel-{sim.next_number()}", **more}


def trade(sim: Simulation) -> None:
    """Fire two to five ordinary alerts within 45 s; now and then the accounts hold a position already."""
    if sim.place.market == "perp" and not {"17", "32", "53"} & set(sim.rows) and sim.rng.random() < 0.4:
        hold(sim, sim.rng.choice(("0.05", "-0.05")))
    for _ in range(sim.rng.randint(2, 5)):
        body = _some(sim)
        if isinstance(body, dict) and sim.rng.random() < 0.1:
            body["token"] = TOKEN
        resends = (sim.rng.randint(500, 9_000), sim.rng.randint(9_000, 26_000)) if sim.rng.random() < 0.15 else ()
        sim.sender.fire(sim.s(sim.rng.uniform(0, 45)), body, resends_ms=resends)
    if sim.rng.random() < 0.06:
        _switch(sim)
    if sim.rng.random() < 0.15:
        cancel_by_id(sim, sim.rng.uniform(10, 60))
    if sim.rng.random() < 0.15:
        trade_by_hand(sim, sim.rng.uniform(0, 40))


def lasting(sim: Simulation) -> Body:
    """How long an opening is valid: short, usual or long."""
    return {"valid_for": str(sim.rng.choice((5, 15, 60, 90, 300, 600)))}


def _switch(sim: Simulation) -> None:
    """Halt the route by an alert and, mostly, resume it by another."""
    start_s = sim.rng.uniform(0, 30)
    resends = (sim.rng.randint(3_000, 20_000),) if sim.rng.random() < SWITCHES_RESENT else ()
    sim.sender.fire(sim.s(start_s), control(sim, "halt"), resends_ms=resends)
    if sim.rng.random() < 0.7:
        sim.sender.fire(sim.s(start_s + sim.rng.uniform(0.2, 25)), control(sim, "resume"))


def _some(sim: Simulation) -> Body | list[Body]:
    """One alert of any kind, a fifth of the plain ones on another symbol."""
    choice, ref = sim.rng.random(), sim.rng.choice(("entry", "exit"))
    if choice < 0.4:
        body = _order(sim, ref)
        return _elsewhere(body) if sim.rng.random() < 0.2 else body
    if choice < 0.6:
        return _planned(sim, ref)
    if choice < 0.7:
        return _exit(sim) if sim.place.market == "perp" else limit_sell(sim, ref=ref)
    if choice < 0.81:
        return cancel(sim, ref)
    if choice < 0.91:
        return cancel_all(sim)
    shared = {"id": f"both-{sim.next_number()}"}
    return [{**cancel_all(sim), **shared}, limit_buy(sim, ref=ref, **shared)]


def _planned(sim: Simulation, ref: str) -> Body:
    """What a strategy sends: where it wants to be, how it got there, or a share of what it has."""
    make = sim.rng.choice((target, target, link, sized, addition, stop, protected))
    return make(sim, ref=ref, **lasting(sim))


def _order(sim: Simulation, ref: str) -> Body:
    identity: Body = sim.rng.choice(({}, {"id": f"explicit-{sim.next_number()}"}))
    make = sim.rng.choice((limit_buy, limit_buy, limit_sell, market_buy, _picky, _twin))
    return make(sim, ref=ref, **lasting(sim), **identity)


def _twin(sim: Simulation, **more: Any) -> Body:
    """An order just like others of the run: where there are no client ids, only the journal tells them apart."""
    return {**limit_buy(sim, **more), "price": "49500", "id": f"twin-{sim.next_number()}"}


def _picky(sim: Simulation, **more: Any) -> Body:
    """A limit order that fills at once or not at all, or that must not."""
    price = sim.rng.choice(("50000", "61000"))
    force = sim.rng.choice(("ioc", "fok", "post_only"))
    return {**limit_buy(sim, **more), "price": price, "time_in_force": force, "id": f"picky-{sim.next_number()}"}


def _exit(sim: Simulation) -> Body:
    kind = sim.rng.random()
    if kind < 0.1:
        return protection(sim)
    if kind < 0.6:
        return close(sim)
    if kind < 0.8:
        return close(sim, quantity="50", unit="percent_position")
    return {**market_buy(sim), "action": "sell", "reduce_only": True}


def _elsewhere(body: Body) -> Body:
    """The same order for ETH, which has a FIFO group of its own."""
    scaled = {"price": f"{int(body['price']) / 20:.2f}"} if "price" in body else {}
    return {**body, **scaled, "symbol": body["symbol"].replace("BTC", "ETH"), "quantity": "0.1"}
