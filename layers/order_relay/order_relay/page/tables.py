"""The console's tables, one function each."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation

from order_relay.core.clock import iso_ms
from order_relay.core.record import State
from order_relay.page import actions
from order_relay.page.actions import Controls
from order_relay.page.chart import sparkline
from order_relay.page.html import Html, Part, join, tag
from order_relay.page.units import signed, span
from order_relay.service.console import Circuit, Pulse, Row, View

ORDER_HEADS = ("State", "Age", "Account", "Symbol", "Side", "Size", "Price", "Reason", "Exchange id")
LETTER_HEADS = ("Age", "Lane", "Reason", "Verdict", "Order", "")
SWITCH_HEADS = ("Halted", "Why", "")
CIRCUIT_HEADS = ("Exchange", "Holds back", "For", "Why")
PULSE_HEADS = ("Exchange", "Offset", "Round trip", "Alert to placed", "Measured")


def orders(view: View, controls: Controls) -> Html:
    if not view.orders:
        return _nothing("No order matches." if view.states else "No alert has arrived yet.")
    return _table(ORDER_HEADS, (_order(view, row, controls) for row in view.orders), "orders")


def letters(view: View, controls: Controls) -> Html:
    if not view.letters:
        return _nothing("No dead letters.")
    return _table(LETTER_HEADS, (_letter(view, letter, controls) for letter in view.letters), "letters")


def halts(view: View, controls: Controls) -> Html:
    """What is halted, and buttons that halt what is not."""
    rows = (
        tag("tr", _cell(_named(switch)), _cell(why, "wide"), _buttons("td", controls.button(actions.resume(switch))))
        for switch, why in view.halts.items()
    )
    shown = _table(SWITCH_HEADS, rows, "halts") if view.halts else _nothing("Nothing is halted.")
    return join([shown, _switches(view, controls)])


def circuits(view: View) -> Html:
    if not view.circuits:
        return _nothing("No exchange holds the relay back.")
    return _table(CIRCUIT_HEADS, (_circuit(view, one) for one in view.circuits), "circuits")


def pulses(view: View) -> Html:
    if not view.pulses:
        return _nothing("No clock has been measured yet.")
    return _table(PULSE_HEADS, (_pulse(view, name, pulse) for name, pulse in view.pulses.items()), "pulses")


def _order(view: View, row: Row, controls: Controls) -> Html:
    state = str(row["state"])
    asks = [actions.settle(row["order_id"], outcome) for outcome in ("placed", "absent")]
    asked = [controls.button(one) for one in asks if state == State.PARKED]
    reason = row["reason"] or (row["history"][-1]["note"] if row["history"] else "")
    return tag(
        "tr",
        tag("td", tag("span", state, class_=f"state {_known(state)}")),
        _age(view, row["accepted_at_ms"]),
        _cell(row["account"]),
        tag("td", row["symbol"], tag("small", row["exchange"], " ", row["market"]), _ref(row)),
        _cell(" ".join(str(part) for part in (row["side"] or row["action"], row["type"]) if part)),
        _cell(_amount(row["quantity"], row["quantity_unit"]), "number"),
        _cell(_amount(row["average_price"] or row["price"]), "number"),
        tag("td", reason, _buttons("div", *asked), class_="wide"),
        tag("td", tag("code", row["exchange_order_id"] or "—"), title=f"client order id {row['order_id']}"),
    )


def _letter(view: View, letter: Row, controls: Controls) -> Html:
    asks = (actions.retry(letter["message_id"]), actions.drop(letter["message_id"]))
    return tag(
        "tr",
        _age(view, letter["at_ms"]),
        _cell(letter["queue"]),
        _cell(letter["reason"], "wide"),
        _cell(f"{letter['decision']}: {letter['why']}", "wide"),
        tag("td", tag("code", letter["order_id"] or "—"), title=f"message {letter['message_id']}"),
        _buttons("td", *(controls.button(one) for one in asks)),
    )


def _circuit(view: View, one: Circuit) -> Html:
    calls = {"all": "every call", "place": "placements", "pace": "placements beyond one a second"}.get(one.op, one.op)
    whose = "of every account" if one.scope == "*" else f"of {one.scope}"
    cells = (one.exchange, f"{calls} {whose}", span(one.until_ms - view.now_ms))
    return tag("tr", *(_cell(text) for text in cells), _cell(one.why, "wide"))


def _pulse(view: View, name: str, pulse: Pulse) -> Html:
    offsets = [one.offset_ms for one in pulse.measures]
    trips = [one.round_trip_ms for one in pulse.measures]
    return tag(
        "tr",
        _cell(name),
        _course(offsets, "clock offset", signed),
        _course(trips, "round trip", lambda ms: f"{ms:,} ms"),
        _course(pulse.latencies_ms, "alert to placed", lambda ms: f"{ms:,} ms"),
        _age(view, pulse.measures[-1].at_ms) if pulse.measures else _cell("—"),
    )


def _course(values: Sequence[int], about: str, shown: Callable[[int], str]) -> Html:
    newest = tag("span", shown(values[-1]) if values else "—")
    return tag("td", tag("span", newest, sparkline(values, about), class_="course"), class_="number")


def _switches(view: View, controls: Controls) -> Html | None:
    offered = {"*": actions.halt("global")}
    offered |= {f"account#{name}": actions.halt("account", name) for name in view.accounts}
    offered |= {f"route#{name}": actions.halt("route", name) for name in view.routes}
    free = ((switch, controls.button(ask)) for switch, ask in offered.items() if switch not in view.halts)
    shown = [tag("li", _named(switch), " ", button) for switch, button in free if button]
    return tag("ul", *shown, class_="switches") if shown else None


def _named(switch: str) -> str:
    return "everything" if switch == "*" else switch.replace("#", " ")


def _known(state: str) -> str:
    """A class name of ours, whatever the record says."""
    return state if state in set(State) else ""


def _ref(row: Row) -> Html | None:
    return tag("small", "ref ", row["ref"]) if row["ref"] else None


def _amount(number: object, unit: object = None) -> str:
    try:
        text = f"{Decimal(str(number)).normalize():f}" if number is not None else "—"
    except InvalidOperation:
        text = str(number)
    return f"{text} {unit}" if unit and number is not None else text


def _age(view: View, at_ms: int) -> Html:
    return tag("td", span(view.now_ms - at_ms), title=iso_ms(at_ms), class_="number")


def _cell(text: Part, kind: str | None = None) -> Html:
    return tag("td", text, class_=kind)


def _buttons(frame: str, *buttons: Html | None) -> Html:
    return tag(frame, *buttons, class_="buttons")


def _nothing(text: str) -> Html:
    return tag("p", text, class_="faint")


def _table(heads: Sequence[str], rows: Iterable[Html], name: str) -> Html:
    head = tag("thead", tag("tr", *(tag("th", one, scope="col") for one in heads)))
    return tag("div", tag("table", head, tag("tbody", *rows), class_=name), class_="scroll")
