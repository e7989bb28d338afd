"""What a host answers when it is asked for a photo: its bytes and their version, or why there is none."""

import re
import time
from dataclasses import dataclass

import httpx

from catchlight.errors import OutsideError, PhotoError
from connectors._photo_bytes import photo_in

LARGEST = 30_000_000
PATIENCE = 60.0  # seconds; longer waits are left to the next run
_LATER = {408, 425, 429}
VERSION = re.compile(r'"[\x21\x23-\x7e]{0,200}"|[A-Za-z0-9,: +-]{1,60}')


@dataclass(frozen=True, slots=True)
class Download:
    """What an address gave: a picture (None: there is none any more) and its version, "" when that is not told.

    ``same``: the picture is that of the version that was known, and was not sent.
    """

    picture: bytes | None
    version: str = ""
    same: bool = False


class _LaterError(OutsideError):
    """The host wants us to come again; ``seconds`` is 0 when it does not say when."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


def download(host: str, response: httpx.Response, known: str, until: float) -> Download:
    """Return what an answer means; raises what its status means otherwise."""
    status = response.status_code
    if status == 304 and known:
        return Download(None, known, same=True)
    if status in {404, 410}:
        return Download(None)
    if status in _LATER or status >= 500:
        after = response.headers.get("retry-after", "")
        raise _LaterError(f"{host}: answers {status}", float(after) if after.isdigit() else 0)
    if 300 <= status < 400:
        raise PhotoError(
            "photo.elsewhere",
            f"{host} sends us elsewhere ({status}); the directory has to name the photo's own address",
        )
    if status >= 400:
        raise PhotoError("photo.unreadable", f"{host} does not give this photo to us (answers {status})")
    if status != 200:
        raise OutsideError(f"{host}: answers {status}")
    return Download(photo_in(host, _read(host, response, until)), _version(response.headers))


def _read(host: str, response: httpx.Response, until: float) -> bytes:
    said, body = response.headers.get("content-length", ""), bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > LARGEST or (said.isdigit() and int(said) > LARGEST):
            raise PhotoError("photo.too_large", f"the photo at {host} has more than {LARGEST // 10**6} MB")
        if time.monotonic() > until:
            raise OutsideError(f"{host}: the photo takes too long")
    return bytes(body)


def _version(headers: httpx.Headers) -> str:
    """Return the version that a host names: a strong ETag, or the date of the last change."""
    told = (headers.get("etag", ""), headers.get("last-modified", ""))
    return next((one for one in told if VERSION.fullmatch(one)), "")


def worth(error: Exception) -> bool | float:
    """Say whether a host is worth another try, and after how many seconds where it says so."""
    if isinstance(error, _LaterError) and error.seconds:
        return error.seconds if error.seconds <= PATIENCE else False
    return isinstance(error, OutsideError)
