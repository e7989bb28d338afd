"""What a painter is asked for and what it gives back, whichever model it is."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Bool

from catchlight.anatomy import Picture

# What people agree to: that a model paints what lies behind them and what a photo lacks; and clothes that it shows.
GENERATE, CLOTHES = "generate", "generate_clothes"


@dataclass(frozen=True, slots=True)
class Words:
    """What is to be painted, and what is not: built from a preset's own choices, never from anybody's free text."""

    prompt: str
    avoid: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture, where it may be repainted (True), and what with."""

    picture: Picture
    mask: Bool[np.ndarray, "h w"]
    words: Words


@dataclass(frozen=True, slots=True)
class Take:
    """What one seed gave; ``fault`` says why there is no picture: not-a-number, black or unchanged."""

    seed: int
    picture: Picture | None
    fault: str = ""


class Painter(Protocol):
    """Repaints parts of a picture. The same scene and seed give the same picture on the same hardware."""

    step: int  # both sides of a scene are multiples of it, pixels
    most: int  # pixels that a scene has at most
    digest: str  # of the weights

    def paint(self, scene: Scene, seeds: tuple[int, ...]) -> list[Take]:
        """Return one take a seed, in their order. OutsideError when the device has too little memory for one."""
        ...

    def warm(self, words: Words) -> None:
        """Get ready to paint these words."""
        ...
