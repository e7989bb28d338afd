"""The board: memory that a decoder and its child both see, for the pixels of one picture."""

import fcntl
import mmap
import os
import tempfile
from typing import IO, Any

import numpy as np

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


class Board:
    """Memory of a fixed size; none of it is taken before something is laid there."""

    def __init__(self, size: int) -> None:
        """Make room for ``size`` bytes; OSError where there is none."""
        self._file, sealed = _file(size)
        try:
            self._memory = mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ) if sealed else None
        except OSError:
            self._file.close()
            raise

    def fileno(self) -> int:
        """Return what a child is given to find the memory by."""
        return self._file.fileno()

    def pixels(self, first: int, shape: tuple[int, ...]) -> Pixels:
        """Return a copy of the pixels of this shape that begin at a byte; ValueError for more than there is room for."""
        count = int(np.prod(shape))
        if self._memory is None:
            return np.frombuffer(os.pread(self.fileno(), count, first), np.uint8, count).reshape(shape)
        return np.frombuffer(self._memory, np.uint8, count, first).reshape(shape).copy()

    def close(self) -> None:
        """Give the memory back."""
        if self._memory is not None:
            self._memory.close()
        self._file.close()


def _file(size: int) -> tuple[IO[bytes], bool]:
    """Return a file of this size, and whether a child that is taken over cannot make it smaller: only then may it be mapped."""
    if not hasattr(os, "memfd_create"):
        file: IO[bytes] = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed with its board
        file.truncate(size)
        return file, False
    file = os.fdopen(os.memfd_create("pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "r+b", buffering=0)
    file.truncate(size)
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return file, True
