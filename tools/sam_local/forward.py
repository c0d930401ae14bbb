"""A port where containers can reach it, forwarded to one of 127.0.0.1."""

import socket
import threading
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

CHUNK = 65_536


class Forward(ThreadingTCPServer):
    """Listens on an address of this machine and passes every connection on; raises OSError if it cannot listen."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: str, port: int, target: int) -> None:
        super().__init__((address, port), Connection)
        self.target = target
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Listen no more; connections that are open end with their own ends."""
        self.shutdown()
        self.server_close()


class Connection(BaseRequestHandler):
    """One connection; without anybody at the target it is closed."""

    server: Forward
    request: socket.socket

    def handle(self) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.server.target)) as far:
            answers = threading.Thread(target=_pass, args=(far, self.request), daemon=True)
            answers.start()
            _pass(self.request, far)
            answers.join()


def _pass(source: socket.socket, sink: socket.socket) -> None:
    """Copy until the source ends, then tell the sink so."""
    with suppress(OSError):  # either side hung up
        while chunk := source.recv(CHUNK):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
