"""Which sizes of a run's portraits a place gets."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from catchlight.delivery import Size, size_named, sizes_named
from catchlight.place import Place
from catchlight.publish_crops import crops_of, square


def sizes_for(place: Place, home: Path, folder: Path, names: Sequence[str]) -> list[Size]:
    """Return the sizes that a place gets; none where something else than portraits comes there."""
    if place.makes:
        return []
    if place.accounts:
        return [_size_of(place, home, folder)]
    return sizes_of_files(home, folder, names)


def sizes_of_files(home: Path, folder: Path, names: Sequence[str]) -> list[Size]:
    """Return the sizes that a place of files gets, each once."""
    crops = crops_of(home, folder)
    wanted = [size for name in names for size in sizes_named(name, crops)]
    return list({size.name: size for size in wanted}.values())


def _size_of(place: Place, home: Path, folder: Path) -> Size:
    """Return the one size that a place of people takes: square, since that is how people are shown there."""
    takes = place.takes
    return replace(size_named(takes.size), max_bytes=takes.most_bytes or None, crop=square(home, folder))
