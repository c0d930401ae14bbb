"""A raw HTTP server on 127.0.0.1 that does what a test writes down and keeps every byte it was sent."""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum


class Then(StrEnum):
    """What happens to the connection after a step."""

    KEEP = "keep"
    CLOSE = "close"
    RESET = "reset"
    HANG = "hang"


@dataclass(frozen=True, slots=True)
class Step:
    """The bytes that answer one request, and what follows them."""

    answer: bytes
    then: Then = Then.KEEP


def reply(body: bytes = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


OK = Step(reply())
NOTHING_THEN_CLOSE = Step(b"", Then.CLOSE)
NOTHING_THEN_RESET = Step(b"", Then.RESET)
NOTHING_THEN_HANG = Step(b"", Then.HANG)


@dataclass(slots=True)
class Loopback:
    """The running server: `requests` as raw bytes in order of arrival, `connections` opened to it, one `closed`."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    closed: threading.Event = field(default_factory=threading.Event)


@contextmanager
def loopback(*steps: Step, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """Serve one step per request, the last one for ever after."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Loopback(f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}")
    ended, served = threading.Event(), []

    def accept() -> None:
        while not ended.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                server.connections += 1
                worker = threading.Thread(target=_serve, args=(connection, steps, server, ended, tls))
                served.append((connection, worker))
                worker.start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield server
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(2)
        for connection, worker in served:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            worker.join(2)


def _serve(
    connection: socket.socket,
    steps: Sequence[Step],
    server: Loopback,
    ended: threading.Event,
    tls: ssl.SSLContext | None,
) -> None:
    connection.settimeout(5)  # a handshake takes its time on a busy machine
    with suppress(OSError), connection:
        stream = tls.wrap_socket(connection, server_side=True) if tls else connection
        stream.settimeout(0.05)
        with stream:
            _talk(stream, steps, server, ended)
    server.closed.set()


def _talk(stream: socket.socket, steps: Sequence[Step], server: Loopback, ended: threading.Event) -> None:
    while (request := _request(stream, ended)) is not None:
        step = steps[min(len(server.requests), len(steps) - 1)]
        server.requests.append(request)
        stream.sendall(step.answer)
        if step.then is Then.HANG:
            ended.wait(5)
        if step.then is Then.RESET:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if step.then is not Then.KEEP:
            return


def _request(stream: socket.socket, ended: threading.Event) -> bytes | None:
    """Read one request; None when the client has gone or the test is over."""
    data = b""
    while not ended.is_set():
        try:
            received = stream.recv(65_536)
        except TimeoutError:
            continue
        if not received:
            return None
        data += received
        head, separator, body = data.partition(b"\r\n\r\n")
        if separator and len(body) >= _length(head):
            return data
    return None


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
