"""The simulated exchanges behind real sockets on 127.0.0.1: one HTTP server per host."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from tools.exchange_simulator.accounts import DEFAULT_ACCOUNTS
from tools.exchange_simulator.control import PREFIX, control
from tools.exchange_simulator.message import Answer, Drop, Hang, HttpRequest, HttpResponse
from tools.exchange_simulator.registry import VENUES
from tools.exchange_simulator.venue import Venue


def real_now_ms() -> int:
    return time.time_ns() // 1_000_000


class Simulator:
    """All exchanges together. config: {"accounts"?: rows, "exchanges"?: names, "port_base"?: first port}."""

    def __init__(self, config: Mapping[str, Any] | None = None, now_ms: Callable[[], int] = real_now_ms) -> None:
        options = config or {}
        accounts = options.get("accounts", DEFAULT_ACCOUNTS)
        names = options.get("exchanges", list(VENUES))
        self.venues: dict[str, Venue] = {name: VENUES[name](accounts, now_ms) for name in names}
        hosts = [(host, venue) for venue in self.venues.values() for host in venue.hosts]
        base = options.get("port_base")
        self._servers = [
            _Server(host, venue, 0 if base is None else int(base) + index) for index, (host, venue) in enumerate(hosts)
        ]

    @property
    def urls(self) -> dict[str, str]:
        """Name every host the way the relay's settings do."""
        return {f"EXCHANGE_URL_{server.host.upper()}": server.url for server in self._servers}

    def start(self) -> Simulator:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Wake whoever hangs, stop serving and free the ports."""
        for server in self._servers:
            server.stopping.set()
            server.shutdown()
            server.server_close()

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, venue: Venue, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.host = host
        self.venue = venue
        self.stopping = threading.Event()

    def server_bind(self) -> None:
        """Bind without asking a name server who 127.0.0.1 is."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet about clients that hang up early; anything else is a bug worth a traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65_536
    server: _Server

    def answer(self) -> None:
        """Read one request to its last byte, ask the venue, and write what it says."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = HttpRequest(self.command, self.path, headers, body, self.server.host)
        if request.path.startswith(PREFIX):
            self._write(control(self.server.venue, request))
            return
        answer = self._wait(self.server.venue.handle(request))
        if isinstance(answer, HttpResponse):
            self._write(answer)
        else:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def _wait(self, answer: Answer) -> HttpResponse | Drop:
        if not isinstance(answer, Hang):
            return answer
        stopped = self.server.stopping.wait(answer.seconds)
        return Drop() if stopped or answer.resume is None else answer.resume()

    def _write(self, answer: HttpResponse) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Stamp answers with the exchange's own clock."""
        return formatdate(self.server.venue.clock_ms() / 1000, usegmt=True)

    def version_string(self) -> str:
        return "nginx"

    def log_message(self, format: str, *args: object) -> None:
        """Keep standard error clean."""
