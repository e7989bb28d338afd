"""What may be named at a place of files: the names that we give, and no other."""

import re

from catchlight.errors import PhotoError

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@-]{0,119}")
_BESIDE = (".partial", ".before")
_DEEPEST = 8


def parts_of(target: str) -> tuple[str, ...]:
    """Return the parts of a target; PhotoError for one that is not plainly inside the folder."""
    parts = tuple(target.split("/"))
    if (
        len(parts) > _DEEPEST
        or not all(_PART.fullmatch(part) for part in parts)
        or target.endswith((*_BESIDE, "."))
    ):
        message = f"{target!r} is not a name that files are published under"
        raise PhotoError("place.name", message)
    return parts


def partial_of(target: str) -> str:
    """Return where a file grows before it is whole: one name per file, so that it is found again."""
    return _beside(target, ".partial")


def before_of(target: str) -> str:
    """Return where a file waits while another takes its name."""
    return _beside(target, ".before")


def is_leftover(path: str) -> bool:
    """Whether a path is what a stopped write left."""
    name = path.rpartition("/")[2]
    return name.startswith(".") and name.endswith(_BESIDE)


def _beside(target: str, ending: str) -> str:
    folder, slash, name = target.rpartition("/")
    return f"{folder}{slash}.{name}{ending}"
