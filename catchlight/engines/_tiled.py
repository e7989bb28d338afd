"""A picture enlarged tile by tile, with seams that pass from one tile into the next."""

from collections.abc import Iterator

import numpy as np

from catchlight.anatomy import OtherPicture, Picture


class Tiled:
    """An enlarger by tiles: whoever inherits sets ``scale``, ``tile`` and ``overlap``, and makes one part."""

    scale: int
    tile: int
    overlap: int

    def enlarge(self, picture: Picture) -> OtherPicture:
        """Return the picture ``scale`` times as wide and as high, made tile by tile."""
        height, width = picture.shape[:2]
        large = np.empty((height * self.scale, width * self.scale, 3), np.uint8)
        done = 0
        for top in self._starts(height):
            band = self._band(picture[top : top + self.tile])
            done = _lay(large, band, top * self.scale, done)
        return large

    def _band(self, rows: Picture) -> np.ndarray:
        """Enlarge as many rows as a tile is high, from the left to the right."""
        height, width = rows.shape[:2]
        band = np.empty((width * self.scale, height * self.scale, 3), np.float32)  # turned: left is first
        done = 0
        for left in self._starts(width):
            part = self._part(rows[:, left : left + self.tile])
            done = _lay(band, part.swapaxes(0, 1), left * self.scale, done)
        return band.swapaxes(0, 1)

    def _starts(self, length: int) -> Iterator[int]:
        """Yield where tiles begin; the last one ends with the picture."""
        last = max(0, length - self.tile)
        yield from range(0, last, self.tile - self.overlap)
        yield last

    def _part(self, part: Picture) -> np.ndarray:
        """Enlarge one tile or what is left of one; float32 grey levels."""
        raise NotImplementedError

    def _filled(self, part: Picture) -> np.ndarray:
        """Return a tile as a network takes it, 0–1, 1 × 3 × tile × tile: filled up by its edge where it is smaller."""
        height, width = part.shape[:2]
        more = (0, self.tile - height), (0, self.tile - width), (0, 0)
        return np.pad(part, more, mode="edge").transpose(2, 0, 1)[None] / 255

    def _cut(self, found: np.ndarray, part: Picture) -> np.ndarray:
        """Return what a network gave for a tile, as grey levels without what was filled up."""
        height, width = (side * self.scale for side in part.shape[:2])
        return 255 * np.clip(found[0].transpose(1, 2, 0)[:height, :width].astype(np.float32), 0, 1)


def _lay(into: np.ndarray, part: np.ndarray, at: int, done: int) -> int:
    """Lay ``part`` on ``into`` from row ``at``, blended over the rows that are ``done``; return how many now are."""
    shared, end = max(0, done - at), at + part.shape[0]
    share = ((np.arange(shared, dtype=np.float32) + 0.5) / max(1, shared))[:, None, None]
    blended = into[at : at + shared] * (1 - share) + part[:shared] * share
    whole = np.issubdtype(into.dtype, np.integer)
    into[at : at + shared] = blended.round() if whole else blended
    into[at + shared : end] = part[shared:].round() if whole else part[shared:]
    return max(done, end)
