"""`orders`, `order` and `settle`: what became of alerts."""

from collections.abc import Iterator
from typing import Annotated

import typer

from order_relay.core.record import State
from tools.relayctl.bundle import bundle, learn_keys, write
from tools.relayctl.halting import Apply
from tools.relayctl.moments import moment, since_ms
from tools.relayctl.relay import Row
from tools.relayctl.scene import Scene, scene
from tools.relayctl.trouble import Trouble

Id = Annotated[str, typer.Argument(help="The order's id (ours), or the exchange's.")]


def orders(
    ctx: typer.Context,
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Only this symbol.")] = None,
    state: Annotated[State | None, typer.Option(help="Only this state.")] = None,
    since: Annotated[str | None, typer.Option(help="90s, 15m, 2h, 7d ago, or a time.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
) -> None:
    """List orders, oldest first."""
    here = scene(ctx)
    wanted = {name: value for name, value in (("account", account), ("symbol", symbol), ("state", state)) if value}
    begin_ms = since_ms(since) if since else 0
    with here.screen.busy("reading the journal"):
        known = here.relay.orders()
    rows = [row for row in known if row["accepted_at_ms"] >= begin_ms and all(row[k] == v for k, v in wanted.items())]
    here.screen.show(rows[-limit:], lambda: _table(here, rows[-limit:], len(rows)))


def order(
    ctx: typer.Context,
    order_id: Id,
    support_bundle: Annotated[str | None, typer.Option(help="Write all that an exchange's support asks for.")] = None,
    log_file: Annotated[str | None, typer.Option(help="With --local: the LOG_FILE of `make serve`.")] = None,
) -> None:
    """Show one order with its whole history."""
    here = scene(ctx)
    with here.screen.busy("reading the journal"):
        found = _found(here, order_id)
    if support_bundle is None:
        here.screen.show(found, lambda: _history(here, found))
        return
    with here.screen.busy("collecting the log"):
        learn_keys(here.relay, found["account"], here.screen.redactor)
        collected = bundle(here.relay, found, log_file)
    write(support_bundle, here.screen.redactor, collected)
    told = {"file": support_bundle, "missing": collected["missing"]}
    here.screen.show(told, lambda: _written(here, told))


def settle(
    ctx: typer.Context,
    order_id: Id,
    outcome: Annotated[str, typer.Argument(help="placed: it is live or was filled; absent: it never arrived.")],
    apply: Apply = False,
) -> None:
    """Say what became of a parked order, after a look at the exchange."""
    here = scene(ctx)
    command = {"command": "settle", "order_id": order_id, "outcome": outcome}
    answer = here.decide(command, f"Settle {order_id} as {outcome}? Have you looked at the exchange?", apply=apply)
    here.outcome(answer, f"Order {order_id} is {answer['state']} now.")


def _found(here: Scene, order_id: str) -> Row:
    known = [row for row in here.relay.orders() if order_id in (row["order_id"], row["exchange_order_id"])]
    if len(known) != 1:
        several = ", ".join(row["order_id"] for row in known)
        raise Trouble(f"{order_id} names several orders: {several}." if known else f"There is no order {order_id}.")
    return known[0]


def _table(here: Scene, rows: list[Row], matching: int) -> None:
    if not rows:
        here.screen.say("There are no such orders.")
        return
    here.screen.table(("accepted", "account", "what", "state", "order id", "exchange id", "reason"), list(_rows(rows)))
    if matching > len(rows):
        here.screen.tell(f"{matching - len(rows)} older ones are not shown; --limit shows more.")


def _rows(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        size = f"{row['quantity']} {row['quantity_unit'] or ''}".strip() if row["quantity"] else ""
        price = f"at {row['price']}" if row["price"] else ""
        words = (row["action"], row["type"] if row["side"] else "", size, row["symbol"], row["market"], price)
        what = " ".join(word for word in words if word)
        ids = (row["order_id"], row["exchange_order_id"] or "-")
        yield (moment(row["accepted_at_ms"]), row["account"], what, row["state"], *ids, row["reason"] or "")


def _history(here: Scene, order: Row) -> None:
    fields = {name: value for name, value in order.items() if name != "history"}
    times = {name: moment(order[name]) for name in ("firing_ms", "accepted_at_ms", "placed_at_ms") if order[name]}
    here.screen.fields(fields | times)
    here.screen.say("")
    lines = [(moment(line["at_ms"]), line["state"], line["note"]) for line in order["history"]]
    here.screen.table(("at", "state", "note"), lines)


def _written(here: Scene, told: Row) -> None:
    here.screen.say(f"Written to {told['file']}. Read it before you send it to anybody.")
    for gap in told["missing"]:
        here.screen.say(f"Missing: {gap}.", "yellow")
