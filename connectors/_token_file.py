"""A token in a file, by which calls are signed."""

from collections.abc import Callable, Mapping
from pathlib import Path

from catchlight.policy import read_secret

Sign = Callable[[bool], Mapping[str, str]]


def signs_with(file: Path, kind: str = "Bearer", header: str = "Authorization") -> Sign:
    """Return what signs calls, as ``Line.sign`` wants it; ConfigError when the token cannot be read.

    The file is read for each call, because somebody may have put a new token into it.
    """

    def headers(renew: bool) -> Mapping[str, str]:  # noqa: FBT001  the shape of Line.sign
        del renew
        return {header: f"{kind} {read_secret(file)}".lstrip()}

    headers(False)  # noqa: FBT003  one that cannot be read is told at once
    return headers
