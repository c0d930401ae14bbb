"""Prints the tables of docs/costs.md."""

from collections.abc import Sequence

from tools.costs.usage import Line, idle_month, options, per_million_alerts


def main() -> None:
    print(report())


def report() -> str:
    """The three tables in Markdown."""
    return "\n\n".join(
        [
            _table("one million alerts", per_million_alerts(), total=True),
            _table("one month without alerts", idle_month(), total=True),
            _table("options, a month", options(), total=False),
        ]
    )


def _table(title: str, lines: Sequence[Line], *, total: bool) -> str:
    rows = [f"| {title} | use | USD |", "|---|---|---:|"]
    rows += [f"| {one.component} | {one.how} | {one.dollars:.2f} |" for one in lines]
    if total:
        rows.append(f"| **together** | | **{sum(one.dollars for one in lines):.2f}** |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
