"""Faults on the way to the exchange and in what it does: rows 15-18, 23, 32, 33, 39, 52, 53, 57 and ignored cancels."""

from dataclasses import replace
from decimal import Decimal

from order_relay.exchanges import EXCHANGES
from tests.simulation.rows.catalogue import row
from tests.simulation.scenario import cancel, cancel_all, close, limit_buy, limit_sell, market_buy
from tests.simulation.simulation import Simulation
from tests.simulation.strategies import addition, target

HEDGED = ("okx", "bitget", "bitget_uta", "bitunix")
LOST = ("accept_then_drop", "accept_then_hang")
GARBLED = ("accept_then_html", "html", "truncate")


def window_ms(sim: Simulation) -> int:
    return EXCHANGES[sim.place.exchange].window_ms


def _order(sim: Simulation) -> None:
    sim.sender.fire(sim.s(sim.rng.uniform(0, 40)), limit_buy(sim, valid_for="600"))


@row("15")
def answer_lost(sim: Simulation) -> None:
    """The exchange accepts and its answer is lost."""
    sim.venue.add_fault(row="15", op="place", kind=sim.rng.choice(LOST), times=sim.rng.randint(1, 3), seconds=10)
    _order(sim)


@row("16")
def request_arrives_late(sim: Simulation) -> None:
    """A placement hangs in the network and arrives around the end of its window."""
    stall_ms = sim.rng.randint(6_000, 8_300) if window_ms(sim) > 5_000 else sim.rng.randint(500, 2_000)
    edge_ms = window_ms(sim) - sim.rng.randint(50, 1_500)
    delay_ms = edge_ms if sim.rng.random() < 0.6 else round(window_ms(sim) * sim.rng.uniform(0.5, 1.25))
    for wait_s in (46, 140):
        after_ms = wait_s * 1000
        sim.plan.arm("16", "process", "stall", "orders wrote sending", after_ms=after_ms, delay_ms=stall_ms)
        sim.plan.arm("16", "network", "delay", "place", after_ms=after_ms, delay_ms=delay_ms)
        body = market_buy(sim, valid_for="600") if sim.rng.random() < 0.7 else limit_buy(sim, valid_for="600")
        sim.sender.fire(sim.s(wait_s + sim.rng.uniform(0, 5)), body)


@row("17")
def reads_lag(sim: Simulation) -> None:
    """The exchange's reads lag two seconds behind what it accepted."""
    sim.venue.read_lag_ms = 2_000
    sim.at(120, lambda: setattr(sim.venue, "read_lag_ms", 0))
    sim.venue.add_fault(op="place", kind="accept_then_drop", times=sim.rng.randint(0, 2))
    _order(sim)
    start_s = sim.rng.uniform(48, 60)
    sim.sender.fire(sim.s(start_s), {**limit_buy(sim, quantity="0.02", valid_for="600"), "price": "60900"})
    sim.sender.fire(sim.s(start_s + sim.rng.uniform(0.1, 1.2)), target(sim, valid_for="600"))
    if sim.place.market == "perp" and sim.rng.random() < 0.7:
        closed_s = start_s + sim.rng.uniform(15, 20)
        sim.sender.fire(sim.s(closed_s), close(sim, type="limit", price="50000"))
        sim.sender.fire(sim.s(closed_s + sim.rng.uniform(0.1, 1.2)), addition(sim, valid_for="600"))
    sim.watch("17", lambda: any(op == "query" for _, _, op in sim.network.calls))


@row("18")
def garbled_answers(sim: Simulation) -> None:
    """The exchange answers with a gateway's page or half a document."""
    op = sim.rng.choice(("place", "place", "any", "query", "cancel"))
    sim.venue.add_fault(row="18", op=op, kind=sim.rng.choice(GARBLED), times=sim.rng.randint(1, 3))
    _order(sim)


@row("23")
def exchange_clock_steps(sim: Simulation) -> None:
    """The exchange's clock jumps, so that a warm process stamps wrongly."""
    _order(sim)
    step_ms = sim.rng.choice((7_000, -7_000, 70_000))
    sim.at(46, lambda: setattr(sim.venue, "skew_ms", step_ms))
    sim.sender.fire(sim.s(47), limit_buy(sim, valid_for="300"))
    sim.watch("23", lambda: sim.recorder.counts.get("ClockResync"))


@row("32")
def cancel_while_sending(sim: Simulation) -> None:
    """A cancel comes while its order is on the way and not yet to be found."""
    start_s = sim.rng.uniform(46, 55)
    delay_ms = sim.rng.randint(500, window_ms(sim) + (2_000 if sim.rng.random() < 0.3 else -200))
    sim.plan.arm("32", "network", "delay", "place", after_ms=round(start_s * 1000), delay_ms=delay_ms)
    sim.venue.read_lag_ms = sim.rng.choice((0, 2_000))
    sim.at(120, lambda: setattr(sim.venue, "read_lag_ms", 0))
    sim.sender.fire(sim.s(start_s), limit_buy(sim, ref="chased", valid_for="600"))
    body = cancel(sim, "chased") if sim.rng.random() < 0.7 else cancel_all(sim)
    sim.sender.fire(sim.s(start_s + sim.rng.uniform(0.3, min(6, delay_ms / 1000))), body)


@row("33")
def cancel_all_races(sim: Simulation) -> None:
    """cancel_all races ten placements."""
    start_s = sim.rng.uniform(0, 20)
    for _ in range(10):
        sim.sender.fire(sim.s(start_s + sim.rng.uniform(0, 5)), limit_buy(sim, valid_for="300"))
    sim.sender.fire(sim.s(start_s + sim.rng.uniform(1, 4)), cancel_all(sim))
    sim.at(start_s + 6, lambda: sim.plan.hits.update(["33"]))


@row("39")
def partly_filled_then_cancelled(sim: Simulation) -> None:
    """An order fills in part and is then cancelled."""
    start_s = sim.rng.uniform(0, 30)
    sim.venue.set_liquidity(sim.place.market, sim.place.native, "0.004" if sim.place.account != "okx" else "0.4")
    sim.at(120, lambda: sim.venue.set_liquidity(sim.place.market, sim.place.native, None))
    crossing = {**limit_buy(sim, ref="partial", valid_for="300"), "price": "61000"}
    sim.sender.fire(sim.s(start_s), crossing)
    sim.sender.fire(sim.s(start_s + sim.rng.uniform(1, 8)), cancel(sim, "partial"))
    sim.watch("39", lambda: any(order.filled and order.remaining for order in sim.venue.state.orders.values()))


@row("49")
def cancel_names_a_waiting_order(sim: Simulation) -> None:
    """A cancel by ref comes while its order waits in the queue; the next order of that name lives."""
    start_s = sim.rng.uniform(0, 15)
    sim.lanes["orders"].closed_until_ms = sim.s(start_s + sim.rng.uniform(3, 20))
    sim.sender.fire(sim.s(start_s), limit_buy(sim, ref="daily", valid_for="600"))
    sim.sender.fire(sim.s(start_s + 1), cancel(sim, "daily"), resends_ms=(8_000,))
    sim.sender.fire(sim.s(start_s + sim.rng.uniform(2, 20)), limit_buy(sim, ref="daily", valid_for="600"))
    sim.at(start_s + 1, lambda: sim.plan.hits.update(["49"]))


@row("50")
def cancel_all_and_buy_together(sim: Simulation) -> None:
    """One alert cancels everything and buys; its own buy lives, as does a younger one."""
    start_s = sim.rng.uniform(0, 20)
    sim.sender.fire(sim.s(start_s), limit_buy(sim, valid_for="300"))
    both = [cancel_all(sim, id="both"), limit_buy(sim, id="both", valid_for="600")]
    sim.sender.fire(sim.s(start_s + 2), both, resends_ms=(9_000,))
    sim.sender.fire(sim.s(start_s + sim.rng.uniform(2.1, 6)), limit_buy(sim, valid_for="300"))
    sim.sender.fire(sim.s(start_s + 3), cancel_all(sim))
    sim.venue.add_fault(op="cancel", kind="ignore", times=sim.rng.randint(0, 2))
    sim.at(start_s + 2, lambda: sim.plan.hits.update(["50"]))


@row("52", markets=("perp",))
def position_shrinks(sim: Simulation) -> None:
    """The position shrinks between the first and the second try of a close."""
    start_s = sim.rng.uniform(0, 10)
    sim.sender.fire(sim.s(start_s), market_buy(sim, quantity="0.02", valid_for="60"))
    after_ms = round(start_s * 1000) + 4_000
    sim.plan.arm("52 lost", "network", "lose", "place", after_ms=after_ms, times=1)
    sim.at(start_s + 8, lambda: _reduce_by_hand(sim))
    sim.sender.fire(sim.s(start_s + 5), close(sim))


def _reduce_by_hand(sim: Simulation) -> None:
    """The trader sells half by hand."""
    key = (sim.place.account, "perp", sim.place.native, "net")
    held = sim.venue.state.position(key)
    if held.quantity > 0:
        sim.venue.state.save_position(replace(held, quantity=held.quantity / 2))
        sim.plan.hits["52"] += 1


@row("53", accounts=HEDGED, markets=("perp",))
def duplicate_on_the_second_step(sim: Simulation) -> None:
    """A close of both sides of a hedge account: the second step meets a duplicate id or a crash."""
    sim.venue.accounts[sim.place.account].change({"position_mode": "hedge"})
    size = Decimal(2) if sim.place.account == "okx" else Decimal("0.02")
    for direction, quantity in (("long", size), ("short", -size)):
        held = sim.venue.state.position((sim.place.account, "perp", sim.place.native, direction))
        sim.venue.state.save_position(replace(held, quantity=quantity, entry_price=Decimal(60_000)))
    code = {"okx": "51016", "bitget": "45034", "bitget_uta": "25212", "bitunix": "30042"}[sim.place.account]
    start_s = sim.rng.uniform(50, 55)
    sim.at(
        start_s + 0.01,
        lambda: sim.venue.add_fault(
            row="53",
            op="place",
            kind=sim.rng.choice(("code", "accept_then_code")),
            code=code,
            times=sim.rng.randint(1, 2),
        ),
    )
    firing = sim.sender.fire(sim.s(start_s), close(sim))

    def flat() -> str | None:
        own = (sim.place.account, sim.place.native)
        held = [one for one in sim.venue.state.positions.values() if one.quantity and (one.account, one.symbol) == own]
        rows = sim.store.data("order#")
        mine = [one for one in rows if (one["sha256"], one["account"]) == (firing.digest, sim.place.account)]
        closed_ms = min((one["placed_at_ms"] or 0 for one in mine), default=0)
        later = any((one["placed_at_ms"] or 0) > closed_ms for one in rows if one not in mine)
        whole = all(one["state"] == "placed" and "partly" not in (one["reason"] or "") for one in mine)
        done = mine and not later and whole
        return f"I1: the close is placed, but {len(held)} positions are left" if held and done else None

    sim.checks.append(flat)


@row("57", markets=("perp",))
def outage_during_a_close(sim: Simulation) -> None:
    """The exchange is down for eight minutes while a close waits."""
    start_s = sim.rng.uniform(0, 10)
    sim.sender.fire(sim.s(start_s), market_buy(sim, valid_for="60"))
    kind = sim.rng.choice(("refuse", "lose"))
    sim.plan.arm("57", "network", kind, times=100_000, after_ms=round(start_s * 1000) + 8_000, for_ms=480_000)
    sim.sender.fire(sim.s(start_s + 9), close(sim))


@row("F1")
def cancel_is_ignored(sim: Simulation) -> None:
    """The exchange answers a cancel with success and leaves the order open."""
    start_s, times = sim.rng.uniform(46, 50), sim.rng.choice((1, 2, 5, 60))
    sim.at(start_s, lambda: sim.venue.add_fault(row="F1", op="cancel", kind="ignore", times=times))
    sim.sender.fire(sim.s(start_s), limit_buy(sim, ref="sticky", valid_for="300"))
    sim.sender.fire(sim.s(start_s + 1), limit_sell(sim, ref="sticky", valid_for="300"))
    sim.sender.fire(sim.s(start_s + 5), cancel(sim, "sticky") if sim.rng.random() < 0.7 else cancel_all(sim))
