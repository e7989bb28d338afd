"""What publishing works with: the place, the register, the vault, and one publisher at a time."""

import getpass
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import sleep
from typing import TypeVar

from catchlight.audit import Act, AuditLine
from catchlight.audit_settings import seal_of
from catchlight.errors import ConfigError
from catchlight.holding import Wait, held
from catchlight.mounted import must_be_mounted
from catchlight.place import Place
from catchlight.policy import read_secret
from catchlight.register import Register, now
from catchlight.vault import Vault, digest_of

Part = TypeVar("Part")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Desk:
    """A home folder with its register and vault, and the place that is published to."""

    home: Path
    place: Place
    register: Register
    vault: Vault
    clock: Callable[[], str] = now
    wait: Callable[[float], object] = sleep

    def side_by_side(self, work: Callable[[Part], Done], parts: Iterable[Part]) -> Iterator[Done]:
        """Do something for each part, as many at once as the place allows, and yield what became of them in order.

        When somebody stops asking, or one fails, those under way end and no other begins.
        """
        lanes, waiting = max(1, self.place.takes.at_once), iter(parts)
        with ThreadPoolExecutor(lanes) as pool:
            under_way = deque(pool.submit(work, part) for part in islice(waiting, lanes))
            while under_way:
                yield under_way.popleft().result()
                under_way.extend(pool.submit(work, part) for part in islice(waiting, 1))

    def shows(self, there: bytes | None, digest: str) -> bool:
        """Whether what is there is the picture of a digest ("" for nothing), encoded anew where places do that.

        OutsideError when the vault has lost that picture.
        """
        if there is None or not digest:
            return there is None and not digest
        if digest_of(there) == digest:
            return True
        return not self.place.takes.keeps_bytes and self.place.same(self.vault.get(digest), there)


def open_desk(home: Path, place: Place, clock: Callable[[], str] = now) -> Desk:
    """Return the desk of a home folder; ConfigError when there is no such home.

    OutsideError where nothing at all is at a place at which something of ours stands: a disk that is not mounted.
    """
    desk = Desk(home, place, open_register(home), Vault(home / "vault"), clock)
    must_be_mounted(place, desk.register)
    return desk


def open_register(home: Path) -> Register:
    """Return the register of a home folder; ConfigError when there is no such home.

    It is ``register.db`` there, or the database whose address is in ``secrets/register.url``. Settings that
    differ from those of the last time have a line in its audit log.
    """
    if not home.is_dir():
        message = f"home {home}: no such folder; name the one that the refresh wrote to with --home"
        raise ConfigError(message)
    register = Register(register_of(home), seal_of(home))
    note_settings(home, register)
    return register


def note_settings(home: Path, register: Register) -> None:
    """Write into the audit log which settings hold, when they are not those of the last time."""
    files = sorted(home.glob("*.toml"))
    told = " ".join(f"{file.name} {digest_of(file.read_bytes())[:12]}" for file in files)
    before = register.rows(AuditLine, act=Act.SETTINGS.value)
    if told != (before[-1].detail if before else ""):
        register.tell(Act.SETTINGS, getpass.getuser(), detail=told)


def register_of(home: Path) -> str | Path:
    """Return where the register of a home folder is; ConfigError when it was lost, or its address is open to others."""
    where = place_of_register(home)
    if isinstance(where, Path) and not (where.is_file() and where.stat().st_size):
        anchor = seal_of(home).anchor
        if anchor:
            anchor.must_be_unused(str(where))
    return where


def place_of_register(home: Path) -> str | Path:
    """Return where a register of a home folder has to be; ConfigError when the file of its address is open to others.

    An address that this account may not look for is an OSError, and never taken for none.
    """
    address = home / "secrets" / "register.url"
    try:
        address.stat()
    except (FileNotFoundError, NotADirectoryError):
        return home / "register.db"
    return read_secret(address)


@contextmanager
def alone(home: Path, wait: Wait | None = None) -> Iterator[None]:
    """Hold the home for one publisher; while another one is at work: ConfigError, or ``wait`` is called and it waits."""
    busy = f"home {home}: another publication is running; wait until it has ended"
    with held(home / "publish.lock", wait or busy):
        yield
