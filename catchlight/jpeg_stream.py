"""Whether all of a JPEG is there: the decoder itself fills what is missing with grey."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import JpegImagePlugin

from catchlight.errors import PhotoError

_END = b"\xff\xd9"
_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_SCAN, _FINISH, _PICTURES = 0xDA, 0xD9, 0xE2
_BARE = {0x01, 0xD8, *range(0xD0, 0xD8)}
_SEQUENTIAL = {0xC0, 0xC1, 0xC9}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def _noise() -> bytes:
    """Return bytes that decode to anything but grey, behind each of the eight restart markers.

    It is long enough to reach past the padding that a decoder swallows before it gives up.
    """
    source = random.Random(7)  # noqa: S311 (the same noise each time, not a secret)
    chunk = bytes(source.randrange(1, 255) for _ in range(512))
    return chunk + b"".join(bytes([0xFF, 0xD0 + n]) + chunk for n in range(8))


_NOISE = _noise()


@dataclass(frozen=True, slots=True)
class Layout:
    """How the first picture of a JPEG is laid out.

    ``end`` is the offset of its end marker (None without); ``sequential`` means that a scan
    carries whole pixels; ``covered`` that the scans carry every component to its last bit;
    ``more`` that other pictures follow (MPO).
    """

    end: int | None
    sequential: bool
    covered: bool
    more: bool


def layout(data: bytes) -> Layout:
    """Walk the segments of the first picture of a JPEG."""
    end, sequential, more = None, False, False
    missing: dict[int, set[int]] = {}
    for marker, at in _segments(data):
        if marker in _FRAMES:
            sequential = marker in _SEQUENTIAL
            missing = {name: {0, 63} for name in data[at + 10 : at + 10 + 3 * data[at + 9] : 3]}
        elif marker == _SCAN:
            _strike_off(missing, data[at + 4 : at + 16], sequential=sequential)
        elif marker == _PICTURES:
            more = more or data[at + 4 : at + 8] == b"MPF\0"
        elif marker == _FINISH:
            end = at
    return Layout(end, sequential, not any(missing.values()), more)


def _strike_off(missing: dict[int, set[int]], scan: bytes, *, sequential: bool) -> None:
    """Strike off the first and last coefficients that a scan brings to their last bit."""
    count = scan[0]
    first, last, bits = scan[1 + 2 * count : 4 + 2 * count]
    for name in scan[1 : 1 + 2 * count : 2]:
        if sequential:
            missing.pop(name, None)
        elif not bits & 15:
            missing[name] -= {first, last}


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield marker and offset of each segment, up to the end marker or the end of the data."""
    at = 2
    while found := _NEXT_MARKER.search(data, at):
        at, marker = found.start(), data[found.start() + 1]
        yield marker, at
        if marker == _FINISH:
            return
        length = 0 if marker in _BARE else int.from_bytes(data[at + 2 : at + 4], "big")
        at += 2 + length


def whole(data: bytes, arrangement: Layout) -> bytes:
    """Return the JPEG with its end marker, or raise PhotoError ``photo.truncated``.

    A scan that is complete leaves nothing to read: noise put behind it changes no pixel. A scan
    that is cut short reads the noise. Progressive files have to bring their end marker.
    """
    if not arrangement.covered or not (arrangement.end or arrangement.sequential):
        raise truncated()
    # A copy that broke off is often filled up with zeros, which would decode as picture.
    body = data[: arrangement.end] if arrangement.end else data.rstrip(b"\0")
    if arrangement.sequential and _small(body + _END) != _small(body + _NOISE + _END):
        raise truncated()
    return data if arrangement.end else body + _END


def truncated() -> PhotoError:
    """Return the error for a picture that is not all there."""
    message = "The file is cut short: a part of the picture is missing; send the whole file again."
    return PhotoError("photo.truncated", message)


def _small(data: bytes) -> bytes:
    """Return the pixels of a JPEG at an eighth of its size."""
    image = JpegImagePlugin.JpegImageFile(BytesIO(data))
    image.draft(image.mode, (max(image.width // 8, 1), max(image.height // 8, 1)))
    return image.tobytes()
