"""Who was erased, as keyed references that name nobody: a restored backup or the next list must not bring them back.

The list lies in the home folder and, since a backup of that may be older, in a second folder beside it.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from catchlight.errors import OutsideError
from catchlight.promises import load_promises
from catchlight.spelling import forms
from catchlight.vault import write_whole

FOLDER = "erased"
_KEY, _LIST = "key", "tombstones.json"


def folders(home: Path) -> tuple[Path, Path]:
    """Return where the list of a home lies, and its second copy."""
    beside = load_promises(home).tombstones or home.resolve().with_name(f"{home.resolve().name}.erased")
    return home / FOLDER, beside


def unkept(home: Path) -> str:
    """Return why the second copy could not be written, "" when it could; nothing is written."""
    folder = folders(home)[1]
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        return f"{folder} cannot be {'written' if there == folder else 'made'}"
    return "" if os.access(folder, os.R_OK) or there != folder else f"{folder} cannot be read"


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The references of each copy, with the key that they were made with."""

    copies: tuple[tuple[bytes, frozenset[str]], ...] = ()

    def __bool__(self) -> bool:
        """Whether anybody was ever erased."""
        return any(references for _, references in self.copies)

    def has(self, kind: str, value: str) -> bool:
        """Whether an id (kind ``id``) or an entry of a source (kind ``SOURCE key``) is of somebody erased."""
        return bool(value) and any(
            _reference(key, kind, form) in known for key, known in self.copies for form in forms(value)
        )


def read_tombstones(home: Path) -> Tombstones:
    """Return who was erased, by both copies."""
    found = []
    for folder in folders(home):
        try:
            key, rows = (folder / _KEY).read_bytes(), json.loads((folder / _LIST).read_bytes())
        except FileNotFoundError:
            continue
        found.append((key, frozenset(row["person"] for row in rows)))
    return Tombstones(tuple(found))


def add_tombstones(home: Path, named: Iterable[tuple[str, str]], at: str) -> list[Path]:
    """Write down who is erased, by kind and value, in both copies; return the folders that took it.

    OutsideError when neither did: whoever is erased without it comes back with the next list, their refusal forgotten.
    """
    wanted, kept, refused = list(named), [], []
    for folder, other in permutations(folders(home), 2):
        try:
            _begin(folder, other)
            _add(folder, wanted, at)
        except OSError as error:
            refused.append(f"{folder}: {error.strerror}")
        else:
            kept.append(folder)
    if not kept:
        message = (
            f"the list of who was erased can be written nowhere ({'; '.join(refused)}), so nothing of them was deleted; "
            "free some space or check the rights, then erase them again"
        )
        raise OutsideError(message)
    return kept


def take_away(home: Path, id_: str) -> bool:
    """Let somebody be taken in again: their references go. Entries of sources go with all others of that day's erasure."""
    gone = False
    for folder in folders(home):
        if not (folder / _LIST).is_file():
            continue
        key, rows = (folder / _KEY).read_bytes(), json.loads((folder / _LIST).read_bytes())
        theirs = {_reference(key, "id", form) for form in forms(id_)}
        mine = {row["at"] for row in rows if row["person"] in theirs}
        _write(folder, [row for row in rows if row["at"] not in mine])
        gone = gone or bool(mine)
    return gone


def _begin(folder: Path, other: Path) -> None:
    """Begin a copy that is not there yet with all that the other one has."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (folder / _KEY).is_file():
        return
    begun = (other / _KEY).is_file()
    if begun and (other / _LIST).is_file():
        write_whole(folder / _LIST, (other / _LIST).read_bytes())
    write_whole(folder / _KEY, (other / _KEY).read_bytes() if begun else secrets.token_bytes(32))
    (folder / _KEY).chmod(0o600)


def _add(folder: Path, named: Iterable[tuple[str, str]], at: str) -> None:
    key = (folder / _KEY).read_bytes()
    rows = json.loads((folder / _LIST).read_bytes()) if (folder / _LIST).is_file() else []
    known = {row["person"] for row in rows}
    fresh = dict.fromkeys(_reference(key, kind, value) for kind, value in named)
    _write(folder, rows + [{"person": one, "at": at} for one in fresh if one not in known])


def _write(folder: Path, rows: list[dict[str, str]]) -> None:
    write_whole(folder / _LIST, (json.dumps(rows, indent=1) + "\n").encode())


def _reference(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, json.dumps([kind, value]).encode(), hashlib.sha256).hexdigest()
