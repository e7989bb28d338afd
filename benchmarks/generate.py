"""How fast a graphics card paints, where its time goes, and how much memory each mode takes.

A pipeline in full size with random weights (speed does not know what weights mean), and the plain diffusers loop on
the same weights in the same run as the peer. Every batch is of another person. What is marked ``beside`` is asked for by two
threads, as by two workers, and decodes one batch while it denoises the next; the denoiser's time then holds what it waits for
a decoder that shares the card, so look at the pictures a second. ``--cards`` lets the process have no more memory than smaller
cards, and lays the pipeline out as it would be there. ``--tiny`` tries the script on a processor; its figures mean nothing.
``--photos FOLDER`` measures, in processor seconds, what the studio adds for each portrait and each take.
"""

import argparse
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

import diffusers.utils.logging
from full_size import Made, make
from stopwatch import Figure, card, device, freed, timed, written

from catchlight.engines import diffusion
from catchlight.engines._placing import place
from catchlight.engines._remembered import KEPT, remember
from catchlight.engines._room import GIB, MODES, Room, fit, modes_for
from catchlight.painting import Scene, Words

WORDS = Words("a bright office")
CALLERS, REQUESTS = 2, 4  # threads that ask a painter that decodes aside, and what they ask for in a round
FREE = 0.96  # of a card: the rest is the driver's


class Ours(diffusion.Engine):
    """Our engine, on a pipeline that is there already."""

    def __init__(self, made: Made, room: Room, *, steps: int = 0, compiled: bool = False) -> None:
        """Take the place of what loading and verifying would give."""
        self._settings, self._how = diffusion.Settings(compiled=compiled, steps=steps), made.how
        self._known = {WORDS: made.words}
        self.step, self.most, self.digest = made.how.STEP, made.how.MOST, ""
        self.__dict__ |= {"_pipe": made.pipe, "_room": room, "_device": torch.device(device())}
        self.card = threading.Lock()
        remember(made.pipe.vae)

    def _shrink(self, told: str, tried: Room) -> None:
        """Do as the engine does, but never load from a folder that is not there."""
        pipe = self.__dict__["_pipe"]
        super()._shrink(told, tried)
        self.__dict__["_pipe"] = pipe
        if self._room.mode != tried.mode:
            message = f"one picture does not fit: {told[:80]}"
            raise RuntimeError(message)


def people(side: int) -> Iterator[Scene]:
    """Yield one person after another, more than a painter remembers; two thirds of each picture may be painted."""
    mask = np.ones((side, side), bool)
    mask[side // 4 :, side // 4 : -side // 4] = False
    dice = (np.random.default_rng(person) for person in range(KEPT + REQUESTS))
    yield from cycle([Scene(d.integers(0, 256, (side, side, 3), np.uint8), mask, WORDS) for d in dice])


def plain(made: Made, of: Scene, words: dict[str, Any], steps: int) -> int:
    """Paint one picture as a plain diffusers loop does, PIL in and out."""
    height, width = of.mask.shape
    given = {"image": PIL.Image.fromarray(of.picture), "height": height, "width": width,
             "mask_image": PIL.Image.fromarray(of.mask.astype(np.uint8) * 255)}  # fmt: skip
    with torch.inference_mode():
        found = made.pipe(
            **made.how.arguments(made.pipe, given, words, WORDS), strength=made.how.STRENGTH,
            num_inference_steps=steps, generator=torch.Generator("cpu").manual_seed(1),
        ).images  # fmt: skip
    return len([np.asarray(picture) for picture in found])


def asked(engine: diffusion.Engine, of: Iterator[Scene]) -> int:
    """Paint a person, or one each for several callers at once where the painter can; return how many pictures."""
    room = engine._room  # noqa: SLF001
    seeds, count = tuple(range(room.batch)), REQUESTS if room.beside else 1
    scenes = [next(of) for _ in range(count)]
    with ThreadPoolExecutor(CALLERS) as callers:
        return sum(len(takes) for takes in callers.map(lambda one: engine.paint(one, seeds), scenes))


def ours(how: str, made: Made, room: Room, of: Iterator[Scene], options: argparse.Namespace) -> list[Figure]:
    """Measure our engine in a room; what goes wrong is told, and the next way is tried."""
    engine = Ours(made, room, steps=options.steps, compiled="compiled" in how)
    rounds = max(1, options.rounds // 2) if room.beside else options.rounds
    try:
        found = timed(how, lambda: asked(engine, of), made.denoiser, rounds)
    except Exception as error:  # noqa: BLE001  whatever a card, a driver or a compiler says
        print(f"{how}: {type(error).__name__}: {str(error)[:300]}", flush=True)
        return []
    left = engine._room  # noqa: SLF001
    return [replace(found, how=f"{how} → {named(left)}") if left != room else found]


def named(room: Room) -> str:
    """Return what a room is in words."""
    return f"{room.mode}, {room.batch} at once{', tiles' * room.tiled}{', beside' * room.beside}"


def resident(options: argparse.Namespace) -> Iterator[Figure]:
    """Measure the peer, then ours with all on the card: by batch, beside, in tiles, compiled."""
    made, of = make(options.pipeline, tiny=options.tiny), people(options.side)
    steps = options.steps or made.how.STEPS
    yield timed(
        "plain loop", lambda: plain(made, next(of), made.read(), steps), made.denoiser, options.rounds
    )
    if made.text is not None:
        once = "plain loop, words read once"
        yield timed(once, lambda: plain(made, next(of), made.words, steps), made.denoiser, options.rounds)
        made.text.to("cpu")
    freed()

    def both(how: str) -> Iterator[Figure]:
        for batch in options.batches:
            if "compiled" in how:
                torch.compiler.reset()  # as a run with that many candidates compiles: for one shape
            yield from ours(f"ours, {how}{batch} at once", made, Room("resident", batch), of, options)
            if hasattr(made.how, "decode"):
                room = Room("resident", batch, beside=True)
                yield from ours(f"ours, {how}{batch} at once, beside", made, room, of, options)

    yield from both("")
    if options.compiled:
        made.denoiser.compile_repeated_blocks(fullgraph=True)
        yield from both("compiled, ")
    if options.decoder:  # not what the engine does: to see whether it should
        made.pipe.vae.decoder.compile()
        yield from both("compiled, its decoder too, " if options.compiled else "decoder compiled, ")
    yield from ours("ours, tiles", made, Room("resident", 1, tiled=True), of, options)


def short_of_memory(options: argparse.Namespace) -> Iterator[Figure]:
    """Measure the modes in which parts or blocks take turns, and smaller cards, on a fresh pipeline each."""
    rooms = {f"ours, {mode}": (Room(mode, 1, tiled=True), 0) for mode in reversed(MODES[1:]) if options.modes}
    rooms |= {f"a card of {size} GB": (None, size) for size in options.cards}
    whole = torch.cuda.mem_get_info()[1] if torch.cuda.is_available() else 80 * GIB
    for how, (room, size) in rooms.items():
        freed()
        made = replace(make(options.pipeline, tiny=options.tiny), text=None, read=dict)
        made.pipe.to("cpu")
        freed()
        free = int(size * GIB * FREE)
        here = room or fit(made.sizes, free, 4, made.how.MOST, modes_for(options.steps or made.how.STEPS))
        here = replace(here, beside=here.beside and hasattr(made.how, "decode"))
        if size and torch.cuda.is_available():
            torch.cuda.set_per_process_memory_fraction(min(1.0, free / whole))
        try:
            place(made.pipe, here.mode, torch.device(device()))
            told = how if room else f"{how}: {named(here)}"
            few = argparse.Namespace(**{**vars(options), "rounds": min(options.rounds, 2)})
            yield from ours(told, made, here, people(options.side), few)
        finally:
            if torch.cuda.is_available():
                torch.cuda.set_per_process_memory_fraction(1.0)


def main() -> None:
    """Measure, print a table, and write JSON if asked."""
    options = wanted()
    diffusers.utils.logging.set_verbosity_error()
    made = f"{options.pipeline}, {options.side} × {options.side}"
    print(f"{card()}, torch {torch.__version__}, {made}", flush=True)
    figures: list[Figure] = []
    for measure in [resident] * bool(options.batches) + [short_of_memory]:
        for one in measure(options):
            figures.append(one)
            show(one, figures[0] if options.batches else one)
            written(options.output, figures, pipeline=options.pipeline, studio={})
    own = retouched(options) if options.photos else {}
    written(options.output, figures, pipeline=options.pipeline, studio=own)


def wanted() -> argparse.Namespace:
    """Return what is to be measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pipeline", choices=["klein", "sdxl", "qwen"], default="klein")
    parser.add_argument("--tiny", action="store_true", help="a few kilobytes of weights, on a processor")
    parser.add_argument("--side", type=int, default=1024, help="pixels")
    parser.add_argument("--steps", type=int, default=0, help="0: as many as the pipeline is meant to make")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument(
        "--batches", type=int, nargs="*", default=[1, 2, 4], help="none: no plain loop either"
    )
    parser.add_argument("--compiled", action="store_true", help="also with a compiled denoiser")
    parser.add_argument("--decoder", action="store_true", help="also with a compiled decoder")
    parser.add_argument("--modes", action="store_true", help="also with parts that take turns on the card")
    parser.add_argument(
        "--cards", type=int, nargs="*", default=[], help="also in the memory of such cards, GB"
    )
    parser.add_argument("--photos", type=Path, help="folder of portraits: also the studio's own seconds")
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    return parser.parse_args()


def retouched(options: argparse.Namespace) -> dict[str, float]:
    """Measure and print what the studio adds."""
    from retouching import costs  # noqa: PLC0415  it wants more packages than painting does

    own = costs(options.photos, options.people)
    for name, seconds in own.items():
        print(f"studio: {name:24} {seconds:8.3f} processor seconds")
    return own


def show(one: Figure, peer: Figure) -> None:
    """Print a line."""
    print(
        f"{one.how:44} {one.seconds:8.3f} s a picture {one.a_second:8.2f} a second  "
        f"denoiser {one.denoiser:5.0%}  peak {one.peak:6.1f} GB  {one.a_second / peer.a_second:5.2f} × plain",
        flush=True,
    )


if __name__ == "__main__":
    main()
