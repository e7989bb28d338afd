"""What reads bytes of strangers, as functions that any bytes may be given to, and good examples to start from.

Each returns, whatever it is given; anything raised is a fault of ours.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from PIL import Image

from catchlight.config import load_preset
from catchlight.decoding import Limits, decode
from catchlight.errors import ConfigError, PhotoError
from catchlight.source_type import SourceType, marked
from connectors._folder_list import from_table
from connectors._folder_match import Shelf
from flows.sources import wire

ROOT = Path(__file__).parents[1]
_SMALL = Limits(max_pixels=4_000_000, max_bytes=1 << 20)
_FOLDER = Path(tempfile.mkdtemp(prefix="catchlight-fuzz-"))


def photo(data: bytes) -> None:
    """Decode a photo, in this process."""
    with suppress(PhotoError):
        decode(data, _SMALL)


def table(data: bytes) -> None:
    """Read a list of people, as CSV."""
    shelf = Shelf()
    for file in ("photos/0001.jpg", "photos/Ünal.jpg", "0002.png"):
        shelf.add(file, 1)
    with suppress(ConfigError):
        from_table(Path("directory.csv"), shelf, ("{id}", "{given_name}.{family_name}"), data)


def job(data: bytes) -> None:
    """Read a job file and each source's settings."""
    file = _FOLDER / "job.toml"
    file.write_bytes(data)
    with suppress(ConfigError):
        wire(file)


def preset(data: bytes) -> None:
    """Read a preset."""
    file = _FOLDER / "preset.toml"
    file.write_bytes(data)
    with suppress(ConfigError):
        load_preset(str(file))


TARGETS: dict[str, Callable[[bytes], None]] = {"photo": photo, "table": table, "job": job, "preset": preset}


def examples(target: str) -> Iterator[bytes]:
    """Yield good input for a target."""
    if target == "photo":
        yield from _pictures()
    elif target == "table":
        yield "id;Vorname;Nachname;photo;photo_date\n0001;Zoë;Ünal;Ünal.jpg;03.05.2021\n2;A;B;;\n".encode()
        yield 'id,name,photo,rung\n7,"O\'Hara, ""X""",0002.png,crop\n'.encode("utf-16")
        yield b"employee id\tcountry\tphoto\n1\tDE\tphotos/0001.jpg\n"
    elif target == "preset":
        yield from (file.read_bytes() for file in sorted((ROOT / "brand_presets").glob("*.toml")))
    else:
        pages = [(ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("job.md", "sources.md")]
        yield from (
            one.encode() for page in pages for one in re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
        )


def _pictures() -> Iterator[bytes]:
    """Yield a small picture in every format that is read, with the metadata that cameras write."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2021:05:03 10:00:00"
    for mode in ("RGB", "L", "CMYK", "P", "RGBA"):
        image = Image.radial_gradient("L").resize((24, 16)).convert(mode)
        for format_ in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"):
            out = BytesIO()
            with suppress(OSError, ValueError):
                image.save(out, format_, exif=exif, icc_profile=None)
                yield out.getvalue()
    out = BytesIO()
    Image.linear_gradient("L").resize((16, 16)).convert("RGB").save(out, "JPEG", progressive=True)
    yield marked(out.getvalue(), SourceType.GENERATED)
