"""A file of settings in TOML: read into the shape that it must have, or refused by the key that is wrong."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from catchlight.errors import ConfigError
from catchlight.mistakes import mistakes

Shape = TypeVar("Shape", bound=BaseModel)
_SLIPS = (
    (re.compile(r"=\s*-?\d+,\d"), "write numbers with a point, such as 0.64"),
    (re.compile("[\u201c-\u201f\u2018-\u201b]"), 'write straight quotation marks: "'),
    (re.compile(r'"[^"]*\\'), "write / in paths, or \\\\"),
    (re.compile(r"^\s*[\w-]+\s*:"), "write = between a key and its value"),
)
"""What people write in a line that is no TOML, and what to write instead."""


def read_settings(path: Path, shape: type[Shape]) -> Shape:
    """Return a file's settings; ConfigError names the file, and the key that is wrong."""
    return checked(shape, read_toml(path), str(path))


def settings_in(data: bytes, path: Path, shape: type[Shape]) -> Shape:
    """Return the settings in the bytes of the file at ``path``; ConfigError as for a file."""
    return checked(shape, toml_in(data, str(path)), str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file says, as it is; ConfigError when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    return toml_in(data, str(path))


def toml_in(data: bytes, where: str) -> dict[str, Any]:
    """Return what TOML says; ConfigError begins with ``where``, and tells the slips that are common."""
    try:
        text = data.decode("utf-8-sig")  # editors of Windows write a mark before it
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = (
            f"{where}: not valid TOML: line {line} is not in UTF-8; let your editor save the file as UTF-8"
        )
        raise ConfigError(message) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"{where}: not valid TOML: {error}{_slip(text, str(error))}"
        raise ConfigError(message) from error


def _slip(text: str, error: str) -> str:
    """Return what to write instead, where the line of an error shows a slip that is known."""
    line = re.search(r"at line (\d+)", error)
    told = text.splitlines()[int(line[1]) - 1 :][:1] if line else []
    return next((f"; {instead}" for slip, instead in _SLIPS if told and slip.search(told[0])), "")


def checked(
    shape: type[Shape], raw: object, where: str, above: str = "", besides: Sequence[str] = ()
) -> Shape:
    """Return settings in their shape; ConfigError begins with ``where`` and names each wrong key, after ``above``.

    ``besides`` are keys that may stand there, too, though the shape does not know them.
    """
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        message = f"{where}: {'; '.join(mistakes(error, shape, above, besides))}"
        raise ConfigError(message) from error
