"""Portraits a second of the matte solver and the person's colour: the processor, and the graphics card by batch.

    python benchmarks/matte_devices.py [--side 768] [--batches 1 8 32] [--output FILE]

Drawn heads with hairs before noisy walls, all arrays on the device already; the card's answers are held against
the processor's in the same run. The processor gets all its threads, and one.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from stopwatch import card, told

from catchlight import closed_form, foreground


@dataclass
class Figure:
    """One device: portraits a second, and how far alpha and the visible linear colour are from the processor's at most."""

    how: str
    a_second: float
    alpha: float
    colour: float


def drawn(seed: int, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a picture ``(3, h, w)`` in 0–1, what is known of its matte, and a blunt guess."""
    dice = np.random.default_rng(seed)
    mask = np.zeros((side, side), np.float32)
    cv2.ellipse(mask, (side // 2, side), (side * 3 // 8, side // 3), 0, 0, 360, (1.0,), -1, cv2.LINE_AA)
    cv2.ellipse(mask, (side // 2, side * 2 // 5), (side // 6, side // 4), 0, 0, 360, (1.0,), -1, cv2.LINE_AA)
    for turn in dice.uniform(-np.pi, 0, 300):
        aside, up = np.cos(turn), np.sin(turn)
        ends = [(side * (0.5 + far * aside / 6), side * (0.4 + far * up / 4)) for far in (0.9, 1.15)]
        cv2.line(mask, *[(round(x), round(y)) for x, y in ends], (1.0,), 1, cv2.LINE_AA)
    tones = dice.random((2, side // 16, side // 16, 3)).astype(np.float32)
    front, back = (cv2.resize(t * 0.4 + 0.6 * n, (side, side)) for n, t in enumerate(tones))
    guess = cv2.GaussianBlur(mask, (0, 0), side / 64)
    known = np.where(guess > 0.95, 1, np.where(guess < 0.05, 0, 0.5)).astype(np.float32)
    picture = front * mask[..., None] + back * (1 - mask[..., None])
    return np.ascontiguousarray(picture.transpose(2, 0, 1)), known, guess


def batch(count: int, side: int) -> tuple[torch.Tensor, ...]:
    """Return so many different scenes as tensors."""
    return tuple(
        torch.from_numpy(np.stack(part)) for part in zip(*(drawn(n, side) for n in range(count)), strict=True)
    )


def whole(
    picture: torch.Tensor, known: torch.Tensor, guess: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return alpha and the person's colour in linear light, times alpha: as much of it as is ever seen."""
    alpha = closed_form.refine(picture, known, guess)
    colour = foreground.estimate(picture.permute(0, 2, 3, 1).contiguous() ** 2.2, alpha)
    return alpha, colour * alpha.unsqueeze(-1)


def timed(scenes: tuple[torch.Tensor, ...], rounds: int) -> tuple[float, tuple[torch.Tensor, ...]]:
    """Return portraits a second, best of some rounds after one to warm up, and the answers on the processor."""
    took = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        found = whole(*scenes)
        if scenes[0].is_cuda:
            torch.cuda.synchronize()
        took.append(time.perf_counter() - began)
    return len(scenes[0]) / min(took[1:]), tuple(part.cpu() for part in found)


def measure(options: argparse.Namespace) -> Iterator[Figure]:
    """Yield a line for the processor with all threads and with one, and one for each batch on the card."""
    scenes, threads = batch(max(options.batches), options.side), torch.get_num_threads()
    few = tuple(part[:4] for part in scenes)
    yield Figure(f"processor, {threads} threads", timed(few, options.rounds)[0], 0, 0)
    torch.set_num_threads(1)
    yield Figure("processor, 1 thread", timed(few, options.rounds)[0], 0, 0)
    torch.set_num_threads(threads)
    if not torch.cuda.is_available():
        return
    truth = whole(*scenes)
    for size in options.batches:
        speed, found = timed(tuple(part[:size].cuda() for part in scenes), options.rounds)
        off = [float((one - other[:size]).abs().max()) for one, other in zip(found, truth, strict=True)]
        yield Figure(f"card, {size} at once", speed, *off)


def line(one: Figure) -> str:
    """Return a figure in words."""
    return (
        f"{one.how:24} {one.a_second:8.2f} portraits a second  alpha {one.alpha:.1e}  colour {one.colour:.1e}"
    )


def main() -> None:
    """Measure, print a table, and write JSON if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--side", type=int, default=768, help="pixels")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    print(f"{card()}, torch {torch.__version__}, {options.side} × {options.side}")
    told(measure(options), line, options.output)


if __name__ == "__main__":
    main()
