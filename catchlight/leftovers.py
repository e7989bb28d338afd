"""Leftovers: what a first cut-out kept of the background, told by its colour, or by a second look at the person alone.

They are taken for background, and the matte is solved again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight import second_look
from catchlight.anatomy import Picture, Segmenter
from catchlight.colours_near import HUE, STEP, Known, Places, learn, near, places, sure
from catchlight.haze import veils
from catchlight.part import around

_HELD, _HALF = 0.1, 0.92  # alpha: kept at all, and half there
_ALL = 1.0  # what lightness counts as it is, where no shadow changes it
_GRID = 4  # every fourth pixel each way is asked first: no rule finds what holds none of these
_AROUND = 0.3  # T: so far around the person colours of the background are learned
_PIECE = 11  # pixels across: what is smaller is a rim, and its like near by may be hair
_NEAR = 0.1  # T: so far around a piece its like belongs to it
_VEILS, _OWN = 0.06, 0.025  # T: so far around a veil lies its edge, and around the person the person's


@dataclass(frozen=True, slots=True)
class _Rule:
    """When a colour is the background's.

    At least ``far`` CIELAB units from the person's, and of that at most a ``share`` from those behind, where a unit of
    L* counts ``lightness``; what is thinner than ``thin`` pixels is left.
    """

    far: float
    share: float
    lightness: float = HUE
    thin: int = 1


_ANY, _LOUD = _Rule(20.0, 0.3, thin=5), _Rule(30.0, 0.2, thin=3)
_MIXED = _Rule(20.0, 0.2, _ALL, thin=3)  # half there
_VEILED = _Rule(0.0, 0.7, _ALL, thin=5)  # half there, and evenly so, or where that ends
_DOUBTED = _Rule(14.0, 1.0, thin=5)  # nobody's, seen alone
_LIKE, _HALF_LIKE = _Rule(8.0, 0.7), _Rule(8.0, 0.7, _ALL)  # beside a piece that was found

Mask = Bool[np.ndarray, "h w"]
Kind = tuple[_Rule, Mask]


@dataclass(frozen=True, slots=True)
class _Colours:
    """The colours of a picture that are surely the person's, and surely not, by what lightness counts."""

    of: dict[float, tuple[Known, Known]]

    def told(self, kinds: Iterable[Kind], step: int = 1) -> list[Mask]:
        """Return where each rule holds in its mask, or at one pixel of so many each way."""
        held = []
        for lightness, alike in groupby(kinds, lambda kind: kind[0].lightness):
            rules = list(alike)
            at = places(np.logical_or.reduce([where for _, where in rules]), step)
            held += self._held(rules, at, *self.of[lightness])
        return held

    @staticmethod
    def _held(rules: list[Kind], at: Places, own: Known, behind: Known) -> list[Mask]:
        away = own.away(at)
        at, away = at[away > (least := min(rule.far for rule, _ in rules))], away[away > least]
        nearest = behind.away(at, at_most=max(rule.share for rule, _ in rules) * away.max(initial=0))
        found = []
        for rule, where in rules:
            held = np.zeros_like(where)
            held[tuple(at[(away > rule.far) & (nearest < rule.share * away)].T)] = True
            found.append(held & where)
        return found


def leftovers(
    picture: Picture,
    alpha: Float32[np.ndarray, "h w"],
    seen: Mask,
    face: Mask,
    unit: float,
    segmenter: Segmenter,
) -> Mask:
    """Return what a first ``alpha`` kept of the background; ``unit`` is the length from eyes to chin in pixels.

    The inside of the ``face`` is never among it, nor what the photo does not show (``seen``).
    """
    found, part = np.zeros_like(seen), around(alpha > _HELD, round(_AROUND * unit))
    picture, alpha, seen, face = picture[part], alpha[part], seen[part], face[part]
    doubted = _doubted(picture, alpha, segmenter) & seen & ~face
    deep, gone = sure(alpha, seen, unit)
    inner = (deep & ~doubted) | face
    try:
        colours = _learned(picture, inner, gone, unit)
    except LookupError:
        return found
    rim, half = (alpha > _HELD) & seen & ~inner, alpha < _HALF
    kinds = [
        (_ANY, rim), (_LOUD, rim), (_DOUBTED, doubted), (_MIXED, rim & half), (_VEILED, rim & veils(alpha, unit)),
    ]  # fmt: skip
    told = _found(kinds, colours)
    told += colours.told([(_VEILED, _edge(told[-1], rim, half, unit))])
    found[part] = _with_its_like(np.logical_or.reduce(told), rim, half, colours, unit)
    return found


def _edge(veil: Mask, rim: Mask, half: Mask, unit: float) -> Mask:
    """Return what is half there around a veil, where it ends; what is beside the solid person is the person's own edge."""
    if not veil.any():
        return veil
    reach, own = (_brush(2 * max(1, round(share * unit)) + 1) for share in (_VEILS, _OWN))
    about, beside = (cv2.dilate(m.view(np.uint8), b) > 0 for m, b in ((veil, reach), (~half, own)))
    return about & rim & half & ~beside


def _found(kinds: list[Kind], colours: _Colours) -> list[Mask]:
    """Return what each rule tells; pixels that stand for all are asked first."""
    some = np.logical_or.reduce(colours.told(kinds, _GRID))
    about = near(some)
    asked = [(rule, where & about) for rule, where in kinds]
    told = zip(asked, colours.told(asked), strict=True)
    return [
        cv2.morphologyEx(held.view(np.uint8), cv2.MORPH_OPEN, _brush(rule.thin)) > 0
        for (rule, _), held in told
    ]


def _learned(picture: Picture, own: Mask, behind: Mask, unit: float) -> _Colours:
    """Learn both kinds of colours; LookupError where there is too little of one."""
    person, others = places(own, STEP), places(behind, STEP)
    return _Colours({lightness: learn(picture, person, others, unit, lightness) for lightness in (HUE, _ALL)})


def _with_its_like(found: Mask, rim: Mask, half: Mask, colours: _Colours, unit: float) -> Mask:
    """Add what hangs together with larger pieces and is like them."""
    pieces = cv2.morphologyEx(found.view(np.uint8), cv2.MORPH_OPEN, _brush(_PIECE))
    if not pieces.any():
        return found
    about = (cv2.dilate(pieces, _brush(2 * max(1, round(_NEAR * unit)) + 1)) > 0) & rim & ~found
    both = np.logical_or.reduce([found, *colours.told(((_LIKE, about & ~half), (_HALF_LIKE, about & half)))])
    _, labels = cv2.connectedComponents(both.view(np.uint8), connectivity=4)
    return both & np.isin(labels, np.unique(labels[found]))


def _doubted(picture: Picture, alpha: Float32[np.ndarray, "h w"], segmenter: Segmenter) -> Mask:
    """Return what a second look at the person alone gives to nobody, and a rim around it."""
    return near(second_look.doubted(picture, alpha, segmenter))


def _brush(size: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
