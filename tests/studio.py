"""What the tests of the studio share: warm engines, a warm decoder, portraits that are made once."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catchlight import plugins
from catchlight.anatomy import Landmarks, Picture
from catchlight.config import Preset, load_preset
from catchlight.decoding import Decoded, decode
from catchlight.sitting import Sitting, sit
from catchlight.studio import Studio

# Ten official portraits: dark and light skin, long and no hair, glasses, light and dark backgrounds.
TEN = ("A000148", "C000537", "E000298", "H001052", "M000312", "O000174", "T000460", "icpsr021132", "icpsr021137",
       "icpsr021904")  # fmt: skip
REFERENCE = "icpsr021904"
SMALL = 512  # portraits of this height where a test does not look at the size


@dataclass(frozen=True, slots=True)
class Gallery:
    """Opens and develops the photographs of a folder."""

    photos: Path
    studio: Studio

    def bytes_of(self, name: str) -> bytes:
        """Return the file of a photo."""
        return (self.photos / f"{name}.jpg").read_bytes()

    def open(self, name: str) -> Decoded:
        """Return a photo."""
        return decode(self.bytes_of(name))

    def sit(self, picture: Picture, preset: Preset | None = None) -> Sitting:
        """Make a small portrait of a picture."""
        return sit(as_photo(picture), preset or self.studio.preset, self.studio)


def as_photo(picture: Picture) -> Decoded:
    """Return a picture as if it had been read from a file."""
    return Decoded(picture, None, "PNG")


def small(name: str = "house") -> Preset:
    """Return a preset that makes small portraits."""
    preset = load_preset(name)
    return preset.model_copy(update={"delivery": preset.delivery.model_copy(update={"master": SMALL})})


def measure(check: str, sitting: Sitting) -> float:
    """Return the reading of a check."""
    return float(plugins.load("catchlight.checks", check).measure(sitting))


def drawn_face(eye_to_chin: float = 100.0, roll: float = 0.0) -> Landmarks:
    """Return the landmarks of a face of ideal proportions with its eyes' midpoint at (400, 300)."""
    turn = np.radians(roll)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) * eye_to_chin

    def at(x: float, y: float) -> np.ndarray:
        return (np.array([x, y]) @ axes + (400, 300)).astype(np.float32)

    around = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    oval = [at(0.65 * np.sin(a), 0.2 - 0.8 * np.cos(a)) for a in around]
    return Landmarks(
        right_eye=at(-0.3, 0), left_eye=at(0.3, 0), nose=at(0, 0.4), mouth_right=at(-0.22, 0.65),
        mouth_left=at(0.22, 0.65), chin=at(0, 1), brow_top=at(0, -0.6), oval=np.stack(oval),
        right_lids=0.1 * eye_to_chin, left_lids=0.1 * eye_to_chin, inner_lips=0.0, yaw=0.0, pitch=0.0,
        roll=roll, mesh=np.zeros((1, 3), np.float32),
    )  # fmt: skip
