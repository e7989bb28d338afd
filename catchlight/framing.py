"""Level the eyes, then place the head by anatomy: chin to crown, eye line, centre."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32

from catchlight import reductions
from catchlight.anatomy import Landmarks, OtherPicture, Picture
from catchlight.config import Crop

# The sheet to work on, in eye-to-chin lengths T around the midpoint of the eyes.
ABOVE, BELOW, BESIDE = 2.1, 2.7, 2.4
CROWN_OF_ANATOMY = 1.15  # bare crown above the eyes, in T
_NEAR = 0.02  # an avatar's circle keeps this share of its radius free
_EARS = 1.25  # ear to ear, in widths of the face's outline
_WIDE = 0.76  # ear to ear, in chin to crown, where nothing was measured


@dataclass(frozen=True, slots=True)
class Affine:
    """Maps picture coordinates to a levelled frame of ``width`` × ``height`` pixels."""

    matrix: Float[np.ndarray, "2 3"]
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as OpenCV wants them."""
        return self.width, self.height

    @property
    def scale(self) -> float:
        """Frame pixels per picture pixel."""
        return float(np.hypot(self.matrix[0, 0], self.matrix[0, 1]))

    def points(self, xy: Float[np.ndarray, "... 2"]) -> Float[np.ndarray, "... 2"]:
        """Map points into the frame."""
        return np.asarray(xy) @ self.matrix[:, :2].T + self.matrix[:, 2]

    def of_reduced(self, scale: float) -> "Affine":
        """Return the same frame for a copy of the picture that is ``scale`` times smaller."""
        matrix = np.array(self.matrix)
        matrix[:, 2] += (matrix[:, 0] + matrix[:, 1]) * (scale - 1) / 2
        matrix[:, :2] *= scale
        return Affine(matrix, self.width, self.height)

    def of_part(self, left: int, top: int) -> "Affine":
        """Return the same frame for a part of the picture that begins at a column and row."""
        matrix = self.matrix.copy()
        matrix[:, 2] += self.matrix[:, :2] @ np.array([left, top])
        return Affine(matrix, self.width, self.height)

    def warp(self, image: np.ndarray, *, outside: float | None = None) -> np.ndarray:
        """Resample an image into the frame; outside of it lies its edge, or the value ``outside``."""
        border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
        times = reductions.times_of(image, self.scale)
        if times > 1:  # average first, so that nothing aliases; whole times, which is fast
            small, matrix = reductions.reduced(image, times), self.of_reduced(times).matrix
            return _warp(small, matrix, self, cv2.INTER_LINEAR, border, outside)
        how = cv2.INTER_CUBIC if outside is None else cv2.INTER_LINEAR
        return _warp(image, self.matrix, self, how, border, outside)


def between(first: Affine, second: Affine) -> Affine:
    """Return the map from the first frame to the second, both frames of one picture."""
    back = np.vstack([cv2.invertAffineTransform(first.matrix), [0, 0, 1]])
    return Affine(second.matrix @ back, second.width, second.height)


def _warp(
    image: np.ndarray, matrix: np.ndarray, to: Affine, how: int, border: int, outside: float | None
) -> np.ndarray:
    """Resample an image; one of three colours with a fourth, to the same bits in half the time."""
    fourth = how == cv2.INTER_LINEAR and image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
    source = cv2.cvtColor(image, cv2.COLOR_RGB2RGBA) if fourth else image
    value = [outside or 0.0] * 4
    found = cv2.warpAffine(source, matrix, to.size, flags=how, borderMode=border, borderValue=value)
    return np.asarray(cv2.cvtColor(found, cv2.COLOR_RGBA2RGB) if fourth else found)


def sheet(face: Landmarks, longest: int) -> Affine:
    """Return the levelled sheet around one head, at the photo's own scale or ``longest`` pixels at most."""
    t = face.eye_to_chin
    scale = min(1.0, longest / ((ABOVE + BELOW) * t))
    angle = np.radians(face.roll)
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centre = scale * t * np.array([BESIDE, ABOVE])
    matrix = np.hstack([turn, (centre - turn @ face.eyes)[:, None]])
    return Affine(matrix, round(2 * BESIDE * t * scale), round((ABOVE + BELOW) * t * scale))


@dataclass(frozen=True, slots=True)
class Head:
    """A levelled head in sheet pixels: lines of crown, eyes, chin, and the middle column."""

    crown: float
    eyes: float
    chin: float
    middle: float
    cut: bool
    width: float = 0.0  # ear to ear; 0 when not known

    @property
    def height(self) -> float:
        """Chin to crown in pixels."""
        return self.chin - self.crown

    @property
    def outline(self) -> Float[np.ndarray, "k 2"]:
        """The ellipse through crown, ears and chin, as points."""
        around = np.linspace(0, 2 * np.pi, 72, endpoint=False)[:, None]
        half = np.array([self.width or _WIDE * self.height, self.height]) / 2
        return np.array([self.middle, (self.crown + self.chin) / 2]) + half * np.hstack(
            [np.cos(around), np.sin(around)]
        )


def head(face: Landmarks, to_sheet: Affine, alpha: Float32[np.ndarray, "h w"], seen: np.ndarray) -> Head:
    """Measure the head: crown from the matte, eyes and chin from the landmarks.

    ``seen`` says where the sheet holds photo. ``cut`` is true when the hair runs out of it.
    """
    oval = to_sheet.points(face.oval)
    eyes, chin = to_sheet.points(face.eyes), to_sheet.points(face.chin)
    left, right = oval[:, 0].min(), oval[:, 0].max()
    middle = float((eyes[0] + (left + right) / 2) / 2)
    start = int(np.clip(to_sheet.points(face.brow_top)[1], 1, alpha.shape[0] - 1))
    half = 0.55 * (right - left)
    columns = slice(max(0, int(middle - half)), max(1, int(middle + half) + 1))
    covered = (alpha[:start, columns] > 0.5) & seen[:start, columns]
    share = covered.mean(1)
    empty = np.flatnonzero(share < 0.1)
    top = int(empty[-1]) + 1 if empty.size else 0
    cut = _runs_out(covered, seen[:start, columns], top)
    return Head(
        float(top), float(eyes[1]), float(chin[1]), middle, cut=cut, width=float(_EARS * (right - left))
    )


def _runs_out(covered: np.ndarray, seen: np.ndarray, top: int) -> bool:
    """Whether the photo ends above the crown over a good part of the head's width."""
    return any(_ends(covered, seen, row) for row in (top + 1, top + 2))  # a levelled photo's edge is aslant


def _ends(covered: np.ndarray, seen: np.ndarray, row: int) -> bool:
    """Whether a good part of a row is hair, and what lies three rows above it not in the photo."""
    hair = covered[min(row, covered.shape[0] - 1)]
    above = seen[row - 3] if row >= 3 else np.zeros_like(hair)
    return bool((hair & ~above).sum() > 0.25 * hair.size)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the portrait lies on the sheet: left, top, height in sheet pixels."""

    left: float
    top: float
    height: float


def fit(of: Head, crop: Crop, share: float | None = None, eye_line: float | None = None) -> Frame:
    """Place a head by the preset, or with another head share and eye line; never cut the crown."""
    wanted = share or crop.head
    line = eye_line if eye_line is not None else crop.eye_line
    rise = of.eyes - of.crown
    roomy = rise / (line - crop.headroom)  # frame height at which the crown just has its room
    height = max(of.height / wanted, min(roomy, of.height / crop.head_low))
    if crop.circle:
        height = _round(of, crop, height, line)
    if rise > height * (line - crop.headroom) + 1e-6:
        line = min(0.6, rise / height + crop.headroom)
    return Frame(of.middle - crop.centre * height * crop.aspect, of.eyes - line * height, height)


def _round(of: Head, crop: Crop, height: float, line: float) -> float:
    """Return the least frame height, within the preset's heads, whose circle holds the head."""
    heights = np.linspace(height, max(height, of.height / crop.head_low), 24)
    tried = (Frame(of.middle - crop.centre * h * crop.aspect, of.eyes - line * h, h) for h in heights)
    return float(next((f.height for f in tried if room_in_circle(of, f, crop.aspect) >= _NEAR), heights[-1]))


def room_in_circle(of: Head, frame: Frame, aspect: float) -> float:
    """Return how far the head stays inside the widest circle of a frame, as a share of its radius.

    The circle is that of the widest square crop, which along the frame's longer side lies where it
    suits the head best. Below 0 the circle cuts crown, ears or chin.
    """
    radius = frame.height * min(aspect, 1.0) / 2
    corner = np.array([frame.left, frame.top])
    ends = corner + radius, corner + np.array([aspect, 1.0]) * frame.height - radius
    outline = of.outline
    centre = np.clip((outline.min(0) + outline.max(0)) / 2, *ends)
    return float(1 - np.linalg.norm(outline - centre, axis=1).max() / radius)


def candidates(of: Head, crop: Crop) -> list[Frame]:
    """Return the preset's frame first, then closer ones that need less of the body."""
    between = round((crop.head + crop.head_high) / 2, 4)
    if of.cut:
        return [_under_edge(of, crop, share) for share in (crop.head_high, between, crop.head)]
    near = crop.head_high - 0.005  # room for what the portrait's own landmarks measure
    slightly = min(near, crop.head + 0.025)
    closer = [(s, crop.eye_line + d) for d in (0.0, 0.03, 0.06) for s in (slightly, between, near)]
    return [fit(of, crop), *(fit(of, crop, s, e) for s, e in closer if crop.head < s <= crop.head_high)]


def _under_edge(of: Head, crop: Crop, share: float) -> Frame:
    """Let a head that the photo cut end at the frame's upper edge, where a cut looks intended."""
    height = of.height / share
    return Frame(of.middle - crop.centre * height * crop.aspect, of.crown + 0.012 * height, height)


def portrait(frame: Frame, to_sheet: Affine, crop: Crop, height: int) -> Affine:
    """Return the map from the picture to the portrait of ``height`` pixels."""
    scale = height / frame.height
    matrix = to_sheet.matrix * scale
    matrix[:, 2] -= scale * np.array([frame.left, frame.top])
    return Affine(matrix, round(height * crop.aspect), height)


def level(picture: Picture, to: Affine) -> OtherPicture:
    """Resample a picture into a frame."""
    return np.ascontiguousarray(to.warp(picture))
