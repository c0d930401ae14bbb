"""The trader's own hand: orders that the relay never made, and cancels that name an order by the exchange's id."""

from dataclasses import replace
from decimal import Decimal

from order_relay.core.limits import Limits
from order_relay.core.order import Action, Leg, OrderType
from order_relay.core.outcome import Failed
from order_relay.core.ports import Missing, Unavailable
from order_relay.core.refusal import Refusal
from order_relay.core.symbol import Market
from order_relay.exchanges import EXCHANGES
from order_relay.service.desk import Desk
from order_relay.service.later import Ended, Later
from order_relay.service.planning import plan
from tests.simulation.books import entries, native, order_of
from tests.simulation.simulation import Simulation

BY_HAND = "by hand"


def trade_by_hand(sim: Simulation, seconds: float) -> None:
    """Let the trader place a limit order without the relay."""
    sim.at(seconds, lambda: sim.scheduler.spawn(lambda: _place(sim)))


def _place(sim: Simulation) -> None:
    process = sim.process("trader")
    process.begin()
    process.intent = BY_HAND
    place = sim.place
    leg = Leg(
        action=Action.BUY, symbol="BTCUSDT", market=Market(place.market), sent_symbol=place.symbol,
        type=OrderType.LIMIT, quantity=Decimal("0.01"), price=Decimal(48_000 - sim.next_number()),
    )  # fmt: skip
    try:
        desk = Desk(
            EXCHANGES[place.exchange], place.account, sim.secrets[f"accounts/{place.account}"], sim.world(process)
        )
        order = plan(desk, leg, f"byhand{sim.next_number():026}", Limits())
        desk.send(desk.placement(order, leg.symbol), desk.stamp_ms())
    except (Later, Ended, Failed, Refusal, Missing, Unavailable) as exc:
        process.note(f"gave up: {exc}")


def hold(sim: Simulation, size: str) -> None:
    """Let every account hold a position of so many coins from before."""
    for account in sim.accounts:
        venue, name = sim.venue_of(account), native(account, "perp", sim.place.symbol)
        hedge = venue.accounts[account].position_mode == "hedge"
        side = "net" if not hedge else "short" if size.startswith("-") else "long"
        quantity = Decimal(size) / venue.market("perp", name).instrument.contract_size
        held = venue.state.position((account, "perp", name, side))
        venue.state.save_position(replace(held, quantity=quantity, entry_price=Decimal(60_000)))


def cancel_by_id(sim: Simulation, seconds: float) -> None:
    """Fire a cancel that names some order that is open then."""
    sim.at(seconds, lambda: _name_one(sim))


def _name_one(sim: Simulation) -> None:
    where = (sim.place.native, sim.place.market, "open")
    orders = [order_of(sim.venue, order_id) for order_id in entries(sim.venue)]
    found = [one.order_id for one in orders if (one.symbol, one.product, one.state) == where]
    if found:
        body = {"action": "cancel", "symbol": sim.place.symbol, "order_id": sim.rng.choice(found)}
        sim.sender.fire(sim.scheduler.now_ms, body)
