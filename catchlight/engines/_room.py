"""How a pipeline fits on a card: what lies there, how many pictures at once, chosen from measured free memory."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Mode = Literal["resident", "offload", "layers"]
MODES: tuple[Mode, ...] = ("resident", "offload", "layers")
MANY = 20  # steps: with fewer, copying each block at each step took less than copying whole parts for each picture
GIB = 1 << 30
RESERVE = GIB  # the driver's own, and what fragments
PICTURE, TILED = 3 * GIB, 3 * GIB // 2  # while one picture of a megapixel is made: decoded whole, or in tiles


@dataclass(frozen=True, slots=True)
class Room:
    """``resident``: all on the card; ``offload``: one part at a time; ``layers``: one block at a time.

    ``batch`` is how many pictures are made at once, ``tiled`` whether they are decoded in tiles, ``beside``
    whether a batch is decoded while the next one is denoised.
    """

    mode: Mode
    batch: int = 1
    tiled: bool = False
    beside: bool = False

    def smaller(self, modes: tuple[Mode, ...] = MODES) -> "Room | None":
        """Return what needs less memory; None when nothing does."""
        if self.beside:
            return replace(self, beside=False)
        if self.batch > 1:
            return replace(self, batch=self.batch // 2)
        if not self.tiled:
            return replace(self, tiled=True)
        later = [mode for mode in modes if MODES.index(mode) > MODES.index(self.mode)]
        return Room(later[0], tiled=True) if later else None


def modes_for(steps: int) -> tuple[Mode, ...]:
    """Return the modes worth trying for a pipeline of so many steps, those that need most memory first."""
    return MODES if steps >= MANY else ("resident", "layers")


def fit(
    parts: Mapping[str, int], free: int, wanted: int, pixels: int = 1 << 20, modes: tuple[Mode, ...] = MODES
) -> Room:
    """Return the fastest way that fits: ``parts`` are bytes of weights by component, ``free`` bytes on the card."""
    needs = {"resident": sum(parts.values()), "offload": max(parts.values(), default=0), "layers": 0}
    for mode in modes:
        for tiled in (False, True):
            each = (TILED if tiled else PICTURE) * pixels / (1 << 20)
            most = int((free - RESERVE - needs[mode]) // each)
            if most >= 1:
                batch = min(most, wanted)
                return Room(mode, batch, tiled, beside=mode == "resident" and not tiled and most >= 2 * batch)
    return Room("layers", tiled=True)
