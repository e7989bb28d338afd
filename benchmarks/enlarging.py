"""Super-resolution by tiles on the device that there is: megapixels a second, peak memory, and what a full card does.

    python benchmarks/enlarging.py [--side 1024] [--tiles 256 512] [--limit 1.0] [--output FILE]

Our engine on a network as large as Real-ESRGAN's (RRDBNet, 23 blocks, four times larger), random weights. With ``--limit``
the process may at last have so many GB of the card, where a tile of 1024 pixels has no room: it is halved until it has.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

sys.path.insert(0, str(Path(__file__).parents[1]))

from stopwatch import best_of, card, freed, peak, told

from catchlight.engines.superres_spandrel import Engine, Settings
from catchlight.models import ModelStore
from catchlight.vault import digest_of
from tests.standin_torchvision import architecture


@dataclass
class Figure:
    """One size of tiles: megapixels of the result a second, and peak memory in GB."""

    how: str
    megapixels: float
    peak: float


def engine(folder: Path, tile: int, *, tiny: bool) -> Engine:
    """Write a network of random weights as IT would, and load it as a preset does."""
    file = folder / "network.safetensors"
    if not file.exists():
        torch.manual_seed(0)
        made = architecture("ESRGAN", "RRDB").RRDBNet(
            num_filters=16 if tiny else 64, num_blocks=1 if tiny else 23
        )
        file.write_bytes(save(made.state_dict()))
    data = {"file": file, "sha256": digest_of(file.read_bytes()), "licence": "its own", "tile": tile}
    return Engine(Settings.model_validate(data), ModelStore(folder))


def measure(options: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    """Measure each size of tiles, then what happens when memory is short."""
    picture = np.random.default_rng(1).integers(0, 256, (options.side, options.side, 3), np.uint8)
    for tile in options.tiles:
        yield _one(f"tiles of {tile}", engine(folder, tile, tiny=options.tiny), picture, options.rounds)
    if options.limit and torch.cuda.is_available():
        freed()
        whole = torch.cuda.mem_get_info()[1]
        torch.cuda.set_per_process_memory_fraction(options.limit * 1e9 / whole)
        made = engine(folder, 1024, tiny=options.tiny)
        found = _one(f"tiles of 1024 in {options.limit} GB", made, picture, 1)
        found.how += f" → {made.tile}"
        yield found


def _one(how: str, made: Engine, picture: np.ndarray, rounds: int) -> Figure:
    freed()
    seconds = best_of(rounds, lambda: made.enlarge(picture))
    return Figure(how, picture[..., 0].size * made.scale**2 / 1e6 / seconds, peak())


def line(one: Figure) -> str:
    """Return a figure in words."""
    return f"{one.how:32} {one.megapixels:8.2f} megapixels a second  peak {one.peak:5.1f} GB"


def main() -> None:
    """Measure, print a table, and write JSON if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--side", type=int, default=1024, help="pixels of what is enlarged")
    parser.add_argument("--tiles", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--limit", type=float, default=0, help="GB: at last, with no more memory than this")
    parser.add_argument("--tiny", action="store_true", help="one block: to try the script")
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    print(f"{card()}, torch {torch.__version__}, {options.side} × {options.side} enlarged")
    with tempfile.TemporaryDirectory() as folder:
        told(measure(options, Path(folder)), line, options.output)


if __name__ == "__main__":
    main()
