"""Who works on something now: numbered files, of which the highest counts, each with a sign of life of its holder.

A number is given once and never again, by the disk itself, so that of two who want a lease one gets it, and whoever
was thought dead and is not sees a higher number than his own. No clock is compared with another machine's.
"""

import contextlib
import fcntl
import os
import platform
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Self

from catchlight.errors import OutsideError
from catchlight.private import private_folder

BEAT = 5.0  # seconds from one sign of life to the next
PATIENCE = 60.0  # seconds without one, as whoever waits counts them, until a lease is anybody's
_RELEASED = b"released"
_SIZE = 200  # bytes of a sign of life: as long each time, so that a full disk stops none


@cache
def this_machine() -> str:
    """Return a name for this machine since it was started: locks of its kernel hold here and nowhere else."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return platform.node()


@dataclass(slots=True)
class Lease:
    """A lease that is held; used as a context manager, it is released at the end."""

    path: Path
    number: int
    machine: str
    note: str = ""
    _handle: int = -1
    _beats: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Release it."""
        self.release()

    def check(self) -> None:
        """Raise OutsideError when somebody else took over: what was done meanwhile is theirs to write."""
        if _top(self.path.parent) != self.number:
            message = (
                f"{self.path.parent}: another process took over here, so this one stops; nothing is lost"
            )
            raise OutsideError(message)

    def tell(self, note: str) -> None:
        """Say something to whoever waits."""
        self.note = note
        self._beat()

    def release(self) -> None:
        """Let the next one have it at once."""
        self._over.set()
        with self._writing:
            if self._handle >= 0:
                with contextlib.suppress(OSError):
                    _write(self._handle, _RELEASED)
                os.close(self._handle)
                self._handle = -1

    def begin(self, handle: int) -> Self:
        """Give signs of life, through the open file, until it is released."""
        self._handle = handle
        self._beat()
        threading.Thread(target=self._live, daemon=True).start()
        return self

    def _live(self) -> None:
        while not self._over.wait(BEAT):
            with contextlib.suppress(OSError):  # a disk that is away now may be back at the next beat
                self._beat()

    def _beat(self) -> None:
        with self._writing:
            if self._handle >= 0:
                self._beats += 1
                _write(self._handle, f"{self.machine}\n{self._beats}\n{self.note}\n".encode())


def take(folder: Path, after: int, note: str = "") -> Lease | None:
    """Take the lease of a folder after the one with number ``after``; None when somebody else did."""
    private_folder(folder)
    path = _path(folder, after + 1)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
    except FileExistsError:
        return None
    machine = this_machine() if _lock_holds(path, handle) else ""
    lease = Lease(path, after + 1, machine, note).begin(handle)
    if _top(folder) != lease.number:  # `after` was old news
        lease.release()
        return None
    for number in _numbers(folder):
        if number < lease.number:
            _path(folder, number).unlink(missing_ok=True)
    return lease


@dataclass(slots=True)
class Door:
    """A folder's lease as somebody sees it who wants it, and how long its holder gave no sign of life."""

    folder: Path
    patience: float = PATIENCE
    clock: Callable[[], float] = time.monotonic
    machine: str = field(default_factory=this_machine)
    doubtful: bool = False  # no sign of life was seen yet, and no proof of death
    _seen: tuple[int, bytes] = (0, b"")
    _looked: float = 0.0
    _silence: float = 0.0  # seconds

    def free_after(self) -> int | None:
        """Return after which number the lease can be taken, 0 for the first one; None while it is held."""
        number = _top(self.folder)
        said = _said(_path(self.folder, number)) if number else _RELEASED
        if said.startswith(_RELEASED):
            return number
        if said.split(b"\n")[0] == self.machine.encode():
            self.doubtful = False
            return None if _is_locked(_path(self.folder, number)) else number
        return number if self._silent(number, said) else None

    def take(self, note: str = "") -> Lease | None:
        """Take the lease if it is free."""
        after = self.free_after()
        return None if after is None else take(self.folder, after, note)

    def note(self) -> str:
        """Return what its holder says, "" when there is none."""
        number = _top(self.folder)
        lines = _said(_path(self.folder, number)).split(b"\n") if number else []
        return lines[2].decode() if len(lines) > 2 else ""

    def _silent(self, number: int, said: bytes) -> bool:
        """Whether its holder, on another machine, gave no sign of life for long; a leap of the clock counts as a beat."""
        now = self.clock()
        if (number, said) == self._seen:
            self._silence += min(max(now - self._looked, 0.0), BEAT)
        else:
            self.doubtful, self._silence = self._seen[0] != number, 0.0
        self._seen, self._looked = (number, said), now
        return self._silence > self.patience


def _numbers(folder: Path) -> Iterator[int]:
    """Yield the numbers that were given and are not deleted."""
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(folder):  # noqa: PTH208  quicker, and asked often
            if name.startswith("lease-"):
                yield int(name[6:-5])


def _top(folder: Path) -> int:
    return max(_numbers(folder), default=0)


def _path(folder: Path, number: int) -> Path:
    return folder / f"lease-{number:06d}.lock"


def _said(path: Path) -> bytes:
    """Return what a holder says; somebody who has just begun, or has just gone, says nothing."""
    try:
        return path.read_bytes().rstrip(b" ")
    except FileNotFoundError:
        return b""


def _write(handle: int, said: bytes) -> None:
    os.pwrite(handle, said[:_SIZE].ljust(_SIZE), 0)
    os.fsync(handle)


def _lock_holds(path: Path, handle: int) -> bool:
    """Lock a file until its process ends, and see whether this disk's locks keep others out."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return _is_locked(path)


def _is_locked(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
