"""A file of settings in TOML: read into the shape that it must have, or refused by the key that is wrong."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from catchlight.errors import ConfigError
from catchlight.mistakes import mistakes

Shape = TypeVar("Shape", bound=BaseModel)


def read_settings(path: Path, shape: type[Shape]) -> Shape:
    """Return a file's settings; ConfigError names the file, and the key that is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    return settings_in(data, path, shape)


def settings_in(data: bytes, path: Path, shape: type[Shape]) -> Shape:
    """Return the settings in the bytes of the file at ``path``; ConfigError as for a file."""
    try:
        return shape.model_validate(tomllib.loads(data.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path}: not valid TOML: {error}"
        raise ConfigError(message) from error
    except ValidationError as error:
        message = f"{path}: {'; '.join(mistakes(error, shape))}"
        raise ConfigError(message) from error
