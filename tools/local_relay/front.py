"""The HTTP API: requests become API Gateway v2 events for the webhook; local views and commands are for its owner."""

import base64
import json
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

from tools.local_relay.console import Pages

GATEWAY_BODY_AT_MOST = 10 * 1024 * 1024
_VARIABLES = ("route", "token")

Webhook = Callable[[Mapping[str, Any]], Mapping[str, Any]]
View = Callable[[], object]
Command = Callable[[Mapping[str, Any]], object]
JSON = {"Content-Type": "application/json"}
FORM = "application/x-www-form-urlencoded"


class Front(ThreadingHTTPServer):
    """Takes its port at once and answers from `serve_forever` on; what it serves is put in before."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        self.webhook: Webhook = lambda event: {"statusCode": 503}
        self.views: Mapping[str, View] = {}
        self.commands: Mapping[str, Command] = {}
        self.pages: Pages | None = None
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early is no news."""
        if not isinstance(sys.exc_info()[1], OSError):
            print(traceback.format_exc())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: Front

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        view, pages = self.server.views.get(path), self.server.pages
        if path == "/" and pages and self._meant_for_us():
            self._run(lambda: (200, pages.show(query)), pages.HEADERS)
        elif view is None:
            self._other()
        elif not self._meant_for_us():
            self._give_up(403, "Forbidden")
        else:
            self._answer(200, json.dumps(view()))

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        path = self.path.partition("?")[0]
        parameters = _parameters(path)
        if not size.isascii() or not size.isdigit():
            self._give_up(411, "Length Required")
        elif int(size) > GATEWAY_BODY_AT_MOST:
            self._give_up(413, "Request Entity Too Large")
        else:
            body = self.rfile.read(int(size))
            if path in self.server.commands and self.server.pages and self._kind() == FORM:
                self._form(self.server.pages, body)
            elif path in self.server.commands:
                self._command(self.server.commands[path], body)
            elif parameters is None:
                self._other()
            else:
                self._invoke(parameters, body)

    def _other(self) -> None:
        self._give_up(404, "Not Found")

    do_PUT = do_PATCH = do_DELETE = _other

    def _invoke(self, parameters: Mapping[str, str], body: bytes) -> None:
        def invoke() -> tuple[int, str]:
            answer = self.server.webhook(self._event(parameters, body))
            return int(answer["statusCode"]), str(answer.get("body", ""))

        self._run(invoke)

    def _run(self, function: Callable[[], tuple[int, str]], headers: Mapping[str, str] = JSON) -> None:
        try:
            answer = function()
        except Exception:  # as the gateway does when a function fails
            print(traceback.format_exc())
            answer = 500, json.dumps({"message": "Internal Server Error"})
        self._answer(*answer, headers)

    def _command(self, command: Command, body: bytes) -> None:
        """Carry out a JSON command; a web page would have to ask before it may send that content type elsewhere."""
        try:
            asked = json.loads(body)
        except ValueError:
            asked = None
        if not self._meant_for_us() or self._kind() != "application/json":
            self._answer(403, json.dumps({"message": "Forbidden"}))
        elif not isinstance(asked, dict):
            self._answer(400, json.dumps({"message": "Bad Request"}))
        else:
            self._run(lambda: (200, json.dumps(command(asked))))

    def _form(self, pages: "Pages", body: bytes) -> None:
        """Take a form of the console; other pages could send one too, but not in the console's name."""
        if not self._meant_for_us() or self.headers.get("Origin") != f"http://{self.headers['Host']}":
            self._answer(403, json.dumps({"message": "Forbidden"}))
        else:
            self._run(lambda: (200, pages.act(dict(parse_qsl(body.decode())))), pages.HEADERS)

    def _kind(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip()

    def _meant_for_us(self) -> bool:
        """False for a page whose host name was pointed at this machine only after it was loaded."""
        return self.headers.get("Host", "").partition(":")[0] in ("127.0.0.1", "localhost")

    def _event(self, parameters: Mapping[str, str], body: bytes) -> dict[str, Any]:
        key = "POST /alerts/{route}/{token}" if "token" in parameters else "POST /alerts/{route}"
        path, _, query = self.path.partition("?")
        now_ms = time.time_ns() // 1_000_000
        return {
            "version": "2.0",
            "routeKey": key,
            "rawPath": path,
            "rawQueryString": query,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "pathParameters": dict(parameters),
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "local",
                "domainName": self.headers.get("Host", ""),
                "http": {
                    "method": "POST",
                    "path": path,
                    "protocol": self.request_version,
                    "sourceIp": self.client_address[0],
                    "userAgent": self.headers.get("User-Agent", ""),
                },
                "requestId": uuid.uuid4().hex,
                "routeKey": key,
                "stage": "$default",
                "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now_ms / 1000)),
                "timeEpoch": now_ms,
            },
            **_body(body),
        }

    def _answer(self, status: int, body: str, headers: Mapping[str, str] = JSON) -> None:
        payload = body.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def _give_up(self, status: int, message: str) -> None:
        """Answer and hang up, because a body may still be unread."""
        self.close_connection = True
        self._answer(status, json.dumps({"message": message}))

    def version_string(self) -> str:
        return "local-relay"

    def log_message(self, format: str, *args: object) -> None:
        """The path holds the token, so requests are not logged."""


def _parameters(path: str) -> dict[str, str] | None:
    """`/alerts/{route}` and `/alerts/{route}/{token}`; None for any other path."""
    first, *values = path.removeprefix("/").split("/")
    if first != "alerts" or not 1 <= len(values) <= len(_VARIABLES) or not all(values):
        return None
    return dict(zip(_VARIABLES, map(unquote, values), strict=False))


def _body(body: bytes) -> dict[str, Any]:
    """Text as it is; what is not UTF-8 arrives in base64."""
    try:
        return {"body": body.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
