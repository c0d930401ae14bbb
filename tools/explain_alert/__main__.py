"""`python -m tools.explain_alert --route ROUTE.json [--received-at TIME] [--token-in url|body] [--json] < body`."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NoReturn

from order_relay.core.age import read_time
from order_relay.core.refusal import Refusal
from tools.explain_alert.proof import PLACES
from tools.explain_alert.reading import Broken, decided
from tools.explain_alert.report import as_json, as_steps
from tools.explain_alert.route_file import Unusable, read_route_file

UNUSABLE = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Unusable(message)


def main(arguments: Sequence[str] | None = None, source: BinaryIO | None = None) -> int:
    try:
        asked = _parser().parse_args(arguments)
        file = read_route_file(Path(asked.route))
        received_ms = round(time.time() * 1000) if asked.received_at is None else _moment(asked.received_at)
        body = (source or sys.stdin.buffer).read()
        reading = decided(body, file, received_ms, asked.token_in)
    except Unusable as exc:
        print(f"explain_alert: {exc}", file=sys.stderr)
        return UNUSABLE
    except Broken as exc:
        print(f"explain_alert: the webhook would answer 503: {exc}", file=sys.stderr)
        return 1
    print(as_json(reading) if asked.json else as_steps(reading, body, file))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="explain_alert", description="tell how an alert's body would be read; nothing is sent")
    parser.add_argument("--route", required=True, metavar="ROUTE.json", help="one route, as in the routes secret")
    parser.add_argument("--received-at", metavar="TIME", help="moment of arrival, such as 2026-05-11T14:30:03Z (now)")
    parser.add_argument("--token-in", choices=PLACES, help="where the secret stands (assumed from route and body)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of numbered steps")
    return parser


def _moment(text: str) -> int:
    try:
        return read_time(text, "--received-at")
    except Refusal as exc:
        raise Unusable(exc.detail) from None


if __name__ == "__main__":
    sys.exit(main())
