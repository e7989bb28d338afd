"""A bright office far out of focus, drawn from a seed: windows, ceiling lamps, shelves, plants, points of light."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from jaxtyping import Float, Float32

SIDE = 1024  # height of the drawn room, pixels
_DAY, _LAMP = (1.0, 1.04, 1.08), (1.0, 0.83, 0.60)  # light through the windows, light of the lamps
_BRIGHT = 0.765  # of green: stands off from all but the lightest faces
_HORIZON = 0.47  # where eyes and vanishing point are, share of the height
_GLINTS = (  # x, y, their spread, how many, colour
    (0.14, 0.50, 0.10, 0.05, 14, (0.8, 1.0, 0.75)),
    (0.84, 0.42, 0.08, 0.10, 10, _LAMP),
    (0.58, 0.45, 0.02, 0.10, 4, _DAY),
)

Light = tuple[float, float, float] | Float[np.ndarray, " 3"]  # linear RGB, may be brighter than 1


@dataclass(frozen=True, slots=True)
class _Room:
    """A canvas in linear light that may be brighter than 1; places are shares of width and height."""

    canvas: Float32[np.ndarray, "h w 3"]
    dice: np.random.Generator

    def wash(self, box: tuple[float, float, float, float], light: Light, share: float = 1) -> None:
        """Paint a box (left, top, right, bottom) with some light, letting ``1 − share`` of what was there through."""
        height, width = self.canvas.shape[:2]
        x0, x1 = (round(np.clip(x, 0, 1) * width) for x in box[::2])
        y0, y1 = (round(np.clip(y, 0, 1) * height) for y in box[1::2])
        part = self.canvas[y0:y1, x0:x1]
        part += np.float32(share) * (np.array(light, np.float32) - part)

    def shape(self, corners: list[tuple[float, float]], light: Light) -> None:
        """Paint a polygon."""
        height, width = self.canvas.shape[:2]
        points = np.round(np.array(corners) * (width, height)).astype(np.int32)
        cv2.fillPoly(self.canvas, [points], [float(part) for part in light])

    def between(self, low: float, high: float) -> float:
        """Return a number that the seed decides."""
        return float(self.dice.uniform(low, high))


def draw(
    wall: Float32[np.ndarray, " 3"], aspect: float, blur: float, seed: int
) -> Float32[np.ndarray, "h w 3"]:
    """Return a room with walls of a colour (linear RGB), in linear light 0–1.

    ``blur`` is the radius of the lens's disc as a share of the height; the same seed draws the same room.
    """
    room = _Room(np.empty((SIDE, round(SIDE * aspect), 3), np.float32), np.random.default_rng(seed))
    _walls(room, wall)
    _ceiling(room, wall)
    _shelves(room, wall)
    _windows(room)
    _desks(room)
    _plants(room)
    seen = _through_lens(room.canvas, blur * SIDE)
    for x, y, size, light in _lights(room):
        _disc(seen, (x, y), size * blur * SIDE, light)
    return _developed(seen)


def _walls(room: _Room, wall: np.ndarray) -> None:
    """Daylight falls off from the windows on the left; the floor is darker and warmer."""
    height, width = room.canvas.shape[:2]
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    room.canvas[:] = wall * (0.92 - 0.38 * x)
    room.canvas[round(0.74 * height) :] *= np.array([0.62, 0.55, 0.47], np.float32)


def _ceiling(room: _Room, wall: np.ndarray) -> None:
    """Rows of lamps run towards the vanishing point."""
    room.shape([(0, 0), (1, 0), (0.66, 0.25), (0.36, 0.25)], 0.62 * wall)
    for start in (0.30, 0.62, 0.94):
        for near, far in ((0.0, 0.30), (0.42, 0.62), (0.72, 0.84)):
            a, b = (start + (0.51 - start) * depth * 0.9 for depth in (near, far))
            y = 0.25 * near, 0.25 * far
            half = 0.045 * (1 - near), 0.045 * (1 - far)
            room.shape([(a - half[0], y[0]), (a + half[0], y[0]), (b + half[1], y[1]), (b - half[1], y[1])],
                       (1.9, 1.75, 1.5))  # fmt: skip


def _windows(room: _Room) -> None:
    """Tall panes in perspective: sky above, trees and houses below, frames between them."""
    edges = 0.44 * (1 - 0.76 ** np.arange(7)) / (1 - 0.76**6) - 0.04
    for left, right in pairwise(edges):
        depth = (left + 0.04) / 0.44
        top, bottom = 0.02 + 0.20 * depth, 0.86 - 0.18 * depth
        light = room.between(0.85, 1.1)
        room.wash((left, top, right, bottom), 2.1 * light * np.array(_DAY))
        room.wash((left, _HORIZON - 0.02, right, bottom), (0.66, 0.72, 0.68))
        for _ in range(3):
            x, y = room.between(left, right), room.between(0.36, 0.56)
            green = room.between(0.20, 0.5)
            room.wash((x - 0.03, y, x + 0.02, bottom - 0.05), (green * 0.80, green, green * 0.70), 0.8)
        frame = 0.016 * (1.15 - depth)
        room.wash((right - frame, top - 0.02, right + frame, bottom), (0.17, 0.18, 0.19))
        room.wash((left, bottom - 0.02, right, bottom), (0.42, 0.41, 0.40))


def _shelves(room: _Room, wall: np.ndarray) -> None:
    """Draw a wooden wall with lit shelves and things on them, a glass door beside it."""
    room.wash((0.50, 0.25, 0.53, 0.76), 0.86 * wall, 0.7)
    room.wash((0.56, 0.20, 0.63, 0.78), (0.78, 0.86, 0.88), 0.5)
    room.wash((0.70, 0.10, 1.0, 0.80), (0.36, 0.27, 0.19), 0.85)
    for y in (0.24, 0.38, 0.52, 0.66):
        room.wash((0.72, y - 0.10, 0.98, y), (0.46, 0.36, 0.26))
        room.wash((0.72, y - 0.104, 0.98, y - 0.088), (1.25, 1.02, 0.74))
        x = 0.725
        while x < 0.95:
            wide, high = room.between(0.012, 0.035), room.between(0.03, 0.085)
            tone = room.between(0.08, 0.8) * np.array([1, room.between(0.8, 1), room.between(0.65, 1.05)])
            room.wash((x, y - high, x + wide, y), tone, 0.9)
            x += wide + (room.between(0.02, 0.06) if room.between(0, 1) > 0.7 else 0.002)


def _desks(room: _Room) -> None:
    """Tables with screens and chairs, low in the frame."""
    for _ in range(4):
        x, y, wide = room.between(0.15, 0.75), room.between(0.70, 0.80), room.between(0.14, 0.22)
        room.wash((x, y, x + wide, y + 0.025), (0.74, 0.64, 0.50))
        room.wash((x + 0.02, y - 0.09, x + 0.02 + 0.45 * wide, y - 0.01), (0.06, 0.07, 0.08))
        room.wash((x + 0.024, y - 0.085, x + 0.016 + 0.45 * wide, y - 0.02), (0.52, 0.60, 0.70))
        room.wash((x + 0.6 * wide, y - 0.05, x + 0.9 * wide, y + 0.10), (0.07, 0.075, 0.085), 0.9)


def _plants(room: _Room) -> None:
    """Leaves: dark green dots in two heaps."""
    height, width = room.canvas.shape[:2]
    for middle in (0.475, 0.90):
        for _ in range(70):
            x, y = room.dice.normal(middle, 0.032), room.dice.normal(0.62, 0.065)
            green = room.between(0.06, 0.34)
            size = (max(2, round(0.022 * height)), max(1, round(0.008 * height)))
            cv2.ellipse(room.canvas, (round(x * width), round(y * height)), size, room.between(0, 180), 0, 360,
                        (green * 0.62, green, green * 0.45), -1)  # fmt: skip


def _lights(room: _Room) -> list[tuple[float, float, float, Light]]:
    """Return points of light: place, size in discs, brightness; a row of warm lamps, glints in leaves and glass."""
    found: list[tuple[float, float, float, Light]] = []
    for depth in (0.0, 0.3, 0.55, 0.75):
        place = (
            1.0 - 0.42 * depth + room.between(-0.02, 0.02),
            0.13 + 0.19 * depth + room.between(-0.01, 0.01),
        )
        found.append((*place, 1.15 - 0.25 * depth, (0.55 - 0.2 * depth) * np.array(_LAMP)))
    for x, y, wide, high, many, tint in _GLINTS:
        for _ in range(many):
            at = float(room.dice.normal(x, wide)), float(room.dice.normal(y, high))
            bright = 0.035 * float(room.dice.gamma(2.0))
            found.append((*at, room.between(0.85, 1.05), bright * np.array(tint)))
    return found


def _through_lens(room: Float32[np.ndarray, "h w 3"], radius: float) -> Float32[np.ndarray, "h w 3"]:
    """Blur as an open lens does: every point becomes an even disc."""
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    seen = cv2.filter2D(room, -1, disc / disc.sum(), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), 0.18 * radius + 1))


def _disc(seen: np.ndarray, at: tuple[float, float], radius: float, light: Light) -> None:
    """Add one point of light as the lens shows it: a disc with a slightly brighter rim."""
    height, width = seen.shape[:2]
    cx, cy, reach = at[0] * width, at[1] * height, 1.2 * radius + 2
    x0, x1 = max(0, int(cx - reach)), min(width, int(cx + reach) + 2)
    y0, y1 = max(0, int(cy - reach)), min(height, int(cy + reach) + 2)
    if x0 >= x1 or y0 >= y1:
        return
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    away = np.hypot(x - cx, y - cy)
    edge = np.clip((radius - away) / (0.22 * radius) + 0.5, 0, 1)
    shape = edge * edge * (3 - 2 * edge) * (0.88 + 0.12 * np.clip(away / radius, 0, 1) ** 4)
    seen[y0:y1, x0:x1] += shape[..., None] * np.array(light, np.float32)


def _developed(seen: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w 3"]:
    """Expose so that half of the room is lighter than _BRIGHT; a shoulder a channel lets lamps go white."""
    knee, reach = 0.5, 0.5
    wanted = knee + (_BRIGHT - knee) * reach / (1 - _BRIGHT)  # what the shoulder brings to _BRIGHT
    lit = seen * np.float32(wanted / np.median(seen[::8, ::8, 1]))
    over = np.maximum(lit - knee, 0)
    return np.where(over > 0, knee + reach * over / (over + reach), lit).astype(np.float32)
