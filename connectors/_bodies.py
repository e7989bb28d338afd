"""What a server answers, with an end to it: into memory, or into a file where it is too long for that."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import httpx

from catchlight.errors import ConfigError, OutsideError

Reading = Callable[[httpx.Response, float], bytes]
_LARGEST = 32 << 20


def whole(response: httpx.Response, until: float) -> bytes:
    """Return an answer; ReadTimeout for one of more than 32 MiB, or that is not there in time."""
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > _LARGEST or time.monotonic() > until:
            raise httpx.ReadTimeout("the answer is too long, or takes too long")
    return bytes(body)


@dataclass(frozen=True, slots=True)
class Into:
    """A file for an answer that is too long for memory: ``largest_mb`` at most, and within so many seconds."""

    file: BinaryIO
    largest_mb: int
    seconds: float

    def read(self, response: httpx.Response, until: float) -> bytes:
        """Write an answer to the file, anew; one that is none is returned instead."""
        if response.status_code != 200:
            return whole(response, until)
        until = time.monotonic() + self.seconds
        self.file.seek(0)
        self.file.truncate()
        for piece in response.iter_bytes():
            if self.file.tell() + len(piece) > self.largest_mb << 20:
                raise ConfigError(f"largest_mb: {response.url.host} sends more than {self.largest_mb} MB")
            try:
                self.file.write(piece)
            except OSError as error:
                raise OutsideError(f"spool: no room for the answer: {error.strerror}") from error
            if time.monotonic() > until:
                raise httpx.ReadTimeout(f"the answer takes longer than {self.seconds:.0f} seconds")
        return b""
