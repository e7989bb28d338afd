"""The matte: from a coarse guess of the person to an alpha that follows hair.

Closed-form matting (Levin, Lischinski, Weiss 2006) in the matrix-free form of large-kernel
matting (He, Sun, Tang 2010): one product with the Laplacian is one guided filter.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.anatomy import OtherPicture, Picture
from catchlight.framing import Affine

WORK = 400  # longest side, pixels, at which the person's own colour is estimated
_SURE, _HINT = 50.0, 0.04  # weight of known pixels, and of the coarse guess in the unknown band


@dataclass(frozen=True, slots=True)
class Trimap:
    """What is surely the person and surely not; the rest is unknown."""

    person: Bool[np.ndarray, "h w"]
    behind: Bool[np.ndarray, "h w"]


def keep_owner(
    coarse: Float32[np.ndarray, "h w"], face: Bool[np.ndarray, "h w"]
) -> Float32[np.ndarray, "h w"]:
    """Keep only the part of a coarse mask that holds the face: one person stays."""
    solid = ((coarse > 0.5) | face).astype(np.uint8)
    _, labels = cv2.connectedComponents(solid, connectivity=4)
    inside = labels[face & (labels > 0)]
    owner = np.bincount(inside).argmax() if inside.size else -1
    near = cv2.dilate((labels == owner).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return np.where(near, np.maximum(coarse, face), 0).astype(np.float32)


def trimap(
    coarse: Float32[np.ndarray, "h w"], face: Bool[np.ndarray, "h w"], unit: float, chin: float
) -> Trimap:
    """Draw the unknown band: ``unit`` is the eye-to-chin length, ``chin`` its row; hair gets a wider band."""
    solid = coarse > 0.5
    inward = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 3)
    outward = cv2.distanceTransform((~solid).astype(np.uint8), cv2.DIST_L2, 3)
    rows = np.arange(coarse.shape[0], dtype=np.float32)[:, None]
    hair = np.clip((chin + 0.3 * unit - rows) / (0.4 * unit), 0, 1)
    person = (inward > unit * (0.08 + 0.1 * hair)) & (coarse > 0.8)
    behind = (outward > unit * (0.05 + 0.13 * hair)) & (coarse < 0.2)
    rim = 2 * max(1, round(0.06 * unit)) + 1  # the outline may lie a little beside the jaw
    core = cv2.erode(face.astype(np.uint8), np.ones((rim, rim), np.uint8)) > 0
    return Trimap(person | core, behind & ~core)


_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


class _Guide:
    """Local linear models of a picture in square windows: the matting Laplacian without its matrix.

    Planes, not pixels, lie together in memory, so that each step is a few passes over whole planes.
    """

    def __init__(self, picture: Picture, radius: int, eps: float) -> None:
        self.planes = [np.ascontiguousarray(picture[..., c], np.float32) / np.float32(255) for c in range(3)]
        self.size = (2 * radius + 1,) * 2
        self.means = [self._box(plane) for plane in self.planes]
        self.inverse = self._invert([plane.astype(np.float64) for plane in self.planes], eps)

    def _box(self, image: np.ndarray) -> np.ndarray:
        return cv2.boxFilter(image, -1, self.size, borderType=cv2.BORDER_REFLECT)

    def _invert(self, planes: list[np.ndarray], eps: float) -> list[np.ndarray]:
        """Return the six entries of each window's inverse colour covariance."""
        means = [self._box(plane) for plane in planes]
        xx, xy, xz, yy, yz, zz = (
            self._box(planes[i] * planes[j]) - means[i] * means[j] + (eps if i == j else 0) for i, j in _PAIRS
        )
        cofactors = [yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy]
        cofactors += [xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy]
        det = xx * cofactors[0] + xy * cofactors[1] + xz * cofactors[2]
        return [(c / det).astype(np.float32) for c in cofactors]

    def models(self, values: Float32[np.ndarray, "h w"]) -> tuple[list[np.ndarray], np.ndarray]:
        """Return the three slopes and the offset of ``values`` against the colours of each window."""
        mean = self._box(values)
        x, y, z = (self._box(p * values) - m * mean for p, m in zip(self.planes, self.means, strict=True))
        xx, xy, xz, yy, yz, zz = self.inverse
        slopes = [xx * x + xy * y + xz * z, xy * x + yy * y + yz * z, xz * x + yz * y + zz * z]
        offset = mean - sum(s * m for s, m in zip(slopes, self.means, strict=True))
        return [self._box(s) for s in slopes], self._box(offset)

    def laplacian(self, values: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
        """Return how far each value is from what its windows predict."""
        slopes, offset = self.models(values)
        return values - offset - sum(s * p for s, p in zip(slopes, self.planes, strict=True))


def solve(picture: Picture, of: Trimap, coarse: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Solve for alpha in 0–1 by conjugate gradients: at half the size from the coarse mask, then at full.

    Only the part of the picture that holds the unknown band is looked at.
    """
    alpha = of.person.astype(np.float32)
    part = _around(~(of.person | of.behind))
    cut, known = picture[part], Trimap(of.person[part], of.behind[part])
    size = max(1, cut.shape[1] // 2), max(1, cut.shape[0] // 2)
    half = Trimap(_shrunk(known.person, size), _shrunk(known.behind, size))
    start = cv2.resize(coarse[part], size)
    small = _solve(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), half, start, rounds=18)
    alpha[part] = _solve(cut, known, cv2.resize(small, cut.shape[1::-1]), rounds=4)
    return alpha


def _around(mask: Bool[np.ndarray, "h w"], margin: int = 8) -> tuple[slice, slice]:
    """Return the rows and columns that hold a mask, and a margin around it."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return slice(0, mask.shape[0]), slice(0, mask.shape[1])
    return (
        slice(max(0, rows[0] - margin), rows[-1] + margin + 1),
        slice(max(0, columns[0] - margin), columns[-1] + margin + 1),
    )


def _shrunk(mask: Bool[np.ndarray, "h w"], size: tuple[int, int]) -> Bool[np.ndarray, "H W"]:
    """Reduce a mask of what is sure; a pixel stays sure only where all of it was."""
    return cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) == 255


def _solve(
    picture: Picture, of: Trimap, start: Float32[np.ndarray, "h w"], rounds: int
) -> Float32[np.ndarray, "h w"]:
    laplacian = _Guide(picture, radius=2, eps=3e-5).laplacian
    known = of.person | of.behind
    weight = np.where(known, np.float32(_SURE), np.float32(_HINT))
    target = np.where(known, of.person, start).astype(np.float32)
    return np.clip(_descend(laplacian, weight, target, rounds), 0, 1)


def _descend(
    laplacian: Callable[[np.ndarray], np.ndarray], weight: np.ndarray, target: np.ndarray, rounds: int
) -> np.ndarray:
    """Conjugate gradients with the diagonal as preconditioner."""
    x = target.copy()
    residual = -laplacian(x)
    scaled = residual / (weight + 1)
    step, energy = scaled, float(np.vdot(residual, scaled))
    for _ in range(rounds):
        image = laplacian(step) + weight * step
        length = energy / max(float(np.vdot(step, image)), 1e-12)
        x = x + length * step
        residual = residual - length * image
        scaled = residual / (weight + 1)
        after = float(np.vdot(residual, scaled))
        if after < 1e-5:
            break
        step, energy = scaled + (after / energy) * step, after
    return x


def carry(
    alpha: Float32[np.ndarray, "h w"], small: Picture, to: Affine, large: OtherPicture, radius: int = 3
) -> Float32[np.ndarray, "H W"]:
    """Carry alpha from the sheet into the portrait, along the portrait's own edges.

    ``to`` maps the sheet to the portrait. Fast guided filter (He & Sun 2015): the local models of
    alpha against colour are enlarged, not alpha itself.
    """
    plain = to.warp(alpha, outside=0.0)
    if to.scale < 1.5:
        return np.clip(plain, 0, 1)
    part = _around((alpha > 0.005) & (alpha < 0.995))
    slopes, offset = _Guide(small[part], radius, 1e-4).models(np.ascontiguousarray(alpha[part]))
    there = to.of_part(int(part[1].start), int(part[0].start))
    fine = there.warp(offset, outside=0.0)
    for channel, slope in enumerate(slopes):
        fine += there.warp(slope, outside=0.0) * (large[..., channel] * np.float32(1 / 255))
    sure = np.abs(plain - 0.5) > 0.495
    return np.where(sure, plain, np.clip(fine, 0, 1)).astype(np.float32)


def foreground(
    linear: Float32[np.ndarray, "h w 3"], alpha: Float32[np.ndarray, "h w"]
) -> Float32[np.ndarray, "h w 3"]:
    """Estimate the person's own colour where the old background shines through.

    Blur fusion, twice, wide then narrow (Forte 2021, Approximate Fast Foreground Colour Estimation),
    at a reduced size: what is carried to the full size is the difference it makes.
    """
    scale = min(1.0, WORK / max(alpha.shape))
    size = round(alpha.shape[1] * scale), round(alpha.shape[0] * scale)
    small = cv2.resize(linear, size, interpolation=cv2.INTER_AREA)
    thin = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    colour = behind = small
    for share in (0.12, 0.012):
        window = (2 * max(2, round(share * max(thin.shape))) + 1,) * 2
        colour, behind = _fuse(small, colour, behind, thin[..., None], window)
    change = cv2.resize((colour - small) * (thin < 0.999)[..., None], alpha.shape[::-1])
    return np.clip(linear + change * (alpha < 0.999)[..., None], 0, 1)


def _fuse(
    linear: np.ndarray, colour: np.ndarray, behind: np.ndarray, a: np.ndarray, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    near = cv2.blur(a, size)[..., None]
    front = cv2.blur(colour * a, size) / (near + 1e-5)
    back = cv2.blur(behind * (1 - a), size) / (1 - near + 1e-5)
    return front + a * (linear - a * front - (1 - a) * back), back
