"""TradingView's placeholders in a template that was pasted into a route, and what a route reads in their places."""

import re

from order_relay.core.refusal import Refusal, Word

_READ = {
    "ticker": "symbol",
    "timenow": "time",
    "strategy.order.action": "side",
    "strategy.order.contracts": "quantity",
    "strategy.position_size": "position_size",
    "strategy.market_position": "position",
    "strategy.market_position_size": "position_size",
    "strategy.prev_market_position": "prev_position",
    "strategy.prev_market_position_size": "prev_position_size",
}
_UNREAD = frozenset(
    {
        "exchange", "interval", "open", "high", "low", "close", "volume", "time", "syminfo.currency",
        "syminfo.basecurrency", "strategy.order.id", "strategy.order.price", "strategy.order.comment",
    }
)  # fmt: skip
"""Of the chart, of the bar, or the same at every firing: a route that wants one of them names it itself."""
_PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+|plot\(\"[^\"{}]*\"\))\s*\}\}")
_PLOT = re.compile(r"plot_[0-9]{1,2}|plot\(.*\)")


def as_fields(template: str, where: str) -> str:
    """The template with `{symbol}` for `{{ticker}}`; raises Refusal `unsupported` for a placeholder nobody knows."""
    return _PLACEHOLDER.sub(lambda found: f"{{{_meant(found[1], where)}}}", template)


def unsigned(template: str) -> list[str]:
    """The sizes in a template that TradingView fills in without the sign of their position."""
    names = [found[1] for found in _PLACEHOLDER.finditer(template)]
    return [_READ[name] for name in names if name.endswith("market_position_size") and name in _READ]


def _meant(name: str, where: str) -> str:
    if name in _UNREAD or _PLOT.fullmatch(name):
        return ""
    if name not in _READ:
        told = f"{where} has the placeholder {{{{{name[:40]}}}}}, which a route cannot read"
        raise Refusal(
            Word.UNSUPPORTED, f"{told}; write {{}} where nothing is to be read, or a field such as {{symbol}}"
        )
    return _READ[name]
