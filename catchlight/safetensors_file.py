"""What the header of a safetensors file tells, without reading the file: whether it is whole, and how much is in it.

The format: eight bytes with the header's length, the header (JSON: of each tensor ``dtype``, ``shape`` and ``data_offsets``),
then the data, without a gap and with nothing behind it.
"""

import json
from math import prod
from pathlib import Path
from typing import Any

from catchlight.errors import ConfigError

_LONGEST = 100 << 20  # bytes that a header may have


def parameters(path: Path, shown: Path) -> int:
    """Return how many numbers a file holds; ConfigError when it is none, or not whole. ``shown`` is its name in messages."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = file.read(size) if size <= _LONGEST else b""
    try:
        told: dict[str, Any] = json.loads(header)
        tensors = [one for name, one in told.items() if name != "__metadata__"]
        end = 8 + size + max((int(one["data_offsets"][1]) for one in tensors), default=0)
        count = sum(prod(one["shape"]) for one in tensors)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        message = f"{shown}: this is no safetensors file, whatever it is called"
        raise ConfigError(message) from error
    there = path.stat().st_size
    if there != end:
        message = f"{shown}: has {there} bytes, by its own header it should have {end}; copy it again"
        raise ConfigError(message)
    return count
