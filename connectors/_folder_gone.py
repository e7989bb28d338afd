"""What it means when a file that was listed is gone as it is read: that it was taken away, or that its disk went."""

import os
from pathlib import Path

from catchlight.errors import PhotoError
from catchlight.out_of_reach import AWAY
from catchlight.source import SourceGoneError
from connectors._disks_own import is_left_out
from connectors._folder_match import PICTURES


def gone(root: Path, file: str) -> PhotoError | SourceGoneError:
    """Return what a listed file that is gone means: something of this one photo, or of the whole folder."""
    place = _nearest(root, (root / file).parent)
    if _holds_photos(place):
        told = f"{file} was there a moment ago and is gone; put it back or take it out of the list"
        return PhotoError(AWAY, told)
    message = (
        f"source {root}: {file} was there a moment ago, and now no photo is left in {place}: did its disk go? No run "
        "was made, and nobody is asked for a photo. Once it is back, the same command goes on"
    )
    return SourceGoneError(message)


def _nearest(root: Path, folder: Path) -> Path:
    """Return the innermost folder that is there still, ``root`` at the least."""
    while folder != root and not folder.is_dir():
        folder = folder.parent
    return folder


def _holds_photos(folder: Path) -> bool:
    """Whether a folder has pictures or folders that people put there: a mount's place without its disk has none."""
    try:
        with os.scandir(folder) as entries:
            return any(_is_theirs(entry) for entry in entries)
    except OSError:
        return False


def _is_theirs(entry: os.DirEntry[str]) -> bool:
    if is_left_out(entry.name):
        return False
    return entry.name.casefold().endswith(PICTURES) or entry.is_dir(follow_symlinks=False)
