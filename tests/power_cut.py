"""What a disk still holds after a power cut, at its worst: nothing that was not synced, neither bytes nor names.

Each ``os.fsync`` makes a file's bytes, or a folder's names, last. SQLite syncs by itself (``synchronous = FULL``), so that
it counts as far as it is committed.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

Disk = dict[str, bytes | None]  # by relative path; None is a folder
Names = dict[str, tuple[int, bool]]  # inode, and whether it is a folder
_SQLITE = "register.db"


@dataclass
class Recorder:
    """A folder's state on disk, kept before and after each sync."""

    root: Path
    states: list[Disk] = field(default_factory=list)
    _bytes: dict[int, bytes] = field(default_factory=dict)
    _names: dict[int, Names] = field(default_factory=dict)
    _held: list[int] = field(default_factory=list)  # no number of a file is used again

    def synced(self, handle: int) -> None:
        """Let what a handle stands for last."""
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if path.is_dir():
            self._names[os.fstat(handle).st_ino] = _listed(path)
        else:
            self._keep(Path(f"/proc/self/fd/{handle}"))
        self.look()

    def settle(self) -> None:
        """Let everything that is there last."""
        for path in (self.root, *self.root.rglob("*")):
            if path.is_dir():
                self._names[path.stat().st_ino] = _listed(path)
            else:
                self._keep(path)

    def _keep(self, path: Path) -> None:
        self._bytes[path.stat().st_ino] = path.read_bytes()
        self._held.append(os.open(path, os.O_RDONLY))

    def forget(self) -> None:
        """Let go of the files."""
        for handle in self._held:
            os.close(handle)

    def look(self) -> None:
        """Keep what a power cut would leave now, unless it is as before."""
        state = dict(self._tree(self.root.stat().st_ino, "")) | self._sqlite()
        if not self.states or self.states[-1] != state:
            self.states.append(state)

    def _tree(self, folder: int, prefix: str) -> Iterator[tuple[str, bytes | None]]:
        for name, (inode, is_folder) in self._names.get(folder, {}).items():
            if name.startswith(_SQLITE):
                continue
            if is_folder:
                yield prefix + name, None
                yield from self._tree(inode, f"{prefix}{name}/")
            else:
                yield prefix + name, self._bytes.get(inode, b"")

    def _sqlite(self) -> Disk:
        return {str(file.relative_to(self.root)): _committed(file) for file in self.root.rglob(_SQLITE)}


def _listed(folder: Path) -> Names:
    return {entry.name: (entry.inode(), entry.is_dir()) for entry in os.scandir(folder)}


def _committed(file: Path) -> bytes:
    """Return a database as far as it is committed."""
    with closing(sqlite3.connect(file)) as store, closing(sqlite3.connect(":memory:")) as copy:
        store.backup(copy)
        return copy.serialize()


@contextmanager
def recording(root: Path) -> Iterator[Recorder]:
    """Record what would last of a folder, from now on; what is there already does."""
    sync, recorder = os.fsync, Recorder(root)

    def recorded(handle: int) -> None:
        recorder.look()
        sync(handle)
        recorder.synced(handle)

    recorder.settle()
    try:
        with patch.object(os, "fsync", recorded):
            yield recorder
        recorder.look()
    finally:
        recorder.forget()


def put_back(state: Disk, root: Path) -> None:
    """Make a folder what a power cut left of it."""
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, data in sorted(state.items()):
        if data is None:
            (root / name).mkdir(parents=True, exist_ok=True)
        else:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
            if name.endswith(".key"):
                (root / name).chmod(0o600)
