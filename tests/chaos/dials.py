"""Two numbers that the rig and one worker process share through a mapped file: they outlive a kill."""

import mmap
import struct
from pathlib import Path

_NUMBER = struct.Struct("q")
_AHEAD, _BUSY = 0, _NUMBER.size
_SIZE = 2 * _NUMBER.size


class Dials:
    """`ahead_ms`: how far the worker's host clock is ahead. `busy`: whether the worker holds a message right now."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_SIZE))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _SIZE)

    @property
    def ahead_ms(self) -> int:
        return self._read(_AHEAD)

    @ahead_ms.setter
    def ahead_ms(self, value: int) -> None:
        _NUMBER.pack_into(self._shared, _AHEAD, value)

    @property
    def busy(self) -> bool:
        return bool(self._read(_BUSY))

    @busy.setter
    def busy(self, value: bool) -> None:
        _NUMBER.pack_into(self._shared, _BUSY, value)

    def _read(self, offset: int) -> int:
        number: int = _NUMBER.unpack_from(self._shared, offset)[0]
        return number
