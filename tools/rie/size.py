"""What `make size` runs: the bytes that are deployed, unzipped."""

import sys
from pathlib import Path

from tools.local_relay import PROJECT
from tools.rie.built import LAYERS, NotReady, functions, layers

AT_MOST = 25_000_000


class TooHeavy(Exception):
    """More bytes than may be deployed."""


def main() -> None:
    """Print every layer and function; exit 1 when they are too heavy together or are not built."""
    try:
        print(report(PROJECT / ".aws-sam" / "build"))
    except (NotReady, TooHeavy) as exc:
        sys.exit(f"size: {exc}")


def report(build: Path) -> str:
    """A line for every layer and function, the heaviest first; raises TooHeavy when they are so together."""
    layers(build)
    parts = {name: weight(build / name) for name in [*LAYERS, *functions(build)]}
    total = sum(parts.values())
    lines = [f"{name:<18}{size:>14,} bytes" for name, size in sorted(parts.items(), key=lambda one: -one[1])]
    lines.append(f"{'together':<18}{total:>14,} bytes of {AT_MOST:,}")
    if total >= AT_MOST:
        raise TooHeavy(f"{total:,} bytes, at most {AT_MOST:,} are deployed")
    return "\n".join(lines)


def weight(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
