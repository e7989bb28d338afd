"""What lies in a folder of people and photos: its files, its one list, and what is left out of it."""

from dataclasses import dataclass, field
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.place import LIST
from connectors import _folder_disk as disk
from connectors._folder_match import Shelf
from connectors._folder_ours import published
from connectors._folder_people import lists_among


@dataclass(slots=True)
class Contents:
    """The files of a folder, portraits that were published there apart, and names that are no text."""

    shelf: Shelf = field(default_factory=Shelf)
    ours: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    def findings(self) -> list[tuple[str, str]]:
        """Return what is left out, as kinds and sentences."""
        told = [
            (
                "odd_file",
                f"{name} is left out: its name is not UTF-8, or has control characters; give it another one.",
            )
            for name in self.odd
        ]
        pictures = [file for file in self.ours if not file.endswith(LIST)]
        if pictures:
            told.append(
                (
                    "published_file",
                    f"{len(pictures)} portraits that Catchlight published here are nobody's photos, and left out ({pictures[0]} …).",
                )
            )
        return told


def contents(root: Path) -> Contents:
    """Return what is in a folder; ConfigError, OutsideError when it, or a folder in it, cannot be listed."""
    found, sizes = Contents(), dict[str, int]()
    for file, entry in disk.walk(root, found.odd):
        if entry.is_symlink():
            found.shelf.links.add(file)
        elif entry.is_file(follow_symlinks=False):
            sizes[file] = entry.stat(follow_symlinks=False).st_size
    ours = published(root, sizes)
    found.ours = sorted(ours)
    for file, size in sizes.items():
        if file not in ours:
            found.shelf.add(file, size)
    return found


def the_list(root: Path, shelf: Shelf) -> Path | None:
    """Return the list of people, None when there is none; ConfigError when there are two, or it is a link."""
    lists = lists_among({*shelf.sizes, *shelf.links})
    if len(lists) > 1:
        message = f"source {root}: {' and '.join(lists)} are both there; keep the one that is right, and rename the other"
        raise ConfigError(message)
    if lists and lists[0] in shelf.links:
        message = (
            f"source {root}: {lists[0]} is a link, and links are not followed; put the list itself there"
        )
        raise ConfigError(message)
    return root / lists[0] if lists else None
