"""A simulated OKX that repeats everything it knows of an account: in headers always, in bodies where a test says so."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tools.exchange_simulator.message import HttpRequest, HttpResponse
from tools.exchange_simulator.okx import Okx


@dataclass(slots=True)
class Parrot:
    """`said` maps "METHOD /path" to the status and body that answer it; `{gossip}` in a body is all that is known."""

    venue: Okx
    gossip: str
    url: str = ""
    said: dict[str, tuple[int, str]] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def answer(self, request: HttpRequest) -> HttpResponse:
        self.heard.append(f"{request.method} {request.path}")
        known = f"{self.gossip} {json.dumps(dict(request.headers))}"
        headers = {"X-Echo": self.gossip, "Set-Cookie": f"echo={self.gossip}", "Retry-After": self.gossip}
        scripted = self.said.get(f"{request.method} {request.path}")
        if scripted:
            status, body = scripted
            return HttpResponse(status, headers, body.replace("{gossip}", json.dumps(known)[1:-1]).encode())
        answer = self.venue.handle(request)
        assert isinstance(answer, HttpResponse)
        return HttpResponse(answer.status, {**headers, **answer.headers}, answer.body)


@contextmanager
def parrot(account: Mapping[str, str], gossip: str) -> Iterator[Parrot]:
    bird = Parrot(Okx({"main": account}, lambda: time.time_ns() // 1_000_000), gossip)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 65_536

        def repeat(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = bird.answer(HttpRequest(self.command, self.path, headers, body, "okx"))
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = repeat

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    bird.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield bird
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
