"""The people on whom a preset is looked at: read from a source, opened, handed to warm engines."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import cv2

from catchlight.config import Preset
from catchlight.decoder import Decoder
from catchlight.decoding import Decoded
from catchlight.errors import ConfigError, PhotoError
from catchlight.models import ModelStore, default_root
from catchlight.records import Photo
from catchlight.spelling import ids_of
from catchlight.studio import Studio
from connectors import folder

People = list[list[Photo]]


def people_of(source: Path, only: tuple[str, ...] = (), most: int = 0) -> People:
    """Return the photos of each person; ``most`` people at most, spread evenly. ConfigError as the source says."""
    photos = sorted(folder.read(folder.Settings(root=source)).photos, key=lambda photo: photo.employee)
    people = [list(own) for _, own in groupby(photos, key=lambda photo: photo.employee)]
    if only:
        by_id = {own[0].employee: own for own in people}
        only = ids_of(only, by_id)
        if not set(only) <= set(by_id):
            message = f"--only {min(set(only) - set(by_id))}: nobody in {source} with a photo has this id"
            raise ConfigError(message)
        return [by_id[id_] for id_ in only]
    if not most or most >= len(people):
        return people
    return [people[i * len(people) // most] for i in range(most)]


def opened(photos: list[Photo], source: Path, decoder: Decoder) -> Decoded:
    """Return the first photo of a person that can be read; the last PhotoError when none can."""
    settings = folder.Settings(root=source)
    for photo in photos[:-1]:
        try:
            return decoder.open(folder.fetch(settings, photo))
        except PhotoError:
            continue
    return decoder.open(folder.fetch(settings, photos[-1]))


def studio_of(preset: Preset, *engines: str) -> Studio:
    """Return the preset's engines, warm (all, or only ``finder``, ``tracer``…).

    What native libraries say while they load is not shown.
    """
    cv2.setNumThreads(1)
    studio = Studio(preset, ModelStore(default_root()))
    with _quiet():
        if not engines:
            studio.warm()
        for engine in engines:
            getattr(studio, engine)
    return studio


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep native libraries from writing between the lines of the terminal."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
