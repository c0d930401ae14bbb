"""Sparklines: the course of a few numbers as inline SVG."""

from collections.abc import Sequence

from order_relay.page.html import Html, tag

WIDTH, HEIGHT, MARGIN = 120, 24, 2


def sparkline(values: Sequence[int], about: str) -> Html | None:
    """Draw two or more values from left to right, scaled to fill, with a faint line at zero where it is in sight."""
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    points = " ".join(f"{_x(place, len(values))},{_y(value, low, high)}" for place, value in enumerate(values))
    zero = _y(0, low, high)
    return tag(
        "svg",
        tag("title", f"{about}: {low:,} to {high:,} ms, {values[-1]:,} ms last"),
        tag("line", x1=0, x2=WIDTH, y1=zero, y2=zero, class_="zero") if low <= 0 <= high else None,
        tag("polyline", points=points),
        class_="spark",
        role="img",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=WIDTH,
        height=HEIGHT,
    )


def _x(place: int, count: int) -> str:
    return f"{MARGIN + place * (WIDTH - 2 * MARGIN) / (count - 1):.1f}"


def _y(value: int, low: int, high: int) -> str:
    share = (value - low) / (high - low) if high > low else 0.5
    return f"{HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN):.1f}"
