"""What Content Credentials cost: bytes and milliseconds a file, against encoding the same file unsigned, in one run.

Milliseconds of the processor (other work on the machine does not count) and on the clock; signing includes the time stamp and
reading the signed file again.

python benchmarks/provenance.py [--files 30]
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catchlight import pixels, signing_keys
from catchlight.credentials import Credentials
from catchlight.inspection import inspect
from catchlight.publish_policy import Marking
from catchlight.signing_keys import Place
from catchlight.source_type import SourceType, marked


def main() -> None:
    """Print a line for each format."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--files", type=int, default=30, help="files of each format")
    files = asked.parse_args().files
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        signing_keys.make(home, "Example AG", Path(folder) / "root.key", None, datetime.now(UTC))
        credentials = Credentials(Place(home), Marking())
        roots = Place(home).public("root").read_text()
        for name, encode in (("JPEG", pixels.jpeg), ("PNG", pixels.png), ("WebP", pixels.webp)):
            encoded, signed, grown, states = [], [], [], set()
            for seed in range(files):
                picture = _portrait(seed)
                began = _now()
                plain = encode(picture)
                between = _now()
                done = credentials.signed(plain, "background")
                encoded.append(between - began)
                signed.append(_now() - between)
                grown.append(len(done) - len(plain))
                states.add(inspect(done, roots).state)
            told = f"{_told(encoded)} to encode, {_told(signed)} more to sign"
            print(f"{name}: {told}, {max(grown)} bytes more at most, {', '.join(states)}")
        marks = len(marked(plain := pixels.jpeg(_portrait(0)), SourceType.COMPOSITE)) - len(plain)
        print(f"XMP: {marks} bytes")


def _now() -> NDArray[np.float64]:
    """Return the processor's milliseconds, and the clock's."""
    return 1000 * np.array([time.process_time(), time.perf_counter()])


def _told(spent: list[NDArray[np.float64]]) -> str:
    cpu, wall = np.median(spent, axis=0)
    return f"{cpu:.1f} ms ({wall:.1f} on the clock)"


def _portrait(seed: int) -> pixels.Picture:
    """Return a smooth picture of 648 pixels, as portraits are."""
    small = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), np.uint8)
    return np.asarray(pixels.resize(small, 648, 648))


if __name__ == "__main__":
    main()
