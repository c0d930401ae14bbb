"""One file per exchange: data and small functions, no input or output; loaded when an account first names it."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from order_relay.core.exchange import Exchange

_NAMES = ("coinex", "okx", "bitget", "bitunix", "jex")


class _Registry(Mapping[str, Exchange]):
    """Exchanges by name; an unused adapter costs no import time on a cold start."""

    def __getitem__(self, name: str) -> Exchange:
        if name not in _NAMES:
            raise KeyError(name)
        exchange: Exchange = import_module(f"{__name__}.{name}").EXCHANGE
        return exchange

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


EXCHANGES: Mapping[str, Exchange] = _Registry()
