"""Photos in, portraits and readings out, one person at a time."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import cv2
import numpy as np

from catchlight import pixels, plugins, quality
from catchlight.anatomy import Picture
from catchlight.config import Preset
from catchlight.decoder import Decoder
from catchlight.decoding import Decoded
from catchlight.errors import PhotoError
from catchlight.judge import limits
from catchlight.records import Photo, Reading, Render, Rung
from catchlight.sitting import Sitting, Subject, look, sit
from catchlight.studio import Studio
from catchlight.vault import Vault

THUMB = 256


@dataclass(frozen=True, slots=True)
class Order:
    """What to develop: one person, their photos (bytes in the vault), and the recipe of the result."""

    employee: str
    recipe: str
    photos: tuple[Photo, ...]


@dataclass(frozen=True, slots=True)
class Development:
    """What came out: the photos with the choice explained, one render, its readings."""

    photos: tuple[Photo, ...]
    render: Render
    readings: tuple[Reading, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Return plain values for the ledger."""
        return asdict(self)

    def as_named_by(self, order: Order) -> "Development":
        """Return the same with each photo's file as the order names it: names decide no pixels."""
        names = {photo.digest: photo.file for photo in order.photos if photo.digest}
        photos = tuple(replace(photo, file=names.get(photo.digest, photo.file)) for photo in self.photos)
        return replace(self, photos=photos)

    @staticmethod
    def of(plain: dict[str, Any]) -> "Development":
        """Return the development that :meth:`plain` was made from."""
        return Development(
            tuple(Photo(**row) for row in plain["photos"]),
            Render(**plain["render"]),
            tuple(Reading(**row) for row in plain["readings"]),
        )


@dataclass(frozen=True, slots=True)
class Room:
    """What developing needs at hand."""

    preset: Preset
    studio: Studio
    decoder: Decoder
    vault: Vault


def recipe_of(employee: str, photos: Iterable[Photo], setup: str) -> str:
    """Return the digest of all that decides a portrait; ``setup`` stands for preset, engines, models and code."""
    parts = [employee, *sorted(f"{photo.digest} {photo.date}" for photo in photos), setup]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def develop(order: Order, room: Room) -> Development:
    """Develop one person; a photo that cannot be used becomes a render with a reason."""
    started = time.perf_counter()
    blank = Render(
        order.employee, order.recipe, "", preset=room.preset.name, engine=room.preset.engines.matte
    )
    try:
        photos, photo, chosen = _choose(order, room)
    except _NoneUsableError as refused:
        told = replace(blank, reason=refused.reason, note=str(refused), before=refused.before)
        return Development(refused.photos, replace(told, seconds=time.perf_counter() - started))
    before = _thumb(chosen.picture, room.vault)
    blank = replace(blank, photo=photo.digest, before=before)
    try:
        sitting = sit(chosen, room.preset, room.studio)
    except PhotoError as error:
        seconds = time.perf_counter() - started
        return Development(photos, replace(blank, reason=error.reason, note=str(error), seconds=seconds))
    render = _keep(sitting, blank, room.vault)
    readings = tuple(_read(sitting, render))
    return Development(photos, replace(render, seconds=time.perf_counter() - started), readings)


class _NoneUsableError(PhotoError):
    """No photo of a person could be used; carries the photos with what is wrong with each."""

    def __init__(self, error: PhotoError, photos: tuple[Photo, ...], before: str) -> None:
        super().__init__(error.reason, str(error))
        self.photos, self.before = photos, before


def _choose(order: Order, room: Room) -> tuple[tuple[Photo, ...], Photo, Decoded]:
    """Open every photo of a person and take the best; say why."""
    opened: list[tuple[Photo, Decoded, Subject | None]] = []
    photos: list[Photo] = []
    first: PhotoError | None = None
    before = ""
    photos += [photo for photo in order.photos if not photo.digest]
    for photo in (photo for photo in order.photos if photo.digest):
        decoded = None
        try:
            decoded = room.decoder.open(room.vault.get(photo.digest))
            subject = look(decoded, room.studio) if len(order.photos) > 1 else None
        except PhotoError as error:
            first = first or error
            before = before or (_thumb(decoded.picture, room.vault) if decoded else "")
            photos.append(replace(photo, note=str(error)))
        else:
            opened.append((photo, decoded, subject))
    if not opened:
        raise _NoneUsableError(
            first or PhotoError("photo.missing", "There is no photo."), tuple(photos), before
        )
    return _explain(opened, photos)


def _explain(
    opened: list[tuple[Photo, Decoded, Subject | None]], refused: list[Photo]
) -> tuple[tuple[Photo, ...], Photo, Decoded]:
    rated = [
        (quality.rate(subject) if subject else None, photo, decoded) for photo, decoded, subject in opened
    ]
    rated.sort(key=lambda item: (-(item[0].score if item[0] else 0), item[1].file))
    rows = [
        replace(photo, note=rating.words() if rating else _notes(decoded)) for rating, photo, decoded in rated
    ]
    why = (
        f"best of {len(rated) + len(refused)}: {rows[0].note}"
        if len(rated) + len(refused) > 1
        else rows[0].note
    )
    rows[0] = replace(rows[0], chosen=True, note=why)
    return (*rows, *refused), rows[0], rated[0][2]


def _notes(decoded: Decoded) -> str:
    return " ".join(decoded.notes)


def _keep(sitting: Sitting, blank: Render, vault: Vault) -> Render:
    """Put the portrait and its small picture into the vault."""
    height, width = sitting.portrait.shape[:2]
    return replace(
        blank,
        picture=vault.put(pixels.jpeg(sitting.portrait, quality=95)),
        after=_thumb(sitting.portrait, vault),
        width=width,
        height=height,
        rung=Rung.BACKGROUND,
        enlarged=round(sitting.enlarged, 3),
    )


def _thumb(picture: Picture, vault: Vault) -> str:
    scale = THUMB / max(picture.shape[:2])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return vault.put(pixels.webp(np.ascontiguousarray(small), quality=75))


def _read(sitting: Sitting, render: Render) -> Iterable[Reading]:
    """Run every check; one that cannot be measured says why."""
    for name, limit in limits(sitting.preset).items():
        value, error = None, ""
        try:
            value = round(float(plugins.load("catchlight.checks", name).measure(sitting)), 4)
        except LookupError as absent:
            error = str(absent)
        yield Reading(render.employee, render.recipe, name, value, limit.low, limit.high, error)
