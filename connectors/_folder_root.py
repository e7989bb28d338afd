"""The folder that a publication began with: when its disk is unmounted meanwhile, another folder has its path."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from catchlight.errors import OutsideError


@dataclass(frozen=True, slots=True)
class Root:
    """A folder, and which one had its path at first (None for none)."""

    path: Path
    began: tuple[int, int] | None

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the folder that has a path now."""
        return cls(path, _which(path))

    def must_be_the_same(self) -> None:
        """Raise OutsideError when another folder has the path by now."""
        if _which(self.path) != self.began:
            message = f"{self.path}: it is another folder than when this began; is the disk still mounted?"
            raise OutsideError(message)

    def is_bare(self) -> bool:
        """Whether nothing at all is in it."""
        return not any(self.path.iterdir())


def _which(path: Path) -> tuple[int, int] | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_dev, told.st_ino
