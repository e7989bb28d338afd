"""A home folder put aside and back: the register first, then the files, each with its sha256; restored only when all is whole."""

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from catchlight import __version__, register_dump, restored
from catchlight.backup_room import is_half, room
from catchlight.desk import register_of
from catchlight.errors import ConfigError
from catchlight.home import write_json
from catchlight.policy import read_secret
from catchlight.register import VERSION
from catchlight.vault import digest_of_file, make_folder, sync_names

MANIFEST = restored.MANIFEST
_FORMAT = 1
_LATEST = "runs/latest"
_LEFT = {"logs", "prefect"}  # what servers said, and Prefect's history
Step = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is complete: its folder, and what its manifest says."""

    folder: Path
    facts: dict[str, Any]

    @property
    def files(self) -> dict[str, str]:
        """Each file's sha256, by its path."""
        return dict(self.facts["files"])

    @property
    def rotten(self) -> list[str]:
        """Pictures that were whole neither in the home nor in the backup before: put aside as they are."""
        pictures = {name: digest for name, digest in self.files.items() if is_picture(Path(name))}
        return [name for name, digest in pictures.items() if digest != _named(Path(name))]


def make(home: Path, to: Path, step: Step = lambda _: None) -> Backup:
    """Put a home aside in a new folder of ``to``; what did not change since the last one takes no room there.

    Whatever the register of the backup names is among its files: it is taken first, and pictures are only added.
    Raises ConfigError, OutsideError; then nothing of it is left.
    """
    with room(home, to) as (half, folder):
        files = dict(_taken(home, half, newest(to), step))
        _sync(half)
        facts = {
            "format": _FORMAT, "made": datetime.now(UTC).isoformat(timespec="seconds"), "home": str(home.resolve()),
            "catchlight": __version__, "schema": VERSION, "links": _links(home), "files": files,
        }  # fmt: skip
        write_json(half / MANIFEST, facts)
    return Backup(folder, facts)


def _taken(home: Path, folder: Path, before: Backup | None, step: Step) -> Iterator[tuple[str, str]]:
    register = register_dump.dump(register_of(home), folder)
    yield register.name, digest_of_file(register)
    for source in _files(home):
        name = str(source.relative_to(home))
        if source.suffix == ".db":
            register_dump.copy_sqlite(source, folder / name)
            yield name, digest_of_file(folder / name)
        else:
            yield name, _link_or_copy(source, folder / name, before.folder / name if before else None)
        step(1)


def _sync(folder: Path) -> None:
    """Let what was copied survive a power cut, and all names; what has a second name lasts already."""
    for root, _, names in os.walk(folder):
        for file in (Path(root) / name for name in names):
            if not file.is_symlink() and file.stat().st_nlink == 1:
                with file.open("rb") as copy:
                    os.fsync(copy.fileno())
        sync_names(Path(root))


def _files(home: Path) -> Iterator[Path]:
    """Yield what is worth keeping; the register is taken apart."""
    for root, folders, names in os.walk(home):
        here = Path(root)
        if here == home:
            folders[:] = [name for name in folders if name not in _LEFT]
        folders.sort()
        for name in sorted(names):
            path = here / name
            passing = name.endswith((".partial", ".lock", "-wal", "-shm", "-journal")) or name == ".lock"
            apart = path in (home / register_dump.SQLITE, home / MANIFEST)
            if not (passing or apart or path.is_symlink()):
                yield path


def _links(home: Path) -> dict[str, str]:
    latest = home / _LATEST
    return {_LATEST: latest.readlink().name} if latest.is_symlink() else {}


def _link_or_copy(source: Path, target: Path, before: Path | None) -> str:
    """Link a picture, which never changes, to the last backup's or to the home's; copy all else. Return the sha256.

    Each link is read whole, which the manifest needs anyway: a picture that rotted there goes into no further backup.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for there in (before, source) if is_picture(source) else ():
        if there and _link(there, target) == _named(source):
            return _named(source)
    target.unlink(missing_ok=True)
    shutil.copy2(source, target)
    return digest_of_file(target)


def _link(there: Path, target: Path) -> str:
    """Link a file and return its sha256, "" where it cannot be linked or read."""
    target.unlink(missing_ok=True)
    try:
        os.link(there, target)
        return digest_of_file(target)
    except OSError:
        return ""


def _named(picture: Path) -> str:
    """Return the sha256 that a picture of the vault is named by."""
    return picture.parent.name + picture.name


def is_picture(path: Path) -> bool:
    """Whether a path is a picture of the vault, which never changes."""
    return "vault" in path.parts and len(path.name) == 62


def newest(to: Path) -> Backup | None:
    """Return the newest complete backup in a folder that can be read, None when there is none."""
    for folder in reversed(folders(to)):
        with suppress(ConfigError):
            return read(folder)
    return None


def folders(to: Path) -> list[Path]:
    """Return the folders of the complete backups in a folder, the oldest first."""
    return sorted(file.parent for file in to.glob(f"*/{MANIFEST}") if not is_half(file.parent))


def read(folder: Path) -> Backup:
    """Return a backup; ConfigError when it is not complete, or newer than this program."""
    try:
        facts: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        message = f"{folder}: no complete backup: {MANIFEST} is not there, or cannot be read"
        raise ConfigError(message) from error
    if not _is_ours(facts):
        message = f"{folder}: {MANIFEST} is not as Catchlight writes it, or names files outside of the home; take another backup"
        raise ConfigError(message)
    if facts.get("format", 0) > _FORMAT or facts.get("schema", 0) > VERSION:
        message = (
            f"{folder}: made by Catchlight {facts.get('catchlight')} (schema {facts.get('schema')}, this one has "
            f"{VERSION}); update Catchlight, then restore"
        )
        raise ConfigError(message)
    return Backup(folder, facts)


def _is_ours(facts: Any) -> bool:
    """Whether a manifest has what it must, and every name in it stays in the home: a backup lies where others may write."""
    if not isinstance(facts, dict) or not isinstance(facts.get("made"), str):
        return False
    files, links = facts.get("files"), facts.get("links")
    if not isinstance(files, dict) or not isinstance(links, dict) or links.keys() - {_LATEST}:
        return False
    return all(isinstance(one, str) and _is_inside(one) for one in (*files, *links.values()))


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\0" not in name


def wrong(backup: Backup) -> list[str]:
    """Return the files of a backup that are gone or changed."""
    return [name for name, digest in backup.files.items() if not is_whole(backup.folder / name, digest)]


def is_whole(path: Path, digest: str) -> bool:
    """Whether a file is there and as it was put aside."""
    return path.is_file() and digest_of_file(path) == digest


def restore(backup: Backup, home: Path, step: Step = lambda _: None) -> None:
    """Put a backup back as a home folder that is not there yet; ConfigError when it is, or a file is not whole.

    Nothing appears under its name before all of it is there. It says of itself that it was put back, and from when.
    """
    home = home.resolve()  # "." has no name to write beside
    if home.exists() and any(home.iterdir()):
        message = f"--home {home}: is not empty; move it away first: nothing is overwritten by a restore"
        raise ConfigError(message)
    broken = wrong(backup)
    if broken:
        message = f"{backup.folder}: {len(broken)} files are gone or changed, such as {broken[0]}; take another backup"
        raise ConfigError(message)
    fresh = home.with_name(f".{home.name}.partial")
    _clear(fresh)
    above = make_folder(home.parent)
    for name in backup.files:
        _put(backup.folder / name, fresh / name)
        step(1)
    for name, target in backup.facts["links"].items():
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).symlink_to(target)
    _load(fresh)
    restored.mark(fresh, backup.facts["made"])
    _sync(fresh)
    if home.exists():
        home.rmdir()
    fresh.rename(home)
    sync_names(*above)


def _clear(left: Path) -> None:
    """Delete what a killed restore left; ConfigError for what is not to be deleted, such as a link or another account's folder."""
    shutil.rmtree(left, ignore_errors=True)
    if os.path.lexists(left):
        message = f"{left}: is in the way of what is put back, and cannot be deleted; see whose it is, and delete it"
        raise ConfigError(message)


def _put(source: Path, target: Path) -> None:
    make_folder(target.parent, 0o700 if "secrets" in target.parts else 0o770)
    shutil.copy2(source, target)
    target.chmod(stat.S_IMODE(source.stat().st_mode))


def _load(fresh: Path) -> None:
    """Put a register of PostgreSQL into the database that the restored address names."""
    file, address = fresh / register_dump.POSTGRESQL, fresh / "secrets" / "register.url"
    if file.is_file():
        register_dump.load(file, read_secret(address))
        file.unlink()
