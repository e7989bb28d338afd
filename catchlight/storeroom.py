"""Where what sources tell, and the photos that are read, are put: into the home, or where it is gone in the end."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catchlight.home import Home
from catchlight.vault import Vault, digest_of

SCRATCH = "rehearsal"


@dataclass(frozen=True, slots=True)
class Storeroom:
    """``root`` has ``sources/`` below it, ``vault`` the photos; of one that is ``kept`` both are the home's own."""

    root: Path
    vault: Vault
    kept: bool = True


class Overlay(Vault):
    """A vault upon another one: what is not there is put here, and the other one stays as it is."""

    def __init__(self, root: Path, below: Vault) -> None:
        """Use ``root`` for what is new."""
        super().__init__(root)
        self._below = below

    def path(self, digest: str) -> Path:
        """Where the picture lies: below, if it is there."""
        return self._below.path(digest) if self._below.has(digest) else super().path(digest)

    def has(self, digest: str, size: int | None = None) -> bool:
        """Whether the picture is here or below, of its size where that is given."""
        return self._below.has(digest, size) or super().has(digest, size)

    def put(self, data: bytes) -> str:
        """Store ``data`` here unless it is below; return its digest."""
        digest = digest_of(data)
        return digest if self._below.has(digest) else super().put(data)


def storeroom_of(home: Path) -> Storeroom:
    """Return a home's own."""
    return Storeroom(home, Home(home).vault)


@contextmanager
def scratch(home: Path) -> Iterator[Storeroom]:
    """Yield one that begins with what the home has and is gone at the end; whoever calls this holds the home."""
    folder, known = home / SCRATCH, home / "sources"
    shutil.rmtree(folder, ignore_errors=True)  # one that was killed left it
    try:
        folder.mkdir(mode=0o700, parents=True)
        if known.is_dir():
            shutil.copytree(known, folder / "sources")
        yield Storeroom(folder, Overlay(folder / "vault", Home(home).vault), kept=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
