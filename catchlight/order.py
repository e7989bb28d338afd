"""What is to be developed, and the recipe that tells whether it was done before."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from catchlight.caps import NO_CAP, Cap
from catchlight.config import Preset
from catchlight.records import Photo
from catchlight.wish import NO_WISH, Wish


@dataclass(frozen=True, slots=True)
class Order:
    """What to develop: one person, their photos (bytes in the vault), the recipe of the result, cap and wish.

    ``preset`` is the look of their group; None for the room's. ``agreed`` is what they agreed to have painted.
    ``compared``: their face may be compared by its geometry, where the preset does that.
    """

    employee: str
    recipe: str
    photos: tuple[Photo, ...]
    cap: Cap = NO_CAP
    wish: Wish = NO_WISH
    preset: Preset | None = None
    agreed: tuple[str, ...] = ()
    compared: bool = True


def recipe_of(
    employee: str,
    photos: Iterable[Photo],
    setup: str,
    cap: Cap = NO_CAP,
    wish: Wish = NO_WISH,
    agreed: Iterable[str] = (),
    *,
    compared: bool = True,
) -> str:
    """Return the digest of all that decides a portrait; ``setup`` stands for preset, engines, models and code."""
    parts = [employee, *sorted(f"{photo.digest} {photo.date}" for photo in photos), setup]
    parts += [f"{cap.rung} {cap.by}"] * (cap != NO_CAP) + [wish.key] * (wish != NO_WISH)
    parts += [f"agreed to {purpose}" for purpose in agreed]
    parts += ["faces not compared"] * (not compared)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
