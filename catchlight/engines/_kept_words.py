"""Words as a text encoder read them, kept as files beside the models."""

import hashlib
import logging
from pathlib import Path
from typing import Any

from catchlight.models import ModelStore
from catchlight.painting import Words
from catchlight.vault import write_whole


def file_of(models: ModelStore, digest: str, words: Words, dtype: Any) -> Path:
    """Return where words are kept, by the digest of the weights that read them."""
    key = hashlib.sha256("\n".join((digest, words.prompt, words.avoid, str(dtype))).encode()).hexdigest()
    return models.root / ".words" / f"{key}.safetensors"


def read(file: Path) -> dict[str, Any]:
    """Return kept words; {} when there are none, or none that can be read."""
    import safetensors  # noqa: PLC0415  heavy
    import safetensors.torch  # noqa: PLC0415

    try:
        return safetensors.torch.load(file.read_bytes())
    except (OSError, safetensors.SafetensorError):
        return {}


def keep(file: Path, found: dict[str, Any]) -> None:
    """Keep words for the next process; where that cannot be, the log says so."""
    import safetensors.torch  # noqa: PLC0415  heavy

    try:
        write_whole(file, safetensors.torch.save(found))
    except OSError as error:
        logging.getLogger(__name__).warning("%s: words cannot be kept: %s", file, error)
