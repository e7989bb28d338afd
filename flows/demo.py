"""A small company made of photographs that installed packages carry, good and bad ones."""

from importlib.resources import files
from pathlib import Path

import numpy as np

from catchlight import pixels
from catchlight.anatomy import Face, Picture
from catchlight.decoding import decode
from catchlight.engines import yunet
from catchlight.models import ModelStore
from catchlight.spreadsheet import table_bytes
from catchlight.vault import write_whole

_HEADER = ("id", "display_name", "department", "title", "photo")
_DESKS = ("Finance", "Design", "Sales", "Sales", "Operations", "Operations")


def furnish(folder: Path, models: ModelStore) -> Path:
    """Write directory.csv and photos/ for nine people into ``folder``; return it.

    One portrait (the astronaut of scikit-image, NASA, public domain), six people cut out of the
    group photo in insightface, one broken file and one photo that is far too small.
    """
    astronaut = files("skimage").joinpath("data/astronaut.png").read_bytes()
    group = files("insightface").joinpath("data/images/t1.jpg").read_bytes()
    rows = [("0001", "Eileen Collins", "Flight", "Commander", "0001.png")]
    _write(folder, "0001.png", astronaut)
    picture = decode(group).picture
    faces = yunet.Engine(yunet.Settings(sides=(1280,)), models).find(picture)
    for number, face in enumerate(sorted(faces, key=lambda f: f.box[0]), 2):
        name = f"{number:04d}.jpg"
        rows.append(
            (f"{number:04d}", f"Colleague {number - 1}", _DESKS[(number - 2) % 6], "From a group photo", name)
        )
        _write(folder, name, pixels.jpeg(_cut_out(picture, face)))
    rows.append(("0008", "Broken File", "Finance", "The file was cut short", "0008.jpg"))
    _write(folder, "0008.jpg", group[: len(group) // 3])
    rows.append(("0009", "Tiny Photo", "Design", "An old thumbnail", "0009.jpg"))
    _write(folder, "0009.jpg", pixels.jpeg(pixels.resize(decode(astronaut).picture, 64, 64)))
    write_whole(folder / "directory.csv", table_bytes(_HEADER, rows))
    return folder


def _write(folder: Path, name: str, data: bytes) -> None:
    write_whole(folder / "photos" / name, data)


def _cut_out(picture: Picture, face: Face) -> Picture:
    """Cut one person out of a group, with room for hair and shoulders."""
    x0, y0, x1, y1 = face.box
    width, height = x1 - x0, y1 - y0
    left, right = x0 - 0.9 * width, x1 + 0.9 * width
    top, bottom = y0 - 0.75 * height, y1 + 0.95 * height
    rows = slice(max(0, int(top)), int(bottom))
    return np.ascontiguousarray(picture[rows, max(0, int(left)) : int(right)])
