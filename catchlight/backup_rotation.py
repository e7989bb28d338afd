"""Backups that are past their term go, as people were told; the newest complete one stays however old it is."""

import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catchlight.backup import MANIFEST

_NAME = re.compile(r"(\d{8}-\d{6})(-\d)?")  # the second of a second has a number


def due(to: Path, days: int, now: datetime) -> list[Path]:
    """Return the backups in a folder that are older than ``days`` days, the oldest first, halves of a killed one too."""
    made = {folder: at for folder in to.iterdir() if folder.is_dir() and (at := _made(folder.name))}
    newest = max((folder for folder in made if (folder / MANIFEST).is_file()), default=None)
    return sorted(
        folder for folder, at in made.items() if at < now - timedelta(days=days) and folder != newest
    )


def delete(folders: Sequence[Path]) -> None:
    """Delete backups; what others have as well stays theirs, as each name of a picture is a link of its own."""
    for folder in folders:
        (folder / MANIFEST).unlink(missing_ok=True)  # first: what is half gone counts as no backup
        shutil.rmtree(folder)


def _made(name: str) -> datetime | None:
    """Return when a folder was made by its name, None where it is none of ours."""
    found = _NAME.fullmatch(name)
    with suppress(ValueError):  # digits that are no day
        return datetime.strptime(found[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC) if found else None
    return None
