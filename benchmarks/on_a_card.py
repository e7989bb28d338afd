"""Every figure that wants a graphics card, in one command that ends in time, and which bars are met.

    python benchmarks/on_a_card.py OUT [--minutes 8] [--photos PHOTOS]

Each step is a process of its own and writes what it knows into OUT as it goes, so that neither a crash nor a cut loses what came before;
a step that takes too long is ended, and what is left of its time is the next one's. The most wanted come first. Nothing is
fetched; models are those of CATCHLIGHT_MODELS, and without PHOTOS (a folder of .jpg) the studio is left out. ``--tiny``
tries all of it on a processor in minutes.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LEAST = 15  # seconds for which a step is not worth its start


@dataclass(frozen=True)
class Step:
    """One script with its words, what is said instead to try it, and the seconds that it may take at most."""

    name: str
    words: str
    tiny: str
    most: int


_SMALL = "--tiny --side 128 --steps 2 --rounds 1"
STEPS = (
    Step("klein", "generate.py --compiled --decoder --rounds 4 --batches 4", f"generate.py {_SMALL} --batches 2", 210),
    Step("matte", "matte_devices.py --batches 1 8 32", "matte_devices.py --side 96 --batches 1 --rounds 1", 60),
    Step("studio", "studio_devices.py PHOTOS", "studio_devices.py PHOTOS --tiny --people 1 --each 1 --workers 1", 90),
    Step(
        "memory", "generate.py --rounds 2 --batches --modes --cards 12 24 48",
        f"generate.py {_SMALL} --batches --modes --cards 12", 110,
    ),
    Step("sdxl", "generate.py --pipeline sdxl --rounds 2 --batches 4", f"generate.py --pipeline sdxl {_SMALL} --batches 1", 90),
    Step("tiles", "enlarging.py --limit 3", "enlarging.py --tiny --side 80 --tiles 64 --rounds 1", 45),
    Step("faces", "faces_at_once.py --batches 4 32", "faces_at_once.py --tiny --batches 2 --rounds 1", 60),
    Step(
        "qwen", "generate.py --pipeline qwen --steps 4 --rounds 1 --batches 1",
        f"generate.py --pipeline qwen {_SMALL} --batches 1", 120,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """What was wanted, what was found, and whether that is enough; None where it was not measured."""

    wanted: str
    found: str
    met: bool | None


def run(step: Step, out: Path, left: float, options: argparse.Namespace) -> str:
    """Run a step in the seconds that are left; return how it ended."""
    words = (step.tiny if options.tiny else step.words).split()
    if "PHOTOS" in words and not options.photos:
        return "left out: no --photos"
    if left < LEAST:
        return "left out: no time left"
    words = [str(options.photos) if word == "PHOTOS" else word for word in words]
    command = [sys.executable, str(HERE / words[0]), *words[1:], "--output", str(out / f"{step.name}.json")]
    print(f"\n— {step.name}: {' '.join(words)}", flush=True)
    began = time.monotonic()
    try:
        done = subprocess.run(command, timeout=min(step.most, left), check=False)
    except subprocess.TimeoutExpired:
        return f"ended after {time.monotonic() - began:.0f} s"
    return f"exit code {done.returncode}, {time.monotonic() - began:.0f} s"


def known(out: Path, name: str) -> list[dict[str, Any]]:
    """Return the figures that a step wrote, [] where it wrote none."""
    try:
        figures: list[dict[str, Any]] = json.loads((out / f"{name}.json").read_bytes())["figures"]
    except (OSError, ValueError, KeyError):
        return []
    return figures


def bars(out: Path) -> Iterator[Bar]:
    """Hold what is known against what is wanted."""
    yield from _painter(out, "klein")
    matte = [one for one in known(out, "matte") if one["how"].startswith("card")]
    yield _bar(
        "matte and colour: 30 portraits a second", max((one["a_second"] for one in matte), default=None), 30
    )
    studio = known(out, "studio")
    whole = [one for one in studio if one["how"].startswith("card")]
    yield _bar(
        "whole studio: 30 portraits a second", max((one["a_second"] for one in whole), default=None), 30
    )
    yield _bar("matte: alpha as on the processor, within 0.002", _most(matte, "alpha"), 0.002, least=False)
    yield _bar("matte: colour as on the processor, within 0.002", _most(matte, "colour"), 0.002, least=False)
    yield _bar(
        "portraits as the processor's: 0.1 % of pixels off", _most(whole, "share_off"), 0.001, least=False
    )
    faces = [one["at_once"] / one["one_by_one"] for one in known(out, "faces")]
    yield _bar("faces at once: faster than one by one", max(faces, default=None), 1.0)
    for name in ("sdxl", "qwen"):
        yield from _painter(out, name)


def _painter(out: Path, name: str) -> Iterator[Bar]:
    """Ours beside the plain loop, and the time in the denoiser; a compiled decoder is not what the engine does."""
    figures = known(out, name)
    ours = [one for one in figures if one["how"].startswith("ours") and "decoder" not in one["how"]]
    best = max((one["a_second"] for one in ours), default=None)
    yield _bar(f"{name}: 1.5 × the plain loop", best and best / figures[0]["a_second"], 1.5)
    alone, beside = ([one for one in ours if ("beside" in one["how"]) == also] for also in (False, True))
    yield _bar(f"{name}: 85 % of the time in the denoiser", _most(alone, "denoiser"), 0.85)
    if beside:
        yield _bar(f"{name}: the same, decoding beside it (at most)", _most(beside, "denoiser"), 0.85)


def _most(figures: list[dict[str, Any]], key: str) -> float | None:
    return max((one[key] for one in figures), default=None)


def _bar(wanted: str, found: float | None, bar: float, *, least: bool = True) -> Bar:
    if found is None:
        return Bar(wanted, "not measured", None)
    return Bar(wanted, f"{found:.3g}", found >= bar if least else found <= bar)


def main() -> None:
    """Run what fits into the time, then say which bars are met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="folder for a JSON file of each step")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--photos", type=Path, help="folder of portraits (.jpg)")
    parser.add_argument("--only", nargs="+", choices=[step.name for step in STEPS], help="these steps alone")
    parser.add_argument("--tiny", action="store_true", help="try every step on a processor")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    until, ended = time.monotonic() + 60 * options.minutes, {}
    for step in STEPS:
        if not options.only or step.name in options.only:
            ended[step.name] = run(step, options.out, until - time.monotonic(), options)
            print(f"  {ended[step.name]}", flush=True)
    print("\nStep by step:", *(f"  {name:8} {how}" for name, how in ended.items()), "", sep="\n")
    if options.tiny:
        print("Of tiny networks on a processor, so that none of this means anything:")
    for bar in bars(options.out):
        word = {True: "met", False: "MISSED", None: "—"}[bar.met]
        print(f"{word:7} {bar.wanted:52} {bar.found}")


if __name__ == "__main__":
    main()
