"""What the contract of all sources asks of a world: a server, real or a stand-in, whose people a test can change."""

from collections.abc import Sequence
from io import BytesIO
from typing import Literal, Protocol

import numpy as np
from PIL import Image

from catchlight.source import Source

Fault = Literal["401", "403", "404", "429", "500", "truncated", "wrong_type", "slow"]
What = Literal["list", "photo"]


def jpeg(number: int) -> bytes:
    """Return a small picture of its own for each number."""
    pixels, file = np.random.default_rng(number).integers(0, 255, (24, 20, 3), np.uint8), BytesIO()
    Image.fromarray(pixels).resize((60, 72)).save(file, "JPEG")
    return file.getvalue()


class World(Protocol):
    """A directory with people and photos; ``page`` people come on one page where there are pages at all.

    ``none`` are its ways of saying that somebody has no photo, ``calls`` what it was asked so far (one line a call
    with the person's key in it; stays empty where calls cannot be counted). ``tells`` is whether the list tells when
    a photo changes.
    """

    none: Sequence[str]
    calls: list[str]
    tells: bool
    page: int

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Let somebody be there with this photo (None: without) and these values of our fields."""

    def without_photo(self, key: str, how: str) -> None:
        """Take somebody's photo away; ``how`` is one of ``none``."""

    def gone(self, key: str) -> None:
        """Take somebody away."""

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let the next ``times`` answers of a kind be faulty."""

    def open(self) -> Source:
        """Return the source as a job would open it."""
