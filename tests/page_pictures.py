"""Pictures of pages for docs: as wide as wanted, and small enough."""

from io import BytesIO
from pathlib import Path

from PIL import Image


def narrowed(shot: bytes, width: int) -> Image.Image:
    """Return a screenshot as a picture of this width, pixels."""
    picture = Image.open(BytesIO(shot)).convert("RGB")
    return picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)


def save_webp(picture: Image.Image, file: Path, most: int, qualities: range) -> None:
    """Save as a WebP of at most so many bytes, at the first of the qualities that does; SystemExit when none does."""
    for quality in qualities:
        picture.save(file, "WEBP", quality=quality, method=6)
        if file.stat().st_size <= most:
            return
    message = f"{file.stem}: does not fit into {most} bytes"
    raise SystemExit(message)
