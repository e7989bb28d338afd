"""Photos as large as cameras make them: enlarged copies, with a little noise so that they weigh as much."""

import csv
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps
from refreshing import people_of, photo_of

_NOISE, _QUALITY = 2.0, 92


def enlarge(file: Path, megapixels: float, to: Path) -> Path:
    """Write a copy of a photo of so many megapixels (Lanczos, noise of 2 of 255, JPEG)."""
    with Image.open(file) as opened:
        picture = np.array(ImageOps.exif_transpose(opened).convert("RGB"))
    height, width = picture.shape[:2]
    times = (megapixels * 1e6 / (height * width)) ** 0.5
    size = round(width * times), round(height * times)
    large = cv2.resize(picture, size, interpolation=cv2.INTER_LANCZOS4 if times > 1 else cv2.INTER_AREA)
    grain = np.random.default_rng(size).normal(0, _NOISE, large.shape).astype(np.float32)
    Image.fromarray(np.clip(large + grain, 0, 255).astype(np.uint8)).save(to, quality=_QUALITY)
    return to


def company(folder: Path, people: int, megapixels: float, to: Path) -> Path:
    """Write a folder (directory.csv, photos/) of the first people of another, their photos enlarged."""
    (to / "photos").mkdir(parents=True)
    rows = []
    for id_ in people_of(folder, people):
        name = f"photos/{photo_of(folder, id_).stem}.jpg"
        enlarge(photo_of(folder, id_), megapixels, to / name)
        rows.append((id_, name))
    with (to / "directory.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "photo"), *rows])
    return to
