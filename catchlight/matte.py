"""The matte: from a coarse guess of the person to an alpha that follows hair, and the person's own colour.

What is computed on the processor or the graphics card stands in ``closed_form`` and ``foreground``.
"""

from typing import TYPE_CHECKING

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.anatomy import OtherPicture, Picture
from catchlight.device import Device, pick
from catchlight.framing import Affine
from catchlight.part import around
from catchlight.trimap import Trimap, shoulders

if TYPE_CHECKING:
    import torch

GUIDED = 1.5  # times larger than the sheet: from here on alpha follows the edges of the larger picture
RADIUS = 3  # of the windows in which it does, in pixels of the sheet
_STEEP = 3  # times as steep as it was found is the edge of a shoulder
_BESIDE = 0.1  # T, from eyes to chin: so far around what is taken out the outline may move


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


def without_scraps(
    alpha: Float32[np.ndarray, "h w"], face: Bool[np.ndarray, "h w"], unit: float
) -> Float32[np.ndarray, "h w"]:
    """Keep what hangs together with the face, and single hairs beside it; ``unit`` is the eye-to-chin length."""
    _, labels = cv2.connectedComponents(((alpha > 0.1) | face).astype(np.uint8), connectivity=8)
    owner = (labels == np.bincount(labels[face]).argmax()).astype(np.uint8)
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * max(1, round(0.06 * unit)) + 1,) * 2)
    return np.where(cv2.dilate(owner, reach) > 0, alpha, 0).astype(np.float32)


def without_fringe(
    alpha: Float32[np.ndarray, "h w"], coarse: Float32[np.ndarray, "h w"], unit: float, chin: float
) -> Float32[np.ndarray, "h w"]:
    """Take off what sticks out of a shoulder's line, or lies on it half there: cloth has none, and hair hangs beside it.

    Shoulders are where the ``coarse`` outline below the ``chin`` faces upwards; thin is under 0.08 of ``unit``.
    """
    thin = max(1, round(0.04 * unit))
    upward = shoulders(coarse, unit, chin).copy()
    upward[: max(0, int(chin) + 1)] = False
    low = slice(max(0, int(chin) - 2 * thin - 2), None)  # above, nothing is looked at
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * thin + 1,) * 2)
    cut = alpha.copy()
    steep = np.clip(_STEEP * (alpha[low] - 0.5) + 0.5, 0, 1)
    np.minimum(steep, cv2.morphologyEx(steep, cv2.MORPH_OPEN, brush), out=cut[low], where=upward[low])
    return cut


def solve(
    picture: Picture,
    of: Trimap,
    coarse: Float32[np.ndarray, "h w"],
    *,
    fine: bool = False,
    device: Device = "auto",
) -> Float32[np.ndarray, "h w"]:
    """Solve for alpha in 0–1 (closed form), only where the picture holds the unknown band."""
    from catchlight import closed_form  # noqa: PLC0415  torch

    alpha = of.person.astype(np.float32)
    part = around(~(of.person | of.behind))
    known = np.where(of.behind[part], 0, np.where(of.person[part], 1, 0.5)).astype(np.float32)
    solver = closed_form.polish if fine else closed_form.refine
    found = solver(_planes(picture[part], device), _on(known, device), _on(coarse[part], device))
    alpha[part] = np.where(known == 0.5, _back(found), known)
    return alpha


def mend(
    picture: Picture,
    alpha: Float32[np.ndarray, "h w"],
    gone: Bool[np.ndarray, "h w"],
    of: Trimap,
    unit: float,
    device: Device = "auto",
) -> Float32[np.ndarray, "h w"]:
    """Take what is ``gone`` out of an alpha, and solve anew what the trimap leaves open beside it."""
    from catchlight import closed_form  # noqa: PLC0415  torch

    if not gone.any():
        return alpha
    left, reach = np.where(gone, 0, alpha).astype(np.float32), max(1, round(_BESIDE * unit))
    part = around(gone, reach)
    away = cv2.distanceTransform((~gone[part]).view(np.uint8), cv2.DIST_L2, 3)
    beside = (away <= reach) & ~(of.person[part] | of.behind[part] | gone[part])
    if beside.any():
        found = closed_form.mend(
            _planes(picture[part], device), _on(~beside, device), _on(left[part].copy(), device)
        )
        left[part] = np.where(beside, _back(found), left[part])
    return left


def _on(values: np.ndarray, device: Device) -> "torch.Tensor":
    """Put one array on the device, as a batch of one."""
    import torch  # noqa: PLC0415  heavy

    return torch.from_numpy(np.ascontiguousarray(values)).to(pick(device)).unsqueeze(0)


def _planes(picture: Picture, device: Device) -> "torch.Tensor":
    """Put one picture on the device, as planes in 0–1."""
    return (_on(picture, device).permute(0, 3, 1, 2).float() / 255).contiguous()


def _back(values: "torch.Tensor") -> np.ndarray:
    return values[0].cpu().numpy()


def carry(
    alpha: Float32[np.ndarray, "h w"],
    small: Picture,
    to: Affine,
    large: OtherPicture,
    device: Device = "auto",
) -> Float32[np.ndarray, "H W"]:
    """Carry alpha from the sheet into the portrait, or some rows of it, along the portrait's own edges.

    ``to`` maps the sheet to the portrait (no rotation). Fast guided filter (He & Sun 2015): the local
    models of alpha against colour are enlarged, not alpha itself.
    """
    from catchlight import closed_form  # noqa: PLC0415  torch

    if to.scale < GUIDED:
        return np.clip(to.warp(alpha, outside=0.0), 0, 1)
    rows = _reached(to, alpha.shape[0], 2 * RADIUS + 2)
    part = _on(alpha[rows], device)
    models = closed_form.models_near(_planes(small[rows], device), part, RADIUS, 1e-4)
    theta = _on(_theta(to.of_part(0, rows.start), part.shape[1:]).astype(np.float32), device)
    found = closed_form.carried(models, part, _on(large, device), theta)
    return np.asarray(_back(found), np.float32)


def _reached(to: Affine, rows: int, margin: int) -> slice:
    """Return the rows of the sheet that a frame shows, and a margin."""
    scale, shift = to.matrix[1, 1], to.matrix[1, 2]
    first = int(np.clip(-shift / scale - margin, 0, max(0, rows - 2 * margin)))
    last = int(np.clip((to.height - shift) / scale + margin, first + 2 * margin, rows))
    return slice(first, last)


def _theta(to: Affine, shape: tuple[int, ...]) -> np.ndarray:
    """Return the map from a frame to its source, 2 × 3, where both reach from −1 to 1."""
    matrix = np.zeros((2, 3))
    for axis, (size, source) in enumerate(((to.width, shape[1]), (to.height, shape[0]))):
        scale, shift = to.matrix[axis, axis], to.matrix[axis, 2]
        middle = ((size - 1) / 2 - shift) / scale  # of the frame, in source pixels
        matrix[axis, axis] = size / scale / source
        matrix[axis, 2] = (2 * middle + 1) / source - 1
    return matrix


def foreground(
    linear: Float32[np.ndarray, "h w 3"], alpha: Float32[np.ndarray, "h w"], device: Device = "auto"
) -> Float32[np.ndarray, "h w 3"]:
    """Estimate the person's own colour where the old background shines through."""
    from catchlight import foreground as colours  # noqa: PLC0415  torch

    return np.asarray(_back(colours.estimate(_on(linear, device), _on(alpha, device))), np.float32)


def near(
    linear: Float32[np.ndarray, "h w 3"], alpha: Float32[np.ndarray, "h w"], device: Device = "auto"
) -> Float32[np.ndarray, "10 h w"]:
    """Return, of a small copy, what :func:`clean` needs to clean a print of any size band by band."""
    from catchlight import foreground as colours  # noqa: PLC0415  torch

    return np.asarray(_back(colours.near(_on(linear, device), _on(alpha, device))), np.float32)


def clean(
    linear: Float32[np.ndarray, "h w 3"],
    alpha: Float32[np.ndarray, "h w"],
    around: Float32[np.ndarray, "10 a b"],
    rows: tuple[int, int],
    device: Device = "auto",
) -> Float32[np.ndarray, "h w 3"]:
    """Return the person's own colour in rows of a print: ``rows`` is the first one and the print's height.

    ``linear`` is used up: on a processor the colour is written into it, since a copy took 3 ms a person.
    """
    from catchlight import foreground as colours  # noqa: PLC0415  torch

    found = colours.clean(_on(linear, device), _on(alpha, device), _on(around, device), rows)
    return np.asarray(_back(found), np.float32)
