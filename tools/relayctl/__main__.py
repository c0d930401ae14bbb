"""`python -m tools.relayctl` and the console script `relayctl`."""

import io
import sys

try:
    from tools.relayctl.app import app
except ModuleNotFoundError as exc:
    how = "make .venv/.installed && .venv/bin/python -m tools.relayctl"
    sys.exit(f"relayctl: the package {exc.name} is missing; {how} has it")


def main() -> None:
    """Run the command line on any terminal: what its encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="relayctl")


if __name__ == "__main__":
    main()
