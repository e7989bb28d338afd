"""One picture on which presets can be compared: a labelled row each, the same people in every row."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from catchlight.anatomy import Picture
from catchlight.pixels import resize

_GAP, _LABEL = 0.04, 0.13  # shares of a portrait's height
_INK, _QUIET = (34, 38, 43), (116, 122, 130)


@dataclass(frozen=True, slots=True)
class Row:
    """One preset: what it is called, and its portraits, all of one shape."""

    title: str
    name: str
    portraits: list[Picture]


def sheet(rows: list[Row], height: int = 360) -> Picture:
    """Return the rows below each other, each portrait ``height`` pixels high, on white."""
    bands = [_band(row, height) for row in rows]
    width = max(band.shape[1] for band in bands)
    return np.concatenate([_widened(band, width) for band in bands])


def _band(row: Row, height: int) -> Picture:
    """Return one row: its label above its portraits."""
    gap, label = max(2, round(_GAP * height)), round(_LABEL * height)
    cells = [resize(p, round(height * p.shape[1] / p.shape[0]), height) for p in row.portraits]
    width = sum(cell.shape[1] + gap for cell in cells) + gap
    band = np.full((label + height + gap, width, 3), 255, np.uint8)
    left = gap
    for cell in cells:
        band[label : label + height, left : left + cell.shape[1]] = cell
        left += cell.shape[1] + gap
    return _labelled(band, row, gap, label)


def _labelled(band: Picture, row: Row, left: int, height: int) -> Picture:
    image = Image.fromarray(band)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(round(0.5 * height))
    middle = round(0.52 * height)
    pen.text((left, middle), row.title, fill=_INK, font=font, anchor="lm")
    after = left + pen.textlength(row.title + "   ", font=font)
    pen.text((after, middle), row.name, fill=_QUIET, font=font, anchor="lm")
    return np.array(image)


def _widened(band: Picture, width: int) -> Picture:
    return np.pad(band, ((0, 0), (0, width - band.shape[1]), (0, 0)), constant_values=255)
