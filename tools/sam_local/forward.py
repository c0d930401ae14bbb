"""A port where containers can reach it, forwarded to one of 127.0.0.1."""

import socket
import threading
from collections.abc import Callable

CHUNK = 65_536


class Forward:
    """Listens on an address of this machine and passes every connection on; raises OSError if it cannot listen."""

    def __init__(self, address: str, port: int, target: int) -> None:
        self._target = target
        self._server = socket.create_server((address, port))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:  # closed, or nobody is there any more
                return
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pass, args=(one, other), daemon=True).start()


def _pass(source: socket.socket, sink: socket.socket) -> None:
    """Copy until the source ends, then tell the sink so."""
    try:
        while chunk := source.recv(CHUNK):
            sink.sendall(chunk)
    except OSError:  # either side hung up
        pass
    finally:
        _quietly(lambda: sink.shutdown(socket.SHUT_WR))


def _quietly(close: Callable[[], None]) -> None:
    try:
        close()
    except OSError:
        return
