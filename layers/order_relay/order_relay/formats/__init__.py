"""One file per alert format; every one of them ends in the same legs. Loaded when a route first names it."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from order_relay.formats.format import Format

_MODULES = {
    "auto": "auto",
    "native": "native",
    "hackingthemarkets": "hackingthemarkets",
    "traderspost": "traderspost",
    "okx_signal_a": "okx_signal_a",
    "okx_signal_b": "okx_signal_b",
    "3commas": "three_commas",
    "wundertrading": "wundertrading",
    "octobot": "octobot",
    "whook": "whook",
    "thibaultyou": "thibaultyou",
    "cryptognome": "cryptognome",
    "tradex": "tradex",
    "pineconnector": "pineconnector",
    "alias_map": "alias_map",
}


class _Registry(Mapping[str, Format]):
    """Formats by the name that a route gives; those that no route names cost no import time on a cold start."""

    def __getitem__(self, name: str) -> Format:
        if name not in _MODULES:
            raise KeyError(name)
        found: Format = import_module(f"{__name__}.{_MODULES[name]}").FORMAT
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


FORMATS: Mapping[str, Format] = _Registry()
