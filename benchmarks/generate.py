"""How fast a graphics card paints, where its time goes, and how much memory each mode takes.

FLUX.2 klein 4B in full size with random weights (speed does not know what weights mean), and the plain diffusers loop on
the same weights in the same run as the peer. Every batch is of another person. What is marked ``beside`` is asked for by two
threads, as by two workers, and decodes one batch while it denoises the next; the denoiser's time then holds what it waits for
a decoder that shares the card, so look at the pictures a second. ``--tiny`` tries the script on a processor; its figures mean nothing.
``--photos FOLDER`` measures, in processor seconds, what the studio adds for each portrait and each take.
"""

import argparse
import gc
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from catchlight.engines import diffusion
from catchlight.engines._pipelines import flux2_klein
from catchlight.engines._placing import place
from catchlight.engines._remembered import KEPT, remember
from catchlight.engines._room import MODES, Room
from catchlight.painting import Scene, Words

WORDS = Words("a bright office")
TOKENS, STEPS = 512, flux2_klein.STEPS
CALLERS, REQUESTS = 2, 6  # threads that ask a painter that decodes aside, and what they ask for in a round


@dataclass
class Figure:
    """One way to paint: seconds a picture, pictures a second, share of the denoiser, peak memory in GB."""

    how: str
    seconds: float
    a_second: float
    denoiser: float
    peak: float


def parts(*, tiny: bool) -> tuple[Any, Any, Any]:
    """Return transformer, decoder and text encoder, random weights, on the device that there is."""
    from diffusers import AutoencoderKLFlux2, Flux2Transformer2DModel  # noqa: PLC0415
    from transformers import Qwen3Config, Qwen3ForCausalLM  # noqa: PLC0415

    size: dict[str, Any] = {"num_layers": 5, "num_single_layers": 20, "attention_head_dim": 128, "num_attention_heads": 24,
            "joint_attention_dim": 7680, "axes_dims_rope": (32, 32, 32, 32)}  # fmt: skip
    words: dict[str, Any] = {"hidden_size": 2560, "num_hidden_layers": 36, "num_attention_heads": 32,
             "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 9728, "vocab_size": 151_936}  # fmt: skip
    vae: dict[str, Any] = {}
    if tiny:
        size |= {"num_layers": 1, "num_single_layers": 1, "attention_head_dim": 16, "num_attention_heads": 2,
                 "joint_attention_dim": 48, "axes_dims_rope": (4, 4, 4, 4)}  # fmt: skip
        words |= {"hidden_size": 16, "num_hidden_layers": 28, "num_attention_heads": 2, "num_key_value_heads": 2,
                  "head_dim": 8, "intermediate_size": 16, "vocab_size": 64}  # fmt: skip
        vae = {"block_out_channels": (8, 8, 8, 8), "norm_num_groups": 1, "layers_per_block": 1}
    torch.set_default_dtype(torch.float32 if tiny else torch.bfloat16)
    with torch.device(device()):
        made = (
            Flux2Transformer2DModel(
                patch_size=1, in_channels=128, timestep_guidance_channels=256, mlp_ratio=3.0, rope_theta=2000,
                eps=1e-6, guidance_embeds=False, **size,
            ),
            AutoencoderKLFlux2(**vae),
            Qwen3ForCausalLM(Qwen3Config(**words)),
        )  # fmt: skip
    torch.set_default_dtype(torch.float32)
    return tuple(part.eval() for part in made)  # type: ignore[return-value]


def device() -> str:
    """Return where to compute."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def pipeline(transformer: Any, vae: Any) -> Any:
    """Return the pipeline without what reads words."""
    from diffusers import FlowMatchEulerDiscreteScheduler, Flux2KleinInpaintPipeline  # noqa: PLC0415

    pipe = Flux2KleinInpaintPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(), vae=vae, text_encoder=None, tokenizer=None,
        transformer=transformer, is_distilled=True,
    )  # fmt: skip
    pipe.set_progress_bar_config(disable=True)
    return pipe


def read(text: Any) -> torch.Tensor:
    """Read 512 tokens as klein does: three layers of the text encoder beside each other."""
    tokens = torch.randint(0, text.config.vocab_size, (1, TOKENS), device=device())
    with torch.inference_mode():
        layers = text.model(tokens, output_hidden_states=True, use_cache=False).hidden_states
    return torch.cat([layers[n] for n in (9, 18, 27)], dim=-1)


class Ours(diffusion.Engine):
    """Our engine, on a pipeline that is there already."""

    def __init__(self, pipe: Any, embedded: torch.Tensor, room: Room, *, compiled: bool = False) -> None:
        """Take the place of what loading and verifying would give."""
        self._settings, self._how = diffusion.Settings(compiled=compiled), flux2_klein  # type: ignore[assignment]
        self._known = {WORDS: {"prompt_embeds": embedded}}
        self.step, self.most, self.digest = flux2_klein.STEP, flux2_klein.MOST, ""
        self.__dict__ |= {"_pipe": pipe, "_room": room, "_device": torch.device(device())}
        self.card = threading.Lock()
        remember(pipe.vae)


@contextmanager
def denoising(transformer: Any) -> Iterator[list[float]]:
    """Yield the seconds that the denoiser takes, filled at the end."""
    marks: list[tuple[Any, Any]] = []
    seconds: list[float] = []

    def mark() -> Any:
        if device() == "cpu":
            return time.perf_counter()
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    hooks = (
        transformer.register_forward_pre_hook(lambda *_: marks.append((mark(), None))),
        transformer.register_forward_hook(lambda *_: marks.append((marks.pop()[0], mark()))),
    )
    yield seconds
    for hook in hooks:
        hook.remove()
    synchronise()
    for first, last in marks:
        seconds.append(last - first if device() == "cpu" else first.elapsed_time(last) / 1000)


def synchronise() -> None:
    """Wait until the card is done."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def timed(how: str, work: Callable[[], int], transformer: Any, rounds: int) -> Figure:
    """Run once to warm up, then some rounds; ``work`` returns how many pictures it made."""
    work()
    synchronise()
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    each, made, began = [], 0, time.perf_counter()
    with denoising(transformer) as inside:
        for _ in range(rounds):
            start = time.perf_counter()
            count = work()
            synchronise()
            each.append((time.perf_counter() - start) / count)
            made += count
        wall = time.perf_counter() - began
    peak = torch.cuda.max_memory_allocated() / 1e9 if torch.cuda.is_available() else 0.0
    return Figure(how, statistics.median(each), made / wall, sum(inside) / wall, peak)


def people(side: int) -> Iterator[Scene]:
    """Yield one person after another, more than a painter remembers."""
    yield from cycle([scene(side, person) for person in range(KEPT + REQUESTS)])


def scene(side: int, person: int = 1) -> Scene:
    """Return a picture whose background may be painted: about two thirds of the frame."""
    picture = np.random.default_rng(person).integers(0, 256, (side, side, 3), np.uint8)
    mask = np.ones((side, side), bool)
    mask[side // 4 :, side // 4 : -side // 4] = False
    return Scene(picture, mask, WORDS)


def plain(pipe: Any, text: Any, of: Scene, embedded: torch.Tensor | None) -> int:
    """Paint one picture as a plain diffusers loop does: words read anew (unless given), PIL in and out."""
    from PIL import Image  # noqa: PLC0415

    mask = Image.fromarray(of.mask.astype(np.uint8) * 255)
    with torch.inference_mode():
        made = pipe(
            prompt_embeds=read(text) if embedded is None else embedded, image=Image.fromarray(of.picture),
            mask_image=mask, strength=1.0, num_inference_steps=STEPS, guidance_scale=1.0,
            generator=torch.Generator("cpu").manual_seed(1),
        ).images  # fmt: skip
    return len([np.asarray(picture) for picture in made])


def paint(options: argparse.Namespace) -> Iterator[Figure]:
    """Measure the peer, ours by batch, compiled, and the memory of each mode; yield each figure as it is found."""
    transformer, vae, text = parts(tiny=options.tiny)
    embedded, of, rounds = read(text), people(options.side), options.rounds
    pipe = pipeline(transformer, vae)
    yield timed("plain loop", lambda: plain(pipe, text, next(of), None), transformer, rounds)
    yield timed(
        "plain loop, words read once", lambda: plain(pipe, text, next(of), embedded), transformer, rounds
    )
    text.to("cpu")
    freed()

    def ours(how: str, room: Room, *, compiled: bool = False) -> Figure:
        engine = Ours(pipe, embedded, room, compiled=compiled)
        return timed(how, lambda: asked(engine, of), transformer, rounds)

    for batch in options.batches:
        yield ours(f"ours, {batch} at once", Room("resident", batch))
        yield ours(f"ours, {batch} at once, beside", Room("resident", batch, beside=True))
    yield ours("ours, tiles", Room("resident", 1, tiled=True))
    vae.disable_tiling()
    if options.compiled:
        transformer.compile_repeated_blocks(fullgraph=True)
        for batch in options.batches:
            torch.compiler.reset()  # as a run with that many candidates compiles: for one shape
            yield ours(f"ours, compiled, {batch} at once", Room("resident", batch), compiled=True)
            yield ours(
                f"ours, compiled, {batch}, beside", Room("resident", batch, beside=True), compiled=True
            )
    if options.decoder:  # not what the engine does: to see whether it should
        vae.decoder.compile()
        for batch in options.batches:
            yield ours(f"ours, decoder compiled, {batch}, beside", Room("resident", batch, beside=True))
    del transformer, vae, text, pipe, ours
    if options.modes and torch.cuda.is_available():
        yield from turns(options, embedded, of)


def asked(engine: diffusion.Engine, of: Iterator[Scene]) -> int:
    """Paint a person, or one each for several callers at once where the painter can; return how many pictures."""
    room = engine._room  # noqa: SLF001
    seeds, count = tuple(range(room.batch)), REQUESTS if room.beside else 1
    scenes = [next(of) for _ in range(count)]
    with ThreadPoolExecutor(CALLERS) as callers:
        return sum(len(takes) for takes in callers.map(lambda one: engine.paint(one, seeds), scenes))


def turns(options: argparse.Namespace, embedded: torch.Tensor, of: Iterator[Scene]) -> Iterator[Figure]:
    """Measure the modes in which parts or layers take turns on the card, on a fresh pipeline each."""
    for mode in reversed(MODES[1:]):
        freed()
        transformer, vae = parts(tiny=options.tiny)[:2]
        pipe = pipeline(transformer, vae).to("cpu")
        freed()
        place(pipe, mode, torch.device(device()))
        engine = Ours(pipe, embedded, Room(mode, 1, tiled=True))
        yield timed(f"ours, {mode}", lambda: asked(engine, of), transformer, min(options.rounds, 3))  # noqa: B023


def freed() -> None:
    """Give back what nothing uses any more."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def studio(folder: Path, people: int) -> dict[str, float]:
    """Return processor seconds of preparing a portrait to be painted, and of measuring one take."""
    from catchlight import generating  # noqa: PLC0415
    from catchlight.config import load_preset  # noqa: PLC0415
    from catchlight.decoding import decode  # noqa: PLC0415
    from catchlight.models import ModelStore, default_root  # noqa: PLC0415
    from catchlight.repaint import Wanted  # noqa: PLC0415
    from catchlight.sitting import sit  # noqa: PLC0415
    from catchlight.studio import Studio  # noqa: PLC0415
    from tests.painters import StandIn, wall  # noqa: PLC0415

    preset = load_preset("house")
    hall, painter = Studio(preset, ModelStore(default_root())), StandIn(wall, most=1 << 20)
    prepared, measured = [], []
    for file in sorted(folder.glob("*.jpg"))[: people + 1]:
        base = sit(decode(file.read_bytes()), preset, hall)
        began = time.process_time()
        stage = generating.set_up(base, Wanted(setting=True), hall, painter)
        small = generating._sitting(base, stage, stage.change, 768, hall)  # noqa: SLF001
        prepared.append(time.process_time() - began)
        take = painter.paint(Scene(stage.picture, stage.region.mask, WORDS), (1,))[0]
        began = time.process_time()
        generating._tried([take], base, stage, small, hall)  # noqa: SLF001
        measured.append(time.process_time() - began)
    return {"prepare": statistics.median(prepared[1:]), "measure a take": statistics.median(measured[1:])}


def main() -> None:
    """Measure, print a table, and write JSON if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tiny", action="store_true", help="a few kilobytes of weights, on a processor")
    parser.add_argument("--side", type=int, default=1024, help="pixels")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--compiled", action="store_true", help="also with a compiled denoiser")
    parser.add_argument("--decoder", action="store_true", help="at last also with a compiled decoder")
    parser.add_argument("--modes", action="store_true", help="also with parts that take turns on the card")
    parser.add_argument("--photos", type=Path, help="folder of portraits: also the studio's own seconds")
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    card = torch.cuda.get_device_name() if torch.cuda.is_available() else "no graphics card"
    print(f"{card}, torch {torch.__version__}, {options.side} × {options.side}, {STEPS} steps")
    figures: list[Figure] = []
    for one in paint(options):
        figures.append(one)
        print(
            f"{one.how:32} {one.seconds:8.3f} s a picture {one.a_second:8.2f} a second  "
            f"denoiser {one.denoiser:5.0%}  peak {one.peak:6.1f} GB  {one.a_second / figures[0].a_second:5.2f} × plain",
            flush=True,
        )
        written(options.output, card, figures, {})
    own = studio(options.photos, options.people) if options.photos else {}
    for name, seconds in own.items():
        print(f"studio: {name:24} {seconds:8.3f} processor seconds")
    written(options.output, card, figures, own)


def written(file: Path | None, card: str, figures: list[Figure], own: dict[str, float]) -> None:
    """Write what is known so far, if a file was asked for."""
    if file:
        plainly = {
            "card": card,
            "torch": torch.__version__,
            "figures": [asdict(one) for one in figures],
            "studio": own,
        }
        file.write_text(json.dumps(plainly, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
