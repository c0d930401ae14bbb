"""Times and numbers as a human reads them at a glance."""

_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def span(ms: int) -> str:
    """The greatest whole unit of a time span: 42 s, 7 min, 3 h, 2 d."""
    seconds = max(0, ms) // 1000
    size, unit = next(((size, unit) for size, unit in _STEPS if seconds >= size), (1, "s"))
    return f"{seconds // size} {unit}"


def signed(ms: int) -> str:
    return f"{ms:+,} ms" if ms else "0 ms"


def counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
