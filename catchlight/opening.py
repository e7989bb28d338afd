"""A person's photos, opened: which can be used, best first, and why each of them was taken or left."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from catchlight import quality
from catchlight.anatomy import Picture
from catchlight.decoder import Decoder
from catchlight.decoding import Decoded
from catchlight.errors import PhotoError
from catchlight.order import Order
from catchlight.quality import Quality
from catchlight.records import Photo
from catchlight.source_type import SourceType, written
from catchlight.studio import Studio
from catchlight.subject import Subject, look
from catchlight.vault import Vault


@dataclass(frozen=True, slots=True)
class Opened:
    """One photo that can be used: what is in it (only when there are several to choose from), and its rating."""

    photo: Photo
    decoded: Decoded
    subject: Subject | None
    rating: Quality | None
    source_type: SourceType | None  # how it came about, where the file says so

    @property
    def words(self) -> str:
        """What speaks for it, or what was noted when it was read."""
        return self.rating.words() if self.rating else " ".join(self.decoded.notes)


@dataclass(frozen=True, slots=True)
class Refused:
    """The photos that cannot be used with what is wrong with each, the first error, the first picture to show."""

    photos: tuple[Photo, ...]
    error: PhotoError | None
    picture: Picture | None


def open_photos(order: Order, vault: Vault, decoder: Decoder, studio: Studio) -> tuple[list[Opened], Refused]:
    """Open every photo of a person, best first, and tell apart those that cannot be used."""
    opened: list[Opened] = []
    wanted, photos = order.wish.sort(order.photos)
    first: PhotoError | None = None
    picture: Picture | None = None
    for photo in wanted:
        decoded = None
        try:
            data = vault.get(photo.digest)
            decoded = decoder.open(data)
            photo = replace(photo, date=photo.date or decoded.taken)  # noqa: PLW2901  the file's own date
            subject = look(decoded, studio) if len(wanted) > 1 else None
        except PhotoError as error:
            first = first or error
            picture = decoded.picture if picture is None and decoded else picture
            photos.append(replace(photo, note=str(error)))
        else:
            rating = quality.rate(subject) if subject else None
            opened.append(Opened(photo, decoded, subject, rating, written(data)))
    opened.sort(key=lambda one: (-(one.rating.score if one.rating else 0), one.photo.file))
    return opened, Refused(tuple(photos), first, picture)


def newest_but(chosen: Opened, opened: list[Opened]) -> Subject | None:
    """Return who is in the person's newest other photo."""
    others = (one for one in opened if one.photo.digest != chosen.photo.digest)
    newest = max(others, key=lambda one: one.photo.date, default=None)
    return newest.subject if newest else None


def explain(
    opened: list[Opened], chosen: Opened, failed: Mapping[str, PhotoError], refused: tuple[Photo, ...]
) -> tuple[Photo, ...]:
    """Return every photo, the chosen one first, with why it was taken or left."""
    count = len(opened) + len(refused)
    best = f"best of {count}"
    if failed and chosen.photo.digest not in failed:
        names = ", ".join(one.photo.file for one in opened if one.photo.digest in failed)
        best += f" after {names}, of which no portrait could be made"
    why = _said(chosen, failed)
    rows = [replace(chosen.photo, chosen=True, note=f"{best}: {why}" if count > 1 else why)]
    rows += [replace(one.photo, note=_said(one, failed)) for one in opened if one is not chosen]
    return (*rows, *refused)


def _said(one: Opened, failed: Mapping[str, PhotoError]) -> str:
    """Return what speaks for a photo, and why it gave no portrait when it was tried."""
    error = failed.get(one.photo.digest)
    return "; ".join(filter(None, (one.words, str(error) if error else "")))
