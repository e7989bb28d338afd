"""Who is just being erased: what tells of them is noted until nothing does, so that an erasure that was stopped can go on."""

import hashlib
import json
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catchlight.errors import OutsideError
from catchlight.vault import write_whole

_FOLDER, _FILE = "erased/unfinished-", "traces.json"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Somebody whose erasure was begun: their names and digests, which may stand nowhere else any more."""

    employee: str
    words: frozenset[str]
    digests: frozenset[str]


@contextmanager
def noted(home: Path, employee: str, words: Collection[str], digests: Collection[str]) -> Iterator[None]:
    """Keep a note while somebody is being erased; where that is stopped, it stays. OutsideError when none can be made."""
    folder = home / f"{_FOLDER}{hashlib.sha256(employee.encode()).hexdigest()[:16]}"
    told = {"employee": employee, "words": sorted(words), "digests": sorted(digests)}
    try:
        write_whole(folder / _FILE, json.dumps(told).encode(), mode=0o600, folder_mode=0o700)
    except OSError as error:
        message = (
            f"{folder}: cannot be written: {error.strerror}, so nothing of them was deleted yet; "
            "free some space or check the rights, then erase them again"
        )
        raise OutsideError(message) from error
    yield
    shutil.rmtree(folder)


def unfinished(home: Path) -> list[Unfinished]:
    """Return whose erasure was begun and not ended."""
    found = [json.loads(file.read_bytes()) for file in sorted(home.glob(f"{_FOLDER}*/{_FILE}"))]
    return [Unfinished(one["employee"], frozenset(one["words"]), frozenset(one["digests"])) for one in found]
