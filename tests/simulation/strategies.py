"""What strategies send besides plain orders: targets, position chains, percents, stops, and the halt switch."""

from decimal import Decimal
from typing import Any

from tests.simulation.simulation import Simulation

Body = dict[str, Any]
SIZES = ("-0.03", "-0.02", "-0.01", "0", "0.01", "0.02", "0.03")
SPOT_HELD = Decimal(100)
"""What a spot account of the simulator holds of the coin at first."""


def named(sim: Simulation, action: str, **more: Any) -> Body:
    return {"action": action, "symbol": sim.place.symbol, "id": f"{action}-{sim.next_number()}", **more}


def target(sim: Simulation, **more: Any) -> Body:
    """Hold so much: signed on contracts; on spot a little more or less than was there at first."""
    size = sim.rng.choice(SIZES)
    return named(sim, "target", quantity=str(SPOT_HELD + Decimal(size) if sim.place.market == "spot" else size), **more)


def chained(sim: Simulation, before: str, after: str, **more: Any) -> Body:
    """A strategy's order that takes its position from one size to the other."""
    change = Decimal(after) - Decimal(before)
    action = "buy" if change > 0 else "sell"
    return {**named(sim, action, quantity=str(abs(change)), **more), **_told(before, "prev_"), **_told(after, "")}


def _told(size: str, prefix: str) -> Body:
    word = "flat" if Decimal(size) == 0 else "short" if size.startswith("-") else "long"
    return {f"{prefix}position": word, f"{prefix}position_size": size.removeprefix("-")}


def link(sim: Simulation, **more: Any) -> Body:
    """One alert of a chain of which nothing else is known: an entry, an exit or a flip."""
    before, after = sim.rng.sample(SIZES, 2)
    return chained(sim, before, after, **more)


def sized(sim: Simulation, **more: Any) -> Body:
    """A small opening whose size is a share of what the account has."""
    geared = {"leverage": "5"} | ({"margin_mode": "cross"} if sim.place.exchange == "coinex" else {})
    sizes: list[Body] = [
        {"quantity": "0.1", "unit": "percent_available"},
        {"quantity": "0.1", "unit": "percent_equity"},
        {"quantity": "700", "unit": "quote"},
    ]
    if sim.place.market == "perp":
        sizes.append({"quantity": "150", "unit": "collateral", **geared})
    return named(sim, "buy", **sim.rng.choice(sizes), **more)


def addition(sim: Simulation, **more: Any) -> Body:
    """More of what is held, at market; a spot market has no position that it could go with."""
    if sim.place.market == "spot":
        return sized(sim, **more)
    return named(sim, "add", quantity="0.01", **more)


def stop(sim: Simulation, **more: Any) -> Body:
    """An order that waits for a price far away; where an exchange has no such order, its refusal."""
    action, trigger = sim.rng.choice((("buy", "90000"), ("sell", "30000")))
    price = {"price": trigger} if sim.rng.random() < 0.5 else {}
    return named(sim, action, type="stop", trigger_price=trigger, quantity="0.01", **price, **more)


def protection(sim: Simulation) -> Body:
    """A stop under the whole position."""
    whole = {"quantity": "100", "unit": "percent_position"}
    return named(sim, "close", type="stop", trigger_price="30000", price="29900", **whole)


def protected(sim: Simulation, **more: Any) -> Body:
    """An entry that brings its take-profit and stop-loss; a simulated Bitget cannot list those of a spot entry."""
    if sim.place.market == "spot" and "bitget" in sim.accounts:
        return sized(sim, **more)
    return named(sim, "buy", quantity="0.01", take_profit="90000", stop_loss="30000", **more)


def control(sim: Simulation, action: str) -> Body:
    return {"action": action, "id": f"{action}-{sim.next_number()}"}
