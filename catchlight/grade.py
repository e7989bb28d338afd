"""Exposure and white balance, bounded: badly exposed photos move a little; no skin tone is aimed at."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32

from catchlight.config import Light
from catchlight.neutrals import Neutrals
from catchlight.pixels import among, brightest, in_all, median

# CIELAB a and b of skin at one luminance (Y = 0.3): the natural colour range of ISO/IEC 29794-5, a 5–25
# and b 5–35, widened to hold skin from very pale to very dark once lightness is taken out.
_A, _B = (4.0, 29.0), (4.0, 37.5)
_CLOTH_UNSURE, _EYES_UNSURE = 0.5, 1.0  # CIELAB units of a cast that may be the thing's own colour
_GREY = 3.0  # CIELAB units: skin with less colour is that of a black-and-white photo
_SKIN_MOVES = 7.0  # CIELAB units: a correction never moves the colour of skin further
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, slots=True)
class Grade:
    """Exposure in stops and a gain per channel (luminance kept).

    ``stops`` correct the photo; ``pattern`` is the preset's own exposure, the same for everybody.
    """

    stops: float = 0.0
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    pattern: float = 0.0

    @property
    def exposure(self) -> float:
        """Both together, in stops."""
        return self.stops + self.pattern

    @property
    def slight(self) -> bool:
        """Whether nobody would see it: under a tenth of a stop in exposure and in each channel."""
        return abs(self.stops) < 0.1 and all(abs(float(np.log2(gain))) < 0.1 for gain in self.gains)

    def apply(self, linear: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w 3"]:
        """Return the picture corrected, with a shoulder instead of clipping."""
        if self == Grade():
            return linear
        moved = linear * (np.array(self.gains, np.float32) * np.float32(2**self.exposure))
        return shoulder(moved) if self.exposure > 0 else moved


def shoulder(linear: Float32[np.ndarray, "h w 3"], knee: float = 0.8) -> Float32[np.ndarray, "h w 3"]:
    """Bend what would clip: x up to ``knee``, then towards 1; all three channels by one scalar."""
    peak = brightest(linear)
    if peak.max(initial=0) <= knee:
        return linear
    np.maximum(peak, np.float32(knee), out=peak)
    gain = peak - np.float32(knee)
    gain /= gain + np.float32(1 - knee)
    gain *= np.float32(1 - knee)
    gain += np.float32(knee)
    gain /= peak
    return np.asarray(cv2.multiply(linear, in_all(gain)))


def measure(
    linear: Float32[np.ndarray, "h w 3"], skin: Bool[np.ndarray, "h w"], light: Light, neutrals: Neutrals
) -> Grade:
    """Choose a correction from the whole picture's range and from what should be without colour.

    Exposure looks at how far the brightest parts beside the skin are from white, never at how light a
    person's skin is: there is no skin tone to aim at.
    """
    pixels = among(linear, skin)
    if len(pixels) < 50:
        return Grade()
    return Grade(_stops(brightest(linear)[~skin], light), _balance(median(pixels), light, neutrals))


def _balance(skin: Float[np.ndarray, " 3"], light: Light, of: Neutrals) -> tuple[float, float, float]:
    """Return gains that take a cast out: of white cloth or of the eyes; without either, only what no skin has."""
    try:
        cast = of.cast
    except LookupError:
        return _gains(skin, light)
    unsure = _CLOTH_UNSURE if of.cloth is not None else _EYES_UNSURE
    share = light.white_balance * max(0.0, 1 - unsure / max(float(np.hypot(*cast)), 1e-6))
    gains = _neutralising(cast * share)
    return _kept(gains ** _within_reach(gains, skin), skin)


def _neutralising(cast: Float[np.ndarray, " 2"]) -> Float[np.ndarray, " 3"]:
    """Return linear gains that take a cast (CIELAB a, b) out of a light grey."""
    lab = np.array([[[80, *cast], [80, 0, 0]]], np.float32)
    there, grey = _decode(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)[0])
    return np.asarray(grey / np.maximum(there, 1e-3))


def _within_reach(gains: Float[np.ndarray, " 3"], skin: Float[np.ndarray, " 3"]) -> float:
    """Return how much of a correction leaves the skin within ``_SKIN_MOVES`` CIELAB units of the photo."""
    moved = float(np.hypot(*(cast_of(skin * gains) - cast_of(skin))[1:]))
    return min(1.0, _SKIN_MOVES / max(moved, 1e-6))


def _kept(gains: Float[np.ndarray, " 3"], skin: Float[np.ndarray, " 3"]) -> tuple[float, float, float]:
    """Return gains that leave the skin's luminance as it is."""
    kept = gains * (skin @ _LUMINANCE) / max(float((skin * gains) @ _LUMINANCE), 1e-6)
    return float(kept[0]), float(kept[1]), float(kept[2])


def _stops(elsewhere: Float32[np.ndarray, " n"], light: Light) -> float:
    """Look at how bright the brightest channels beside the skin are."""
    if not len(elsewhere):
        return 0.0
    bright = float(np.percentile(elsewhere[::8], 99.5))
    return min(light.max_stops, max(0.0, float(np.log2(light.white_low / max(bright, 1e-4)))))


def cast_of(skin: Float[np.ndarray, " 3"]) -> Float32[np.ndarray, " 3"]:
    """Return a skin colour (linear RGB) as CIELAB at one lightness, so that only its cast is left."""
    luminance = max(float(skin @ _LUMINANCE), 1e-6)
    return cv2.cvtColor(_encode(skin * (0.3 / luminance)).astype(np.float32)[None, None], cv2.COLOR_RGB2LAB)[
        0, 0
    ]


def unnatural(lab: Float32[np.ndarray, " 3"]) -> float:
    """Return how far a cast is from what skin can look like, in CIELAB units."""
    return float(np.hypot(lab[1] - np.clip(lab[1], *_A), lab[2] - np.clip(lab[2], *_B)))


def _gains(skin: Float[np.ndarray, " 3"], light: Light) -> tuple[float, float, float]:
    """Return gains that bring a cast of the skin to the edge of what is natural."""
    lab = cast_of(skin)
    if unnatural(lab) == 0 or np.hypot(lab[1], lab[2]) < _GREY:
        return (1.0, 1.0, 1.0)
    wanted = np.array([lab[0], np.clip(lab[1], *_A), np.clip(lab[2], *_B)], np.float32)
    there, target = (_decode(cv2.cvtColor(c[None, None], cv2.COLOR_LAB2RGB)[0, 0]) for c in (lab, wanted))
    gains = np.clip((target + 1e-4) / (there + 1e-4), 0.8, 1.25) ** light.white_balance
    return _kept(gains, skin)


def _encode(linear: np.ndarray) -> np.ndarray:
    x = np.clip(linear, 0, 1)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)


def _decode(srgb: np.ndarray) -> np.ndarray:
    x = np.clip(srgb, 0, 1)
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
