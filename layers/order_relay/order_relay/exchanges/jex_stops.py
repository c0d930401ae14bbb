"""JEX's stop and take-profit orders: contract orders that wait for a trigger, against an open position only."""

from order_relay.core.order import OrderType, Plan, Side
from order_relay.core.refusal import Refusal, Word
from order_relay.core.symbol import Market

KINDS = frozenset({"stoplimit", "stopmarket", "profitlimit", "profitmarket"})


def refuse_missing(plan: Plan) -> None:
    """Refuse what JEX has no call for (rest-api.md, Place order in contract transaction)."""
    if plan.take_profit is not None or plan.stop_loss is not None:
        raise Refusal(Word.UNSUPPORTED, "JEX takes no take-profit or stop-loss along with an order")
    if plan.type is OrderType.TRAILING:
        raise Refusal(Word.UNSUPPORTED, "JEX has no trailing orders")
    if plan.type is OrderType.STOP:
        _refuse_stop(plan)


def _refuse_stop(plan: Plan) -> None:
    if plan.market is not Market.PERP:
        raise Refusal(Word.UNSUPPORTED, f"JEX has stop orders for contracts only, not for {plan.market.value}")
    if not plan.reduce_only:
        raise Refusal(Word.UNSUPPORTED, "a JEX stop order needs an open position and only ever reduces it")
    if plan.price is None:
        raise Refusal(Word.UNSUPPORTED, "a JEX stop order trades at a limit once triggered, so it needs a price")
    if plan.trigger_price is None or plan.above is None:
        raise Refusal(Word.UNSUPPORTED, "a JEX stop order needs a trigger price on a known side of the market")


def kind(plan: Plan) -> str:
    """Name the type: what lies on the gaining side of the market takes profit, the rest stops a loss."""
    gains = plan.above is (plan.side is Side.SELL)
    return "profitLimit" if gains else "stopLimit"
