"""One file per alert format; every adapter ends in the same legs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from order_relay.core.alert import Alert
from order_relay.core.route import Route
from order_relay.formats import native


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of body is authenticated (without a token in the URL) and read."""

    token: Callable[[Any], str | None]
    read: Callable[[Any, Route], Alert]


NATIVE = Format(native.token, native.read)
FORMATS: Mapping[str, Format] = {"auto": NATIVE, "native": NATIVE}
