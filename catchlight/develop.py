"""Photos in, portraits and readings out, one person at a time."""

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import cv2
import numpy as np

from catchlight import framing, generating, pixels
from catchlight.anatomy import Picture
from catchlight.caps import Cap, lowest
from catchlight.checks import FAILED, measured
from catchlight.config import Preset
from catchlight.correction import decide
from catchlight.decoder import Decoder
from catchlight.errors import PhotoError
from catchlight.generating import Commission
from catchlight.judge import limits
from catchlight.once import Once
from catchlight.opening import Opened, explain, newest_but, open_photos
from catchlight.order import Order, recipe_of
from catchlight.painting import CLOTHES, GENERATE
from catchlight.records import Photo, Reading, Render, Rung
from catchlight.reductions import fitted
from catchlight.sitting import Record, Sitting, sit
from catchlight.source_type import SourceType, marked, source_type
from catchlight.studio import Studio
from catchlight.vault import Vault

__all__ = ["Development", "Order", "Room", "develop", "recipe_of", "without_portrait"]

THUMB = 256
ALIGNED = 640  # rows of the photo in the portrait's frame


@dataclass(frozen=True, slots=True)
class Development:
    """What came out: the photos with the choice explained, one render, its readings."""

    photos: tuple[Photo, ...]
    render: Render
    readings: tuple[Reading, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether no check failed: what lacks a reading is not remembered, and measured again by the next run."""
        return not any(reading.error.startswith(FAILED) for reading in self.readings)

    def plain(self) -> dict[str, Any]:
        """Return plain values for the ledger."""
        return asdict(self)

    def as_named_by(self, order: Order) -> "Development":
        """Return the same with each photo's file and day of sending as the order says: they decide no pixels."""
        ordered = {photo.digest: photo for photo in order.photos if photo.digest}
        named = ((photo, ordered.get(photo.digest, photo)) for photo in self.photos)
        photos = tuple(replace(photo, file=now.file, sent=now.sent) for photo, now in named)
        return replace(self, photos=photos)

    @staticmethod
    def of(plain: dict[str, Any]) -> "Development":
        """Return the development that :meth:`plain` was made from."""
        return Development(
            tuple(Photo(**row) for row in plain["photos"]),
            Render(**plain["render"]),
            tuple(Reading(**row) for row in plain["readings"]),
        )


def without_portrait(order: Order, preset: str, reason: str, note: str) -> Development:
    """Return what is told of somebody of whom no portrait was made; ``preset`` is a preset's name."""
    render = Render(order.employee, order.recipe, "", preset=preset, reason=reason, note=note)
    return Development(order.photos, render)


@dataclass(frozen=True, slots=True)
class Room:
    """What developing needs at hand."""

    preset: Preset
    studio: Studio
    decoder: Decoder
    vault: Vault

    def set_for(self, preset: Preset | None) -> "Room":
        """Return this room with another preset's look, and its engines (None: as it is)."""
        return replace(self, preset=preset, studio=self.studio.of(preset)) if preset else self


def develop(order: Order, room: Room) -> Development:
    """Develop one person; a photo that cannot be used becomes a render with a reason."""
    started = time.perf_counter()
    room = room.set_for(order.preset)
    own = order.wish.view(room.preset)
    if not order.compared:
        room = replace(room, studio=room.studio.unrecognising)
    blank = Render(order.employee, order.recipe, "", preset=own.name, engine=own.engines.matte)
    opened, refused = open_photos(order, room.vault, room.decoder, room.studio)
    if opened:
        done = _portray(opened, refused.photos, order, replace(room, preset=own), blank)
    else:
        first = refused.error or PhotoError("photo.missing", "There is no photo.")
        before = "" if refused.picture is None else _thumb(refused.picture, room.vault)
        told = replace(blank, reason=first.reason, note=str(first), before=before)
        done = Development(refused.photos, told)
    return replace(done, render=replace(done.render, seconds=time.perf_counter() - started))


def _portray(
    opened: list[Opened], refused: tuple[Photo, ...], order: Order, room: Room, blank: Render
) -> Development:
    """Make the portrait from the best photo that gives one; when none does, tell what is wrong with the best."""
    failed: dict[str, PhotoError] = {}
    for one in opened:
        if one.photo.digest in failed:
            continue
        record = Record(one.photo.date, newest_but(one, opened))
        try:
            sitting = sit(one.decoded, room.preset, room.studio, record, order.cap.rung)
            sitting, unpainted = _painted(sitting, order, room.studio)
        except PhotoError as error:
            failed[one.photo.digest] = error
            continue
        shown = replace(blank, photo=one.photo.digest, before=_thumb(one.decoded.picture, room.vault))
        render = replace(
            _keep(sitting, shown, room.vault, one.source_type),
            cap=unpainted or _held_back(sitting, order.cap),
        )
        return Development(explain(opened, one, failed, refused), render, tuple(_read(sitting, render)))
    best, why = opened[0], failed[opened[0].photo.digest]
    before = _thumb(best.decoded.picture, room.vault)
    told = replace(blank, photo=best.photo.digest, before=before, reason=why.reason, note=str(why))
    return Development(explain(opened, best, failed, refused), told)


def _painted(sitting: Sitting, order: Order, studio: Studio) -> tuple[Sitting, str]:
    """Let a painter add what the photo lacks, where preset and person allow; return also why it did not ("")."""
    if not sitting.preset.paints:
        return sitting, ""
    of = Commission(order.recipe, clothes=CLOTHES in order.agreed)
    if order.cap.rung != Rung.GENERATE or GENERATE not in order.agreed:
        why = f"limited to {order.cap.rung} {order.cap.by}" if order.cap.by else "they have not agreed to it"
        return sitting, f"generate not used: {why}" if generating.wanted_of(sitting, of) else ""
    sitting, why = generating.improve(sitting, studio, of)
    return sitting, f"generate not used: {why}" if why else ""


def _held_back(sitting: Sitting, own: Cap) -> str:
    """Return which change the photo would have needed and who forbade it; "" when nothing was held back."""
    cap = lowest(Cap(sitting.preset.rung, "by the preset"), own)
    if sitting.change.rung != cap.rung or cap.rung in {Rung.RELIGHT, Rung.GENERATE}:  # no photo needs more
        return ""
    free = replace(sitting.negative, frame=sitting.frame)
    needed = decide(free, sitting.sheet.head, sitting.photo_light, Rung.GENERATE)[1].rung
    return f"{needed} not used: limited to {cap.rung} {cap.by}" if needed != cap.rung else ""


def _keep(sitting: Sitting, blank: Render, vault: Vault, photo: SourceType | None) -> Render:
    """Put the portrait and its small picture into the vault."""
    height, width = sitting.master.shape[:2]
    type_ = source_type(sitting.change.rung, photo)
    return replace(
        blank,
        picture=vault.put(marked(pixels.jpeg(sitting.master, quality=95), type_)),
        after=_thumb(sitting.portrait, vault),
        aligned=_aligned(sitting, vault),
        width=width,
        height=height,
        rung=sitting.change.rung,
        painted=sitting.change.painting.told if sitting.change.painting else "",
        enlarged=round(sitting.enlarged, 3),
    )


def _aligned(sitting: Sitting, vault: Vault) -> str:
    """Store the photo in the portrait's own frame, so that both can lie on each other."""
    to = sitting.negative.map(ALIGNED)
    return vault.put(pixels.jpeg(framing.level(sitting.subject.picture, to), quality=80))


def _thumb(picture: Picture, vault: Vault) -> str:
    scale = THUMB / max(picture.shape[:2])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    small = fitted(picture, *size) if scale < 1 else cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
    return vault.put(pixels.webp(np.ascontiguousarray(small), quality=75))


_limits = Once(limits)


def _read(sitting: Sitting, render: Render) -> Iterable[Reading]:
    """Run every check; one that cannot be measured, or that fails, says why."""
    for name, limit in _limits(sitting.preset).items():
        value, error, score = measured(name, sitting)
        yield Reading(render.employee, render.recipe, name, value, limit.low, limit.high, error, score)
